"""Whether a classifier can tell from the metadata which part a row is in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sidelight.audit._context import Context
from sidelight.audit._finding import Finding
from sidelight.registry import CHECKS
from sidelight.splits._base import PARTS, TRAIN

if TYPE_CHECKING:
    from numpy.typing import NDArray

FEWEST, MOST = 50, 4000  # rows of a part that are looked at
TOLD = 0.6  # area under the curve; a half is guessing
SIGMAS = 5


@CHECKS.register(
    "part_classifier",
    summary="trees that tell test rows from training rows by their metadata",
    capabilities={"split", "slow"},
)
def find(context: Context) -> list[Finding]:
    """Say whether the parts differ in a way that no single column shows."""
    split = context.split
    if split is None or not context.kinds:
        return []
    rng = np.random.default_rng(0)
    parts = [
        rng.permutation(np.flatnonzero(split.assignment == code))[:MOST]
        for code in (TRAIN, PARTS["test"])
    ]
    if min(map(len, parts)) < FEWEST:
        return []
    rows = np.concatenate(parts)
    is_test = np.repeat([False, True], [len(part) for part in parts])
    codes = np.stack([context.codes(name)[rows] for name in context.kinds], axis=1)
    area = _held_out_area(codes.astype(np.float32), is_test)
    num_train, num_test = len(parts[0]), len(parts[1])
    error = np.sqrt((num_train + num_test + 1) / (12 * num_train * num_test))
    if area < max(TOLD, 0.5 + SIGMAS * error):
        return []
    meant = context.is_meant_to_differ
    return [
        context.finding(
            "part_classifier",
            "note" if meant else "warning",
            f"Metadata tells test rows from train rows (area under the curve "
            f"{area:.2f}, where 0.5 is guessing).",
            fix=f"A {split.method} split is meant to differ; expect lower scores on "
            "test rows than on rows like those of training."
            if meant
            else "Look at what differs: the order of the rows, a batch, a period.",
        )
    ]


def _held_out_area(codes: NDArray[np.float32], is_test: NDArray[np.bool_]) -> float:
    """Return the area under the curve for rows that were not learned from."""
    # A second to import, and only this check asks for it.
    from sklearn.ensemble import ExtraTreesClassifier  # noqa: PLC0415
    from sklearn.metrics import roc_auc_score  # noqa: PLC0415
    from sklearn.model_selection import cross_val_predict  # noqa: PLC0415

    trees = ExtraTreesClassifier(
        n_estimators=50, min_samples_leaf=10, max_features=None, random_state=0
    )
    order = np.random.default_rng(1).permutation(len(codes))
    said = cross_val_predict(
        trees, codes[order], is_test[order], cv=3, method="predict_proba"
    )
    return float(roc_auc_score(is_test[order], said[:, 1]))
