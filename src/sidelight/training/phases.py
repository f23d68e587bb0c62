"""Which layers of the backbone train in which epochs, and how fast."""

from __future__ import annotations

from dataclasses import dataclass

import keras

from sidelight.errors import ConfigError
from sidelight.nn import BackboneLayers
from sidelight.training._config import TrainConfig

NUM_TOP_STAGES = 2  # that "gradual" opens first


@dataclass(frozen=True)
class Phase:
    """Some epochs during which the same layers train.

    Attributes:
        first: The first epoch, counted from 0.
        end: The epoch after the last.
        frozen: Names of the backbone's layers that do not train.
    """

    first: int
    end: int
    frozen: frozenset[str]


def check_backbone(config: TrainConfig, backbone: BackboneLayers) -> None:
    """Refuse to freeze random weights.

    Raises:
        ConfigError: If the backbone is not pretrained and is to be frozen.
    """
    if config.backbone == "finetune" or not backbone.stages or backbone.pretrained:
        return
    problem = f"a {config.backbone} backbone keeps its weights, and these are random"
    fix = "Give --weights imagenet or a file, or use --train-backbone finetune."
    raise ConfigError(problem, fix=fix)


def plan_phases(config: TrainConfig, backbone: BackboneLayers) -> list[Phase]:
    """Return the phases of a training, in order, without empty ones.

    Args:
        config: Epochs, and what happens to the backbone.
        backbone: Its layers by stage.
    """
    everything = frozenset(name for stage in backbone.stages for name in stage)
    top = frozenset(
        name for stage in backbone.stages[-NUM_TOP_STAGES:] for name in stage
    )
    epochs = config.epochs
    if config.backbone == "finetune":
        return [Phase(0, epochs, frozenset())]
    if config.backbone == "frozen":
        return [Phase(0, epochs, everything)]
    first, second = epochs // 3, 2 * epochs // 3
    planned = [
        Phase(0, first, everything),
        Phase(first, second, everything - top),
        Phase(second, epochs, frozenset()),
    ]
    return [phase for phase in planned if phase.end > phase.first]


def freeze(network: keras.Model, backbone: BackboneLayers, phase: Phase) -> None:
    """Set which of the backbone's layers train; batch norms that do not keep still."""
    for name in (name for stage in backbone.stages for name in stage):
        network.get_layer(name).trainable = name not in phase.frozen


def rate_fractions(
    network: keras.Model, backbone: BackboneLayers, config: TrainConfig
) -> dict[str, float]:
    """Return the fraction of the rate for each variable of a pretrained backbone."""
    if not backbone.pretrained:
        return {}
    return {
        variable.path: config.backbone_rate
        for stage in backbone.stages
        for name in stage
        for variable in network.get_layer(name).weights
    }
