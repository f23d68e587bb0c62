"""What kind of answer a target asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidelight.errors import ConfigError
from sidelight.table import _cells as cells_
from sidelight.table._kinds import is_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from sidelight.schema import Task

MOST_CLASSES = 20  # whole numbers with more distinct values are an amount


def infer_task(cells: pl.Series, decimal: str = ".") -> Task:
    """Return the kind of answer a target asks for.

    Text and yes/no are classes; whole numbers are too if there are at most 20 of them
    and each is met twice on average; other numbers are an amount.
    """
    text = cells_.labels(cells).drop_nulls()
    num_labels = text.n_unique()
    if is_number(cells, decimal):
        values = cells_.numbers(cells, decimal).drop_nulls()
        whole = bool((values == values.floor()).all())
        if not whole or num_labels > min(MOST_CLASSES, len(values) / 2):
            return "regression"
    return "binary" if num_labels <= 2 else "multiclass"


def task_of(cells: pl.Series, given: str | None, decimal: str) -> Task:
    """Return the task of a target whose kind of column may be given."""
    if given == "numeric":
        return "regression"
    if given is None:
        return infer_task(cells, decimal)
    num_labels = cells_.labels(cells).drop_nulls().n_unique()
    return "binary" if num_labels <= 2 else "multiclass"


def task_of_several(targets: list[str], numbers: list[bool], task: str | None) -> str:
    """Return the task of several targets: amounts are all they can be."""
    if task in (None, "regression") and all(numbers):
        return "regression"
    odd = [name for name, is_number in zip(targets, numbers, strict=True)
           if not is_number]  # fmt: skip
    problem = f"several targets have to be numbers, and {odd[0]!r} is not" if odd else (
        f"several targets are amounts, but the task is {task}"
    )  # fmt: skip
    fix = (
        "For several labels a row, write them into one column as a;b and pass --task "
        "multilabel (task='multilabel')."
    )
    raise ConfigError(problem, fix=fix)


def check_task(task: str | None, classes: Sequence[str], *, log_target: bool) -> None:
    """Refuse an order of classes or a logarithm that the task has no use for."""
    if classes and task != "ordinal":
        problem = f"an order of classes is for an ordinal task, and this one is {task}"
        fix = "Pass --task ordinal (task='ordinal'), or leave --classes out."
        raise ConfigError(problem, fix=fix)
    if classes and len(set(classes)) < max(2, len(classes)):
        problem = f"the order of classes is {', '.join(map(repr, classes))}"
        raise ConfigError(problem, fix="Name at least two classes, each once.")
    if log_target and task != "regression":
        problem = f"the logarithm of a target is for amounts, and the task is {task}"
        fix = "Pass --task regression, or leave --log-target (log_target) out."
        raise ConfigError(problem, fix=fix)
