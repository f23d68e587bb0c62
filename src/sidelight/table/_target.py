"""Whether the target can be learned, and what gives it away."""

from __future__ import annotations

import itertools
import warnings
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from sidelight.errors import GroupWarning, LeakWarning
from sidelight.table._cells import labels, positions, to_numeric
from sidelight.table._labels import judge_label_sets, to_label_sets
from sidelight.table._names import names_group
from sidelight.table._problems import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sidelight.schema import Schema, Task
    from sidelight.table._table import Table

MIN_GROUPS = 5  # fewer groups than that are a category, not individuals
ROWS_PER_LEVEL = 5  # a level met as often that has one answer only is no accident
LOOKED_AT_FIRST = 10_000


def to_target(
    cells: pl.Series,
    task: Task,
    decimal: str = ".",
    *,
    classes: Sequence[str] = (),
    log: bool = False,
) -> tuple[pl.Series, list[Problem]]:
    """Return String classes or label sets, or a Float64 amount, and unusable rows.

    Args:
        cells: The target as read.
        task: What is asked for.
        decimal: The decimal sign of numbers written as text.
        classes: Order of the classes of an ordinal task; numbers need none.
        log: Whether the amount's logarithm is to be learned.
    """
    if task == "multilabel":
        return to_label_sets(cells), []
    if task == "regression":
        values, found = to_numeric(cells, decimal)
        found += _below_zero(values) if log else []
    else:
        values, found = labels(cells), []
        found += _without_place(values, classes) if task == "ordinal" else []
    missing = positions(labels(cells).is_null())
    if len(missing):
        what = f"the target is missing in {_rows(len(missing))}"
        fix = "Fill it in, or leave these rows out with --on-bad drop (on_bad='drop')."
        found.append(Problem(cells.name, what, "no target", missing, fix=fix))
    return values, found


def to_weight(cells: pl.Series, decimal: str = ".") -> tuple[pl.Series, list[Problem]]:
    """Return Float64 weights, and the rows whose weight is not a positive number."""
    values, found = to_numeric(cells, decimal)
    fix = (
        "A weight is a positive number. Leave rows that shall not count out of the "
        "table, or pass --on-bad drop (on_bad='drop')."
    )
    missing = positions(cells.is_null())
    if len(missing):
        what = f"the weight is missing in {_rows(len(missing))}"
        found.append(Problem(cells.name, what, "no weight", missing, fix=fix))
    where = positions(values <= 0)
    if len(where):
        what = f"the weight is not positive in {_rows(len(where))}"
        reason = "a weight that is not positive"
        values_there = values.gather(where).to_list()
        found.append(Problem(cells.name, what, reason, where, values_there, fix))
    return values, found


def _below_zero(values: pl.Series) -> list[Problem]:
    where = positions(values < 0)
    if not len(where):
        return []
    what = f"the target is negative in {_rows(len(where))}, and log(1 + y) needs y ≥ 0"
    fix = (
        "Correct them, leave --log-target (log_target) out, or leave these rows out "
        "with --on-bad drop (on_bad='drop')."
    )
    reason = "a negative target"
    return [
        Problem(values.name, what, reason, where, values.gather(where).to_list(), fix)
    ]


def _without_place(values: pl.Series, classes: Sequence[str]) -> list[Problem]:
    """Return the rows whose class has no place in the order."""
    if classes:
        where = positions(values.is_not_null() & ~values.is_in(list(classes)))
        if not len(where):
            return []
        found = values.gather(where)
        what = f"{_rows(len(where))} have a class that the order of classes lacks"
        fix = f"The order is {', '.join(classes)}; see --classes (classes=[…])."
        reason = "a class without a place in the order"
        return [Problem(values.name, what, reason, where, found.to_list(), fix)]
    numbers = values.cast(pl.Float64, strict=False)
    if (numbers.is_finite() | values.is_null()).fill_null(value=False).all():
        return []
    what = "the classes are not numbers, so their order is not known"
    example = ",".join(values.drop_nulls().unique().sort()[:5].to_list())
    fix = f"Give it, lowest first: --classes {example} (classes=[…])."
    return [Problem(values.name, what, fix=fix, droppable=False)]


def _rows(number: int) -> str:
    return f"{number} {'row' if number == 1 else 'rows'}"


def judge_target(
    target: pl.Series, task: Task, classes: Sequence[str] = ()
) -> list[Problem]:
    """Return why nothing can be learned from a typed target without gaps."""
    name, num_distinct = target.name, target.n_unique()
    if num_distinct == 1:
        what = f"the target is {target[0]!r} in every row, so there is nothing to learn"
        fix = "Choose another target, or add rows with other answers."
        return [Problem(name, what, fix=fix, droppable=False)]
    if task == "regression":
        return []
    if task == "multilabel":
        return judge_label_sets(target)
    if num_distinct == len(target):
        what = "the target is different in every row, like an identifier"
        where, values = np.arange(min(len(target), 3)), target[:3].to_list()
        fix = "Choose another target, or pass --task regression if it is an amount."
        return [Problem(name, what, "", where, values, fix, droppable=False)]
    if task == "binary" and num_distinct > 2:
        what = f"the target has {num_distinct} classes, but the task is binary"
        fix = "Pass --task multiclass (task='multiclass')."
        return [Problem(name, what, fix=fix, droppable=False)]
    absent = set(classes) - set(target.unique())
    if absent:
        listed = ", ".join(repr(c) for c in classes if c in absent)
        what = f"no row has the class {listed}, so its place cannot be learned"
        fix = "Leave it out of --classes (classes=[…]), or add rows."
        return [Problem(name, what, fix=fix, droppable=False)]
    single = positions(target.is_unique())
    if not len(single):
        return []
    what = "1 class has" if len(single) == 1 else f"{len(single)} classes have"
    return [
        Problem(
            name,
            f"{what} a single row, too few to learn from and to test on",
            "a class with a single row",
            single,
            target.gather(single).to_list(),
            "Add rows, merge the class into another one, or leave the row out with "
            "--on-bad drop (on_bad='drop').",
        )
    ]


