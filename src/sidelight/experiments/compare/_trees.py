"""Boosted trees on the metadata alone: what a table says without a network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
)

from sidelight.schema import Part
from sidelight.workflow import Prepared

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_LEVELS = 255  # that scikit-learn's trees take as categories
MOST_CLASSES = 100  # a tree a class and round
LEAST_ROWS = 20


class Trees:
    """Gradient-boosted trees on encoded metadata: of each label or target its own.

    Args:
        prepared: Rows, split and encoded inputs.
        seed: Seed of the trees' own validation rows.
        columns: Metadata columns to use; None uses all.
    """

    def __init__(
        self, prepared: Prepared, seed: int = 0, columns: set[str] | None = None
    ) -> None:
        self.prepared, self.seed = prepared, seed
        self.task = prepared.preprocessor.known_target.task
        self.features, self.levels = feature_matrix(prepared, columns)
        self.trees: list[Any] = []

    def fit(self) -> Trees:
        """Fit the trees to the training rows, with the rows' weights."""
        rows = self.prepared.split.indices("train")
        table = self.prepared.table.at(rows)
        target = self.prepared.preprocessor.encode_target(table)
        columns = target[:, None] if target.ndim == 1 else target
        if self.task == "multilabel":
            columns = columns.astype(np.int32)
        self.trees = [
            self._new(column).fit(
                self.features[rows], column, sample_weight=table.weights()
            )
            for column in columns.T
        ]
        return self

    def answers(self, part: Part) -> NDArray[np.float32]:
        """Return raw answers `(rows, outputs)` as a network gives them."""
        features = self.features[self.prepared.split.indices(part)]
        if self.task == "regression":
            each = [trees.predict(features) for trees in self.trees]
            return np.stack(each, axis=1).astype(np.float32)
        each = [trees.predict_proba(features) for trees in self.trees]
        if self.task == "multilabel":
            return np.stack([p[:, -1] for p in each], axis=1).astype(np.float32)
        answers = each[0].astype(np.float32)
        return np.asarray(answers[:, 1:] if self.task == "binary" else answers)

    def _new(self, target: NDArray[Any]) -> Any:
        """Return trees that fit one target, and stop early if there are rows for it."""
        codes = _codes(target)
        if self.task == "multilabel" and codes.min() == codes.max():
            return DummyClassifier()  # in these rows always: trees want two classes
        many_classes = codes.max() >= MOST_CLASSES
        cls: Any = (
            HistGradientBoostingRegressor
            if self.task == "regression"
            else HistGradientBoostingClassifier
        )
        # Else too few to set some of each class apart.
        enough = len(target) >= LEAST_ROWS and np.bincount(codes).min() >= 2
        return cls(
            random_state=self.seed,
            categorical_features=self.levels,
            max_iter=20 if many_classes else 100,
            early_stopping=enough,
        )


def feature_matrix(
    prepared: Prepared, columns: set[str] | None = None
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Return the encoded metadata side by side, and which of it are categories.

    Args:
        prepared: Rows and encoded inputs.
        columns: Metadata columns to use; None uses all.
    """
    blocks, levels = [], []
    for feature in prepared.preprocessor.spec.features:
        if columns is not None and feature.name not in columns:
            continue
        block = prepared.inputs[feature.block]
        block = block[:, feature.start : feature.start + feature.width]
        blocks.append(block.astype(np.float32))
        is_level = feature.block == "categorical"
        levels += [
            is_level and column.max(initial=0) < MOST_LEVELS for column in block.T
        ]
    return np.concatenate(blocks, axis=1), np.array(levels, dtype=bool)


def _codes(target: NDArray[Any]) -> NDArray[np.int64]:
    """Return the classes; zeros for numbers."""
    if np.issubdtype(target.dtype, np.integer):
        return target.astype(np.int64)
    return np.zeros(len(target), dtype=np.int64)
