"""Signs that metadata tells the answer in a way that will not last."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sidelight.evaluation import row_scores
from sidelight.experiments.compare._arm_result import ArmResult
from sidelight.experiments.compare._arms import IMAGE_ONLY
from sidelight.experiments.compare._scores import Scores
from sidelight.experiments.compare._trees import MOST_CLASSES, Trees
from sidelight.experiments.compare._words import score as said
from sidelight.workflow import Prepared

NEARLY_PERFECT = 0.97
CLEARLY = 0.05  # so much above image only
FALLS = 0.10  # from validation to test, beyond what image only falls
MOST = 0.5  # of what all metadata says
NEARLY_ALL = 0.95
ENOUGH = 0.8  # of it, by one column alone
# Whose best value is one.
BOUNDED = ("accuracy", "balanced_accuracy", "label_ranking", "r2")
MOST_COLUMNS = 40  # that are looked at one by one
MOST_FITS = 100


@dataclass(frozen=True)
class Sign:
    """Something to be suspicious of.

    Attributes:
        kind: "nearly perfect", "falls on test", "one column" or "gain vanishes".
        sentence: What was seen, in words.
        suspected: Whether it alone makes the verdict "suspected-leak"; otherwise it is
            a column to check.
        column: The column it is about; empty for all metadata.
    """

    kind: str
    sentence: str
    suspected: bool
    column: str = ""


def leak_signs(
    results: list[ArmResult], scores: Scores, columns: dict[str, float]
) -> list[Sign]:
    """Return the signs of a leak that the finished trainings show.

    Args:
        results: All arms.
        scores: Their scores.
        columns: From `share_of_columns`.
    """
    by_name = {r.name: r for r in results}
    alone = [r for r in results if r.role == "metadata" and r.score is not None]
    if not alone:
        return []
    best = max(alone, key=lambda r: r.validation)
    image = by_name[IMAGE_ONLY]
    perfect = _nearly_perfect(best, image, scores.metric)
    found = [perfect, _falls_on_test(best, image, scores)]
    found += [_one_column(n, share, perfect) for n, share in columns.items()]
    return [sign for sign in found if sign is not None]


def _nearly_perfect(best: ArmResult, image: ArmResult, metric: str) -> Sign | None:
    if metric not in BOUNDED or best.score is None or image.score is None:
        return None
    value = best.score.mean
    if value < NEARLY_PERFECT or value < image.score.mean + CLEARLY:
        return None
    sentence = (
        f"Metadata alone reaches {said(value, metric)}, nearly perfect: it may hold "
        "the answer itself, or something decided after it."
    )
    return Sign("nearly perfect", sentence, suspected=True)


def _falls_on_test(best: ArmResult, image: ArmResult, scores: Scores) -> Sign | None:
    if best.score is None or image.score is None or scores.metric not in BOUNDED:
        return None
    val = scores.of(best.name, "val")
    fall = val.mean - best.score.mean
    beyond = fall - max(0.0, image.validation - image.score.mean)
    luck = 3 * float(np.hypot(val.error, best.score.error))
    if beyond < max(FALLS, luck):
        return None
    sentence = (
        f"Metadata alone scores {said(val.mean, scores.metric)} on validation rows and "
        f"{said(best.score.mean, scores.metric)} on test rows: what it says of the "
        "answer holds where the training rows come from, and not elsewhere."
    )
    return Sign("falls on test", sentence, suspected=True)


def _one_column(name: str, share: float, perfect: Sign | None) -> Sign | None:
    if share < MOST:
        return None
    sentence = (
        f"One column, {name!r}, carries {_much(share)} of what metadata says alone. "
        "Make sure that it is known before the answer, and where the model will be "
        "used."
    )
    return Sign("one column", sentence, suspected=perfect is not None, column=name)


def _much(share: float) -> str:
    # Without a column the trees may do worse than without any.
    return "nearly all" if share > NEARLY_ALL else f"{share:.0%}"


def share_of_columns(prepared: Prepared, metric: str) -> dict[str, float]:
    """Return which share of what metadata says each column carries.

    That is what is lost without it, or what it says alone where that is four fifths of
    all. Boosted trees are fitted to all columns, to all but one, to one, and to none
    (which is the most frequent class, or the mean); scores are those of test rows.

    Args:
        prepared: One fold.
        metric: What is compared.

    Returns:
        By column; empty where there are fewer than two columns, more than 40, more
        than 100 classes, more than 100 labels times columns (each label has trees of
        its own), or metadata says nothing.
    """
    names = [f.name for f in prepared.preprocessor.spec.features]
    num_classes = len(prepared.preprocessor.classes)
    many = num_classes > MOST_CLASSES
    if prepared.preprocessor.known_target.task == "multilabel":
        many = num_classes * len(names) > MOST_FITS
    if many or not 2 <= len(names) <= MOST_COLUMNS:
        return {}
    every = _score(prepared, metric, set(names))
    least = _least(prepared, metric)
    if every - least < CLEARLY:
        return {}
    shares = {}
    for name in names:
        lost = every - _score(prepared, metric, set(names) - {name})
        alone = _score(prepared, metric, {name}) - least
        # Two columns that hold the same answer are both missed by no one.
        carried = max(lost, alone) if alone >= ENOUGH * (every - least) else lost
        shares[name] = carried / (every - least)
    return shares


def _score(prepared: Prepared, metric: str, columns: set[str]) -> float:
    answers = Trees(prepared, columns=columns).fit().answers("test")
    truth = prepared.truth("test")
    figures = prepared.predictor(None).figures(answers)
    return float(row_scores(metric, truth, figures).mean())


def _least(prepared: Prepared, metric: str) -> float:
    """Return the score of the answer that looks at nothing."""
    train = prepared.table.at(prepared.split.indices("train"))
    target = prepared.preprocessor.encode_target(train)
    truth = prepared.truth("test")
    task = prepared.preprocessor.known_target.task
    if task in ("regression", "multilabel"):
        mean = target.mean(axis=0, keepdims=True)
        if task == "regression":
            mean = prepared.preprocessor.decode_target(mean)
        figures = np.broadcast_to(mean, truth.shape)
    else:
        shares = np.bincount(target, minlength=len(prepared.preprocessor.classes))
        figures = np.tile(shares / shares.sum(), (len(truth), 1))
    return float(row_scores(metric, truth, figures).mean())
