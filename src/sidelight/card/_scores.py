"""Scores of test rows with intervals, by subgroup, and what each input is worth."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sidelight.evaluation import (
    FALLING,
    FEW_ROWS,
    Part,
    bootstrap_interval,
    groups_of,
    permutation_importance,
    primary_metric,
    row_scores,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sidelight.predictor import Predictor
    from sidelight.table import Table
    from sidelight.workflow import HeldOutRows

PICTURE = "the picture"
BATCH_SIZE = 64


@dataclass(frozen=True)
class Scored:
    """Test rows and their scores.

    Attributes:
        metric: As in `row_scores`.
        rows: `(rows,)` scores, higher is better.
        groups_metric: What subgroups are scored by: one that needs no other rows.
        group_rows: `(rows,)` scores by that.
        clusters: `(rows,)` which rows belong together; None if each stands alone.
    """

    metric: str
    rows: NDArray[np.float64]
    groups_metric: str
    group_rows: NDArray[np.float64]
    clusters: NDArray[Any] | None

    @property
    def interval(self) -> Interval:
        """The score with what luck of the rows makes of it."""
        return Interval.of(self.rows, self.clusters, falling=self.metric in FALLING)


@dataclass(frozen=True)
class Interval:
    """A mean over rows, as it is told: of errors, less is better.

    Attributes:
        mean: It.
        low: Lower end of its 95 % interval.
        high: Upper end.
        rows: Of how many.
    """

    mean: float
    low: float
    high: float
    rows: int

    @classmethod
    def of(
        cls,
        rows: NDArray[np.float64],
        clusters: NDArray[Any] | None,
        *,
        falling: bool = False,
    ) -> Interval:
        """Return the mean of rows, turned round if they are negated errors."""
        low, high = bootstrap_interval(rows, clusters=clusters)
        mean = float(rows.mean())
        if falling:
            mean, low, high = -mean, -high, -low
        return cls(mean, low, high, len(rows))


@dataclass(frozen=True)
class Effect:
    """What a part of the input is worth: how far the score falls without it.

    Attributes:
        part: A column's name, or "the picture".
        fall: With its interval.
    """

    part: str
    fall: Interval


@dataclass(frozen=True)
class Group:
    """Rows with one value of a column.

    Attributes:
        value: It, in words.
        score: Theirs.
        is_small: Whether they are too few to say much.
    """

    value: str
    score: Interval
    is_small: bool


def scored(predictor: Predictor, rows: HeldOutRows, group: str | None) -> Scored:
    """Score a run on its test rows."""
    figures = predictor.figures_of(rows.table, rows.pictures, BATCH_SIZE)
    metric = primary_metric(predictor.task, rows.truth)
    of_groups = {"balanced_accuracy": "accuracy", "r2": "mae"}.get(metric, metric)
    return Scored(
        metric=metric,
        rows=row_scores(metric, rows.truth, figures),
        groups_metric=of_groups,
        group_rows=row_scores(of_groups, rows.truth, figures),
        clusters=None if group is None else rows.table.frame[group].to_numpy(),
    )


def effects(
    predictor: Predictor,
    rows: HeldOutRows,
    test: Scored,
    *,
    repeats: int,
    advance: Callable[[int, int], object],
) -> list[Effect]:
    """Return what each column and the picture is worth, largest first."""
    inputs = predictor.inputs_of(rows.table, rows.pictures)
    parts = _parts(predictor, inputs)
    done, total = 0, len(parts) * repeats

    def step() -> None:
        nonlocal done
        done += 1
        advance(done, total)

    fallen = permutation_importance(
        lambda given: predictor.figures_from(given, BATCH_SIZE),
        inputs,
        parts,
        lambda figures: row_scores(test.metric, rows.truth, figures),
        repeats=repeats,
        advance=step,
    )
    found = [
        Effect(name, Interval.of(values, test.clusters))
        for name, values in fallen.items()
    ]
    return sorted(found, key=lambda effect: -effect.fall.mean)


def _parts(predictor: Predictor, inputs: dict[str, Any]) -> dict[str, Part]:
    """Return where in the inputs each column stands; those that nobody reads do not."""
    spec = predictor.preprocessor.spec
    places = {feature.name: place for place, feature in enumerate(spec.by_block)}
    parts: dict[str, list[tuple[str, slice | None]]] = {}
    for feature in spec.features:
        if feature.block in inputs:
            end = feature.start + feature.width
            parts[feature.name] = [(feature.block, slice(feature.start, end))]
            if "present" in inputs:
                place = places[feature.name]
                parts[feature.name].append(("present", slice(place, place + 1)))
    if "image" in inputs:
        blocks = [name for name in ("image", "pictures") if name in inputs]
        parts[PICTURE] = [(name, None) for name in blocks]
    return {name: tuple(part) for name, part in parts.items()}


def subgroups(
    test: Scored, table: Table, columns: Sequence[str]
) -> Iterator[tuple[str, list[Group]]]:
    """Yield each column with its scores by value, when it is asked for."""
    return ((name, _groups(test, table, name)) for name in columns)


def _groups(test: Scored, table: Table, name: str) -> list[Group]:
    found = []
    for value, places in groups_of(table.frame[name]):
        clusters = None if test.clusters is None else test.clusters[places]
        falling = test.groups_metric in FALLING
        interval = Interval.of(test.group_rows[places], clusters, falling=falling)
        found.append(Group(value, interval, len(places) < FEW_ROWS))
    return found
