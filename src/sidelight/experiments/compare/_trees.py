"""Boosted trees on the metadata alone: what a table says without a network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
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
    """Gradient-boosted trees on encoded metadata.

    Args:
        prepared: Rows, split and encoded inputs.
        seed: Seed of the trees' own validation rows.
        columns: Metadata columns to use; None uses all.
    """

    def __init__(
        self, prepared: Prepared, seed: int = 0, columns: set[str] | None = None
    ) -> None:
        self.prepared = prepared
        task = prepared.table.schema.task
        self.features, levels = feature_matrix(prepared, columns)
        many_classes = len(prepared.preprocessor.classes) > MOST_CLASSES
        cls: Any = (
            HistGradientBoostingRegressor
            if task == "regression"
            else HistGradientBoostingClassifier
        )
        self.trees = cls(
            random_state=seed,
            categorical_features=levels,
            max_iter=20 if many_classes else 100,
            early_stopping=True,
        )

    def fit(self) -> Trees:
        """Fit the trees to the training rows."""
        rows = self.prepared.split.indices("train")
        target = self.prepared.preprocessor.encode_target(self.prepared.table.at(rows))
        if len(rows) < LEAST_ROWS or np.bincount(_codes(target)).min() < 2:
            # Too few to set some of each class apart for stopping early.
            self.trees.set_params(early_stopping=False)
        self.trees.fit(self.features[rows], target)
        return self

    def answers(self, part: Part) -> NDArray[np.float32]:
        """Return raw answers `(rows, outputs)` as a network gives them."""
        rows = self.prepared.split.indices(part)
        task = self.prepared.table.schema.task
        if task == "regression":
            return np.asarray(self.trees.predict(self.features[rows]), np.float32)[
                :, None
            ]
        answers = self.trees.predict_proba(self.features[rows]).astype(np.float32)
        return np.asarray(answers[:, 1:] if task == "binary" else answers)


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