def leaks(frame: pl.DataFrame, schema: Schema) -> dict[tuple[str, str], str]:
    """Return which metadata columns give which target away, and how.

    A column leaks if it equals the target, if its levels and the classes go one to
    one, if each of its often-met levels has a single class, or if a straight line
    leads from it to the amount.
    """
    if schema.target is None or schema.task is None:
        return {}
    asked = [c.sources[0] for c in schema.columns if c.kind != "location"]
    found = {
        (name, target): _leak(frame[name], frame[target], schema.task)
        for name, target in itertools.product(asked, schema.targets)
    }
    return {pair: how for pair, how in found.items() if how}


def warn_about_leaks(frame: pl.DataFrame, schema: Schema) -> list[str]:
    """Warn of each metadata column that gives the target away; return the messages."""
    messages = []
    for (name, target), how in leaks(frame, schema).items():
        message = (
            f"Column {name!r} {how} the target {target!r}: a model that "
            f"reads it need not look at the picture. If it would not be known "
            f"beforehand, leave it out with --drop {name} (drop=[{name!r}])."
        )
        messages.append(message)
        warnings.warn(message, LeakWarning, stacklevel=3)
    return messages


def warn_about_groups(table: Table, group: str | None) -> list[str]:
    """Warn of identifiers whose rows a split would tear apart; return the messages.

    Args:
        table: The checked table, with the columns that are no metadata.
        group: The column the split keeps together; with one, nothing is said.
    """
    if group is not None:
        return []
    messages = []
    for name, (num_groups, num_rows) in repeated_identifiers(table).items():
        message = (
            f"Column {name!r} names {num_groups} things in {num_rows} rows, so "
            "several rows show the same one. A split by rows puts the same one "
            "into training and test, and the score comes out too good. Keep "
            f"them together with --group {name} (group={name!r})."
        )
        messages.append(message)
        warnings.warn(message, GroupWarning, stacklevel=2)
    return messages


def repeated_identifiers(table: Table) -> dict[str, tuple[int, int]]:
    """Return columns that name things shown in several rows: how many, in how many."""
    schema, found = table.schema, {}
    for name in table.frame.columns:
        if name in (*schema.images, *schema.targets) or not names_group(name):
            continue
        counts = _groups(table.frame[name], table.frame, schema.target)
        if counts[0]:
            found[name] = counts
    return found


def _groups(
    cells: pl.Series, frame: pl.DataFrame, target: str | None
) -> tuple[int, int]:
    """Return how many groups there are in how many rows; (0, 0) if it has none."""
    nothing = (0, 0)
    if cells.dtype.is_nested() or cells.dtype.is_temporal():
        return nothing
    text = labels(cells)
    filled = text.drop_nulls()
    num_groups = filled.n_unique()
    if not MIN_GROUPS <= num_groups < len(filled):
        return nothing
    if cells.dtype.is_float() and not _whole(cells):
        return nothing
    if target is not None and _one_to_one(text, labels(frame[target])):
        return nothing  # a code of the class; the leak warning speaks of it
    return num_groups, len(filled)


def _whole(cells: pl.Series) -> bool:
    values = cells.drop_nulls()
    return bool((values == values.floor()).all())


def _leak(cells: pl.Series, target: pl.Series, task: Task) -> str:
    if task == "regression":
        if not cells.dtype.is_numeric():
            return ""
        both = pl.DataFrame({"x": cells, "y": target}).drop_nulls()
        if both.height < 3 or both["x"].n_unique() < 3:
            return ""
        if (both["x"] == both["y"]).all():
            return "equals"
        r = both.select(pl.corr("x", "y")).item()
        return "is a straight line away from" if abs(r or 0) > 1 - 1e-9 else ""
    both = pl.DataFrame({"x": cells, "y": target})
    some = both.head(LOOKED_AT_FIRST)
    if some.n_unique() > some["x"].n_unique():
        return ""  # a level with two classes among the first rows settles it
    num_levels, num_classes = cells.n_unique(), target.n_unique()
    often = num_levels * ROWS_PER_LEVEL <= len(cells)
    if num_levels < num_classes or not (often or num_levels == num_classes):
        return ""
    if both.n_unique() > num_levels:
        return ""
    if num_levels > num_classes:
        return "determines"
    same = labels(cells).eq_missing(target).all()
    return "equals" if same else "goes one to one with"


def _one_to_one(text: pl.Series, answers: pl.Series) -> bool:
    num_levels = text.n_unique()
    if num_levels != answers.n_unique():
        return False
    return pl.DataFrame({"x": text, "y": answers}).n_unique() == num_levels
