"""What is predicted: words to indices, labels to 0/1, numbers to about one; back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
import polars as pl
from pydantic import model_validator

from sidelight.errors import TableError
from sidelight.schema import Record, Task
from sidelight.table import Table, labels_by_row

if TYPE_CHECKING:
    from numpy.typing import NDArray

LARGEST_LOG = 69.0  # of a decoded answer: 1e30, where tables end


class Target(Record):
    """What was learned from the target of the training rows.

    Attributes:
        names: The columns: one, or several of numbers.
        task: What is predicted.
        classes: Names of classes or labels in fitted order, of an ordinal task in
            theirs; empty for a regression.
        log: Whether amounts are learned as `log(1 + y)`.
        centers: Mean of the training targets of a regression, a number a column; of
            their logarithms with `log`.
        spreads: Standard deviation of the same.
    """

    names: tuple[str, ...]
    task: Task
    classes: tuple[str, ...] = ()
    log: bool = False
    centers: tuple[float, ...] = ()
    spreads: tuple[float, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _of_one_target(cls, state: Any) -> Any:
        """Take what runs of version 0.1.0 hold: one name, one center, one spread."""
        if not isinstance(state, dict) or "name" not in state:
            return state
        old = dict(state)
        scale = {"centers": (old.pop("center"),), "spreads": (old.pop("spread"),)}
        kept = scale if old["task"] == "regression" else {}
        return {"names": (old.pop("name"),), **old, **kept}

    @classmethod
    def fit(cls, table: Table) -> Self:
        """Learn classes or scale from training rows."""
        schema = table.schema
        if schema.target is None or schema.task is None:
            problem = "there is no target to learn"
            raise TableError(problem, path=table.source, fix="Name it with --target.")
        draft = cls(names=schema.targets, task=schema.task, log=schema.log_target)
        if schema.task == "regression":
            values = draft._amounts(table)
            spreads = values.std(axis=0)
            found: dict[str, Any] = {
                "centers": tuple(values.mean(axis=0).tolist()),
                "spreads": tuple(np.where(spreads > 0, spreads, 1.0).tolist()),
            }
        else:
            found = {"classes": _classes(table)}
        return draft.model_copy(update=found)

    @property
    def num_outputs(self) -> int:
        """How many answers a network has: 1 of two classes, else one for each."""
        if self.task == "binary":
            return 1
        return len(self.classes) or len(self.names)

    def encode(self, table: Table) -> NDArray[Any]:
        """Return what a network learns.

        Returns:
            `(rows,)` int32 class indices, `(rows, labels)` float32 of 0 and 1, or
            scaled numbers float32, `(rows,)` of one target and `(rows, targets)` of
            several.

        Raises:
            TableError: Naming the rows with a class that training never saw.
        """
        if self.task == "regression":
            scaled = (self._amounts(table) - self.centers) / self.spreads
            return _flat(scaled).astype(np.float32)
        if self.task == "multilabel":
            return self._indicator(table)
        labels = table.frame[self.names[0]].cast(pl.String)
        self._refuse_unseen(table, labels.is_in(list(self.classes)), labels)
        codes = pl.Series(range(len(self.classes)), dtype=pl.Int32)
        return labels.replace_strict(
            pl.Series(self.classes, dtype=pl.String), codes, return_dtype=pl.Int32
        ).to_numpy()

    def truth(self, table: Table) -> NDArray[Any]:
        """Return what answers are scored against: as `encode`, but numbers unscaled."""
        if self.task != "regression":
            return self.encode(table)
        return _flat(_columns(table, self.names))

    def decode(self, scaled: NDArray[Any]) -> NDArray[np.float64]:
        """Return a regression's numbers in the units of the target.

        Args:
            scaled: `(rows, targets)`, or `(rows,)` of one.

        Returns:
            `(rows,)` of one target, `(rows, targets)` of several.
        """
        columns = scaled.reshape(len(scaled), -1).astype(np.float64)
        values = columns * self.spreads + self.centers
        if self.log:
            # The model learned that no answer is below zero; rounding must not undo it.
            values = np.expm1(np.clip(values, 0.0, LARGEST_LOG))
        return _flat(values)

    def describe(self) -> str:
        """Say in words what is done to it."""
        if self.classes:
            kind = {"multilabel": "labels", "ordinal": "classes in order"}
            what = kind.get(self.task, "classes")
            return f"{len(self.classes)} {what}: {', '.join(self.classes)}"
        first = "log(1 + y), " if self.log else ""
        scales = zip(self.centers, self.spreads, strict=True)
        return first + "; ".join(f"minus {c:.6g}, over {s:.6g}" for c, s in scales)

    def _amounts(self, table: Table) -> NDArray[np.float64]:
        """Return `(rows, targets)` numbers on the scale that is learned."""
        values = _columns(table, self.names)
        return np.log1p(values) if self.log else values

    def _indicator(self, table: Table) -> NDArray[np.float32]:
        pairs = labels_by_row(table.frame[self.names[0]])
        known = pl.Enum(self.classes)
        codes = pairs["label"].cast(known, strict=False).to_physical().cast(pl.Int64)
        strange = np.zeros(len(table), dtype=bool)
        strange[pairs["row"].filter(codes.is_null()).to_numpy()] = True
        self._refuse_unseen(table, pl.Series(~strange), table.frame[self.names[0]])
        indicator = np.zeros((len(table), len(self.classes)), dtype=np.float32)
        indicator[pairs["row"].to_numpy(), codes.to_numpy()] = 1
        return indicator

    def _refuse_unseen(self, table: Table, seen: pl.Series, cells: pl.Series) -> None:
        unknown = ~seen.fill_null(value=False).to_numpy()
        if not unknown.any():
            return
        what, all_ = "class", "classes"
        if self.task == "multilabel":
            what, all_ = "label", "labels"
        rows = "1 row has" if unknown.sum() == 1 else f"{unknown.sum()} rows have"
        problem = f"{rows} a {what} that training never saw"
        raise TableError(
            problem,
            path=table.source,
            column=self.names[0],
            rows=table.rows[unknown].tolist(),
            values=cells.filter(unknown).to_list(),
            fix=f"The {all_} are {', '.join(self.classes)}; correct these cells, or "
            "take their rows out of the table.",
        )


def _classes(table: Table) -> tuple[str, ...]:
    schema, cells = table.schema, table.target()
    if schema.task == "multilabel":
        return tuple(sorted(labels_by_row(cells)["label"].unique()))
    if schema.classes:
        return schema.classes
    names = cells.cast(pl.String).unique().to_list()
    if schema.task == "ordinal":  # numbers, as the check of the table has made sure
        return tuple(sorted(names, key=lambda name: (float(name), name)))
    return tuple(sorted(names))


def _columns(table: Table, names: tuple[str, ...]) -> NDArray[np.float64]:
    return table.frame.select(pl.col(names).cast(pl.Float64)).to_numpy()


def _flat(values: NDArray[Any]) -> NDArray[Any]:
    """Return `(rows,)` where there is one column only."""
    return values[:, 0] if values.shape[1] == 1 else values
