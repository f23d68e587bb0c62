"""What a run learns with: one network, or whatever stands in its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import keras
import numpy as np

from sidelight.nn import assemble, build_augmentation
from sidelight.nn.heads import Head
from sidelight.registry import HEADS
from sidelight.training import Override, TrainConfig, Training, check_backbone, train
from sidelight.workflow._config import RunConfig
from sidelight.workflow._prepare import Prepared


class Method(Protocol):
    """Something that learns from prepared rows and leaves one network.

    Attributes:
        network: Takes the prepared inputs, gives the task's answers; to be trained.
    """

    network: keras.Model

    def __init__(self, prepared: Prepared, config: RunConfig) -> None:
        """Build the network; refuse options that do not fit."""

    def train(
        self, override: Override | None, checkpoint: Path | None, *, progress: bool
    ) -> Training:
        """Train the network in place."""
        ...


class OneNetwork:
    """The network that the configuration describes.

    Args:
        prepared: Rows, split and encoded inputs.
        config: The run's options, with the backbone's name in place of "auto".

    Raises:
        ConfigError: If the options do not fit the rows or one another.
    """

    def __init__(self, prepared: Prepared, config: RunConfig) -> None:
        self.prepared, self.config = prepared, config
        self.spec = prepared.spec(config.network)
        self.network, self.backbone = assemble(self.spec)
        check_backbone(config.train, self.backbone)

    def train(
        self, override: Override | None, checkpoint: Path | None, *, progress: bool
    ) -> Training:
        """Train it on the training rows, watching the validation rows."""
        head: Head = HEADS.get(self.spec.task).obj
        config = self.config
        return train(
            self.network,
            self.prepared.source("train", _class_weight(self.prepared, config.train)),
            self.prepared.source("val"),
            head,
            config.train,
            backbone=self.backbone,
            augment=build_augmentation(config.augment, self.spec, config.train.seed),
            checkpoint=checkpoint,
            override=override,
            verbose=progress,
        )


def _class_weight(prepared: Prepared, config: TrainConfig) -> Any:
    """Return a weight per training row, mean one; None where all weigh the same."""
    if config.class_weight == "none" or not prepared.preprocessor.classes:
        return None
    rows = prepared.table.take(prepared.split, "train")
    target = prepared.preprocessor.encode_target(rows)
    counts = np.bincount(target, minlength=len(prepared.preprocessor.classes))
    weight = len(target) / (np.count_nonzero(counts) * np.maximum(counts, 1))
    return weight[target].astype(np.float32)
