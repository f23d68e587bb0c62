"""Are the probabilities of image only and the best fusion what they say?"""

from __future__ import annotations

from typing import Any

import numpy as np

from sidelight.evaluation import (
    calibration_error,
    fit_temperature,
    reliability,
    row_scores,
    with_temperature,
)
from sidelight.experiments.compare._scores import Scores


def calibration_of(scores: Scores, arm: str) -> dict[str, Any]:
    """Return an arm's calibration on test rows, before and after scaling.

    Each training's temperature is fitted to the validation rows of its fold.

    Returns:
        `temperatures` of all trainings, and under "before" and "after" `bins` (see
        `evaluation.reliability`), `error` (expected calibration error) and `log_loss`,
        over all trainings. Empty for labels and numbers.
    """
    if scores.folds[0].preprocessor.known_target.task in ("regression", "multilabel"):
        return {}
    temperatures, truths = [], []
    answers: dict[str, list[Any]] = {"before": [], "after": []}
    for fold, seeds in scores.blocks(arm).items():
        for seed in seeds:
            figures = scores.units.finished[arm, fold, seed].figures
            temperature = fit_temperature(scores.truth(fold, "val"), figures["val"])
            temperatures.append(temperature)
            truths.append(scores.truth(fold, "test"))
            answers["before"].append(figures["test"])
            answers["after"].append(with_temperature(figures["test"], temperature))
    truth = np.concatenate(truths)
    found: dict[str, Any] = {"temperatures": temperatures}
    for when, parts in answers.items():
        probability = np.concatenate(parts)
        found[when] = {
            "bins": reliability(truth, probability),
            "error": calibration_error(truth, probability),
            "log_loss": -float(row_scores("log_loss", truth, probability).mean()),
        }
    return found
