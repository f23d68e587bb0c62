"""What each arm reached, and by how much it differs from image only."""

from __future__ import annotations

import statistics
from dataclasses import dataclass

from sidelight.evaluation import Interval, detectable_difference, holm, p_value
from sidelight.experiments.compare._arms import IMAGE_ONLY, STACK, Arm, Role
from sidelight.experiments.compare._scores import Scores
from sidelight.experiments.compare._unit import Unit


@dataclass(frozen=True)
class ArmResult:
    """One arm in figures.

    Attributes:
        name: The arm.
        role: What it is for.
        score: Mean over folds, seeds and test rows.
        validation: Mean score on validation rows, by which arms are chosen.
        gain: Difference from image only on the same rows, folds and seeds; None for
            image only itself.
        p: Probability of such a difference by luck alone.
        p_adjusted: The same, corrected for the number of fusions (Holm).
        detectable: The smallest gain that would be found in 8 of 10 such comparisons.
        trainings: Trainings that gave answers.
        seconds: Mean seconds of a training, answers included.
        parameters: Weights of the network.
        ms_per_row: Milliseconds for one answer.
        notes: What a reader should know: run on fewer folds, on cached maps, failed.
    """

    name: str
    role: Role
    score: Interval | None
    validation: float
    gain: Interval | None
    p: float | None
    p_adjusted: float | None
    detectable: float | None
    trainings: int
    seconds: float
    parameters: int
    ms_per_row: float
    notes: tuple[str, ...]


def results_of(
    arms: list[Arm], scores: Scores, notes: dict[str, list[str]]
) -> list[ArmResult]:
    """Return the results of all arms, in their order; the stack comes last."""
    stack = [Arm(STACK, "stack")] if scores.blocks(STACK) else []
    drafts = [
        _result(arm, scores, tuple(notes.get(arm.name, ()))) for arm in [*arms, *stack]
    ]
    tested = [d for d in drafts if d.role in ("fusion", "stack") and d.p is not None]
    adjusted = dict(
        zip([d.name for d in tested], holm([d.p or 0.0 for d in tested]), strict=True)
    )
    return [
        ArmResult(**{**vars(d), "p_adjusted": adjusted.get(d.name)}) for d in drafts
    ]


def _result(arm: Arm, scores: Scores, notes: tuple[str, ...]) -> ArmResult:
    units = [u for u in scores.units.finished.values() if u.arm == arm.name]
    good = [u for u in units if not u.failed]
    failed = sorted({u.failed for u in units if u.failed})
    if not good:
        empty = (None, float("nan"), None, None, None, None, 0, 0.0, 0, 0.0)
        return ArmResult(arm.name, arm.role, *empty, notes=(*notes, *failed))
    gain = None
    if arm.name != IMAGE_ONLY and scores.blocks(arm.name, IMAGE_ONLY):
        gain = scores.difference(arm.name, IMAGE_ONLY)
    return ArmResult(
        name=arm.name,
        role=arm.role,
        score=scores.of(arm.name),
        validation=scores.mean(arm.name, "val"),
        gain=gain,
        p=None if gain is None else p_value(gain),
        p_adjusted=None,
        detectable=None if gain is None else detectable_difference(gain),
        trainings=len(good),
        seconds=statistics.mean(u.seconds for u in good),
        parameters=max(u.parameters for u in good),
        ms_per_row=max(u.ms_per_row for u in good),
        notes=(*notes, *failed, *_cached(good)),
    )


def _cached(units: list[Unit]) -> tuple[str, ...]:
    return ("on maps computed once",) if any(u.cached for u in units) else ()
