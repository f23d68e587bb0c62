"""The column to predict: words to indices, numbers to about one, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import numpy as np
import polars as pl

from sidelight.errors import TableError
from sidelight.schema import Record, Task
from sidelight.table import Table

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Target(Record):
    """What was learned from the target of the training rows.

    Attributes:
        name: The column.
        task: What is predicted.
        classes: Class names in fitted order; empty for a regression.
        center: Mean of the training targets of a regression.
        spread: Standard deviation of the training targets of a regression.
    """

    name: str
    task: Task
    classes: tuple[str, ...] = ()
    center: float = 0.0
    spread: float = 1.0

    @classmethod
    def fit(cls, table: Table) -> Self:
        """Learn classes or scale from training rows."""
        name, task = table.schema.target, table.schema.task
        if name is None or task is None:
            problem = "there is no target to learn"
            raise TableError(problem, path=table.source, fix="Name it with --target.")
        cells = table.target()
        if task == "regression":
            values = cells.to_numpy().astype(np.float64)
            spread = float(values.std())
            return cls(
                name=name,
                task=task,
                center=float(values.mean()),
                spread=spread if spread > 0 else 1.0,
            )
        labels = cells.cast(pl.String).unique().to_list()
        return cls(name=name, task=task, classes=tuple(sorted(labels)))

    def encode(self, table: Table) -> NDArray[np.int32] | NDArray[np.float32]:
        """Return class indices `(rows,)` int32, or scaled numbers `(rows,)` float32.

        Raises:
            TableError: Naming the rows with a class that training never saw.
        """
        cells = table.frame[self.name]
        if self.task == "regression":
            values = cells.to_numpy().astype(np.float64)
            return ((values - self.center) / self.spread).astype(np.float32)
        labels = cells.cast(pl.String)
        unknown = ~labels.is_in(list(self.classes)).fill_null(value=False).to_numpy()
        if unknown.any():
            problem = f"{unknown.sum()} rows have a class that training never saw"
            raise TableError(
                problem,
                path=table.source,
                column=self.name,
                rows=table.rows[unknown].tolist(),
                values=labels.filter(unknown).to_list(),
                fix=f"The classes are {', '.join(self.classes)}.",
            )
        codes = pl.Series(range(len(self.classes)), dtype=pl.Int32)
        return labels.replace_strict(
            pl.Series(self.classes, dtype=pl.String), codes, return_dtype=pl.Int32
        ).to_numpy()

    def decode(self, scaled: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return a regression's numbers in the units of the target."""
        return scaled.astype(np.float64) * self.spread + self.center
