"""What both engines do alike with tables."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from sidelight.readers import read_table
from sidelight.table import Table, names_as_text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sidelight.pixels import ImageRule
    from sidelight.preprocessing import Preprocessor
    from sidelight.schema import Schema, Task

FROM = 0.5  # probability from which a label is said to be there


class TablePredictor(ABC):
    """A trained model that answers tables, whatever it runs in.

    Attributes:
        preprocessor: Fitted on the training rows.
        schema: What each column was for in training.
        rule: How pictures are brought to the network's size; None without pictures.
    """

    preprocessor: Preprocessor
    schema: Schema
    rule: ImageRule | None

    @property
    @abstractmethod
    def uses_image(self) -> bool:
        """Whether the network looks at pictures at all."""

    @property
    @abstractmethod
    def may_miss(self) -> bool:
        """Whether the network was trained to do without columns or the picture."""

    @property
    def reading(self) -> dict[str, Any]:
        """How its tables are read, where the model says so itself; a run does not."""
        return {}

    @abstractmethod
    def figures_of(
        self, table: Table, pictures: Mapping[str, NDArray[Any]], batch_size: int
    ) -> NDArray[Any]:
        """Answer rows whose pictures are decoded.

        Args:
            table: Checked rows.
            pictures: "image" `(rows, height, width, bands)` as packed; of several a
                row `(rows, pictures, …)`, and "pictures" says which are there. Empty
                for a network without pictures.
            batch_size: Rows that the network is asked at once, always as many.

        Returns:
            Probabilities `(rows, classes)`, or numbers in the targets' units.
        """

    @property
    def classes(self) -> list[str]:
        """Names of classes or labels in fitted order; empty for a regression."""
        return self.preprocessor.classes

    @property
    def task(self) -> Task:
        """What is predicted."""
        return self.preprocessor.known_target.task

    @property
    def names(self) -> list[str]:
        """What the scores' parts are called: classes, labels, or several targets."""
        several = self.preprocessor.known_target.names
        return self.classes or (list(several) if len(several) > 1 else [])

    def read(self, source: Any, *, target: bool = False, **options: Any) -> Table:
        """Read a table as the training table was read.

        Args:
            source: As for `read_table`.
            target: Whether the target column is read too, and must be there.
            **options: As for `read_table`: `images`, `sql`, `on_bad`, ….

        Raises:
            TableError: If columns are missing (for a network that may not miss them) or
                cells unusable; extra columns and another order of columns are fine.
        """
        options = {**self.reading, **options, "may_miss": self.may_miss}
        if target:
            return read_table(
                source, schema=self.schema, target=self.schema.targets, **options
            )
        return read_table(source, schema=self.schema.without_target(), **options)

    def named(self, probability: NDArray[Any]) -> NDArray[Any]:
        """Return `(rows,)` the likeliest class of each row, or its labels in words."""
        names = np.array(self.classes)
        if self.task == "multilabel":
            found = [";".join(names[row]) for row in probability >= FROM]
            return np.array(found, dtype=str)
        return np.asarray(names[probability.argmax(axis=1)])

    def frame(self, table: Table, figures: NDArray[Any]) -> pl.DataFrame:
        """Return answers as a table: row number, picture, prediction, probabilities.

        Several targets have a column each, `prediction_NAME`.

        Args:
            table: The rows.
            figures: Probabilities, or numbers in the targets' units.
        """
        columns: dict[str, Any] = {}
        decided = self.named(figures) if self.classes else figures
        if decided.ndim == 2:
            for name, column in zip(self.names, decided.T, strict=True):
                columns[f"prediction_{name}"] = column
        else:
            kind = pl.String if self.classes else pl.Float64
            columns["prediction"] = pl.Series(decided.tolist(), dtype=kind)
        for index, name in enumerate(self.classes):
            columns[f"probability_{name}"] = figures[:, index]
        return self.rows(table).with_columns(
            pl.Series(n, c) for n, c in columns.items()
        )

    def rows(self, table: Table) -> pl.DataFrame:
        """Return each row's number in its source, and the pictures that it names."""
        columns = [table.frame[n] for n in self.schema.images if n in table.frame]
        names = {cells.name: names_as_text(cells) for cells in columns}
        return pl.DataFrame({"row": table.rows, **names})


def in_batches(
    ask: Callable[[dict[str, NDArray[Any]]], Any],
    inputs: Mapping[str, NDArray[Any]],
    size: int,
    *,
    at_once: int = 1,
) -> NDArray[Any]:
    """Ask for as many rows each time; the last batch is filled up.

    A compiled function is traced for each number of rows.

    Args:
        ask: The network, for a batch of inputs.
        inputs: Blocks of as many rows each.
        size: Rows of a batch.
        at_once: Batches that are asked at the same time, each by a thread.
    """
    count = len(next(iter(inputs.values())))

    def answer(start: int) -> NDArray[Any]:
        part = {name: block[start : start + size] for name, block in inputs.items()}
        lack = size - min(size, count - start)
        if lack and start:  # a table smaller than a batch is asked as it is
            part = {name: _filled(block, lack) for name, block in part.items()}
        return np.asarray(ask(part))[: min(size, count - start)]

    starts = range(0, count, size)
    threads = min(at_once, len(starts))
    if threads == 1:
        return np.concatenate([answer(start) for start in starts])
    with ThreadPoolExecutor(threads) as pool:
        return np.concatenate(list(pool.map(answer, starts)))


def _filled(block: NDArray[Any], lack: int) -> NDArray[Any]:
    return np.concatenate([block, block[-1:].repeat(lack, axis=0)])
