"""How long is searched, among which fusions, for the best of what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from sidelight.errors import ConfigError, UnknownNameError
from sidelight.evaluation import FALLING, METRICS, METRICS_OF, primary_metric
from sidelight.schema import Record, Task

if TYPE_CHECKING:
    from numpy.typing import NDArray


class TuneConfig(Record):
    """Options of a search.

    Attributes:
        fusions: The fusions to choose from; empty is the one of the configuration.
        trials: Finished trials wanted, with those of an earlier call.
        budget: Seconds for the search and the winner's training; a trial that would
            break it is not begun. None does all trials.
        metric: The score on validation rows: accuracy, balanced_accuracy or log_loss;
            r2 or mae for numbers, rank_mae of ordered classes, label_ranking of labels.
            None is accuracy, or balanced_accuracy where one class is most of the rows,
            rank_mae, label_ranking, or r2.
    """

    fusions: tuple[str, ...] = ()
    trials: int = Field(default=50, ge=1)
    budget: float | None = Field(default=None, gt=0)
    metric: str | None = None


def metric_for(asked: str | None, task: Task, truth: NDArray[Any]) -> str:
    """Return the metric of a search.

    Args:
        asked: What was asked for; None chooses.
        task: What is predicted.
        truth: `(rows,)` class indices or numbers of the validation rows.

    Raises:
        UnknownNameError: If there is no such metric.
        ConfigError: If it is one for another task.
    """
    if asked is None:
        return primary_metric(task, truth)
    if asked not in METRICS:
        kind = "metric"
        raise UnknownNameError(kind, asked, METRICS)
    if asked not in METRICS_OF[task]:
        problem = f"the metric {asked!r} is not for a {task} task"
        raise ConfigError(problem, fix=f"Choose from {', '.join(METRICS_OF[task])}.")
    return asked


def score_of(metric: str, scores: dict[str, Any]) -> float | None:
    """Return a metric out of `evaluate`'s scores so that higher is better."""
    value = scores.get(metric)
    if value is None:
        return None
    return -float(value) if metric in FALLING else float(value)
