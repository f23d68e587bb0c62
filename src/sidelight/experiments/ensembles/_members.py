"""The options of one network among several."""

from __future__ import annotations

from sidelight.workflow import RunConfig


def member_config(config: RunConfig, fusion: str, trainings: int) -> RunConfig:
    """Return the run's options for a member, with its own share of the time.

    Args:
        config: The run's options.
        fusion: The member's fusion; its options are its own defaults.
        trainings: Into how many trainings the time is divided.
    """
    network = config.network.model_copy(update={"fusion": fusion, "fusion_options": {}})
    limit = config.train.max_time
    train = config.train.model_copy(
        update={"max_time": None if limit is None else limit / trainings}
    )
    return config.model_copy(update={"network": network, "train": train})
