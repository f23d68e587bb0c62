"""What a run learns with: one network, or whatever stands in its place."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import keras
import numpy as np

from sidelight.errors import ConfigError
from sidelight.nn import assemble, build_augmentation, split
from sidelight.nn.heads import Head
from sidelight.predictor import answers_of
from sidelight.registry import HEADS
from sidelight.schema import Part
from sidelight.table import Table
from sidelight.training import (
    FeatureStore,
    Override,
    TrainConfig,
    Training,
    can_reuse,
    check_backbone,
    loss_of,
    train,
)
from sidelight.workflow._config import RunConfig
from sidelight.workflow._prepare import Prepared

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Method(Protocol):
    """Something that learns from prepared rows and leaves one network.

    Attributes:
        network: Takes the prepared inputs, gives the task's answers; to be trained.
            After training it may be another one.
        notes: What a reader of the run should know about the training.
    """

    network: keras.Model
    notes: list[str]

    def __init__(self, prepared: Prepared, config: RunConfig) -> None:
        """Build the network; refuse options that do not fit."""

    def train(
        self, override: Override | None, checkpoint: Path | None, *, progress: bool
    ) -> Training:
        """Train the network."""
        ...


class OneNetwork:
    """The network that the configuration describes.

    Args:
        prepared: Rows, split and encoded inputs.
        config: The run's options, with the backbone's name in place of "auto".
        features: Where a frozen backbone's maps are shared with other networks.

    Raises:
        ConfigError: If the options do not fit the rows or one another.
    """

    def __init__(
        self,
        prepared: Prepared,
        config: RunConfig,
        features: FeatureStore | None = None,
    ) -> None:
        self.prepared, self.config, self.features = prepared, config, features
        self.notes: list[str] = []
        self.spec = prepared.spec(config.network)
        self.network, self.backbone = assemble(self.spec)
        check_backbone(config.train, self.backbone)
        self.head: Head = HEADS.get(self.spec.task).obj
        # Refused here, before anything of a run is written.
        loss_of(self.head, config.train)
        self.weight = _weight(prepared, config.train)

    def train(
        self, override: Override | None, checkpoint: Path | None, *, progress: bool
    ) -> Training:
        """Train it on the training rows, watching the validation rows."""
        config = self.config
        return train(
            self.network,
            self.prepared.source("train", self.weight),
            self.prepared.source("val"),
            self.head,
            config.train,
            backbone=self.backbone,
            augment=self._augmentation(),
            checkpoint=checkpoint,
            override=override,
            features=self.features,
            verbose=progress,
        )

    @property
    def reuses_features(self) -> bool:
        """Whether it trains on maps of its backbone that are computed once."""
        cut = self.backbone.boundary is not None
        return cut and can_reuse(self.config.train, self._augmentation())

    def answers(self, part: Part) -> NDArray[np.float32]:
        """Return the raw answers `(rows, outputs)` for a part of the prepared rows.

        Shared maps serve here too; the backbone does not see the pictures again.
        """
        source = self.prepared.source(part)
        boundary = self.backbone.boundary
        if self.features is None or boundary is None or not self.reuses_features:
            return answers_of(self.network, source)
        front, tail = split(self.network, boundary)
        return answers_of(tail, self.features.in_place_of_pictures(front, [source])[0])

    def _augmentation(self) -> keras.Model | None:
        config = self.config
        return build_augmentation(config.augment, self.spec, config.train.seed)


def _weight(prepared: Prepared, config: TrainConfig) -> NDArray[np.float32] | None:
    """Return a weight per training row, mean one; None where all weigh the same.

    It is the row's own, from the table, times that of its class.

    Raises:
        ConfigError: If rows are to be weighed by class, and have several labels or
            numbers.
    """
    rows = prepared.table.take(prepared.split, "train")
    weight = rows.weights()
    if config.class_weight == "balanced":
        of_class = _class_weight(prepared, rows, weight)
        weight = of_class if weight is None else weight * of_class
    return None if weight is None else (weight / weight.mean()).astype(np.float32)


def _class_weight(
    prepared: Prepared, rows: Table, weight: NDArray[np.float64] | None
) -> NDArray[np.float64]:
    """Return for each row the inverse of its class's share of all weight."""
    if rows.schema.task == "multilabel":
        problem = "balanced class weights weigh rows, and a row has several labels"
        fix = "Use --loss focal (loss='focal') where labels are rare."
        raise ConfigError(problem, fix=fix)
    if rows.schema.task == "regression":
        problem = "balanced class weights are for classes, not for numbers"
        fix = "Leave --class-weight balanced (class_weight='balanced') out."
        raise ConfigError(problem, fix=fix)
    target = prepared.preprocessor.encode_target(rows)
    num_classes = len(prepared.preprocessor.classes)
    sums = np.bincount(target, weights=weight, minlength=num_classes)
    inverse = sums.sum() / (np.count_nonzero(sums) * np.where(sums > 0, sums, 1))
    return np.asarray(inverse[target])
