"""Every column fitted on training rows, and applied to any rows as arrays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import ValidationError

from sidelight.errors import ConfigError, NotTrainingDataError, RunError, TableError
from sidelight.preprocessing._target import Target
from sidelight.preprocessing.columns._base import Fitted
from sidelight.registry import KINDS
from sidelight.runs import read_json, write_json
from sidelight.schema import Column, MetaSpec
from sidelight.table import Table

if TYPE_CHECKING:
    from numpy.typing import NDArray

VERSION = 1
DTYPES = {"numeric": np.float32, "categorical": np.int32}


@dataclass(frozen=True)
class Preprocessor:
    """What was learned from training rows, column by column.

    Attributes:
        columns: The fitted columns, in the table's order.
        target: The fitted target; None where there is nothing to predict.
    """

    columns: tuple[Fitted, ...]
    target: Target | None

    @classmethod
    def fit(cls, table: Table) -> Preprocessor:
        """Learn every column's constants.

        Args:
            table: Rows marked as training rows by `table.take(split, "train")`.

        Raises:
            NotTrainingDataError: If the rows are not marked so.
            TableError: If a column has no value at all in them, or a missing one
                where the schema says `missing="error"`.
            ConfigError: If the schema asks for a missing policy that a column's kind
                does not have.
        """
        if table.part != "train":
            name = "A preprocessor"
            raise NotTrainingDataError(name, table.part)
        for column in table.schema.columns:
            _check_policy(column, table.source)
        columns = tuple(
            KINDS.get(column.kind).obj.fit(column, table.frame)
            for column in table.schema.columns
        )
        target = None if table.schema.target is None else Target.fit(table)
        fitted = cls(columns, target)
        fitted.refuse_missing(table)
        return fitted

    @property
    def classes(self) -> list[str]:
        """Names of classes or labels in fitted order; empty for a regression."""
        return [] if self.target is None else list(self.target.classes)

    @property
    def spec(self) -> MetaSpec:
        """The metadata inputs of a model: which positions belong to which column."""
        widths = {"numeric": 0, "categorical": 0}
        features = []
        for column in self.columns:
            features.append(column.feature(widths[column.block]))
            widths[column.block] += column.width
        return MetaSpec(
            features=tuple(features),
            num_numeric=widths["numeric"],
            num_categorical=widths["categorical"],
        )

    def transform(self, table: Table) -> dict[str, NDArray[Any]]:
        """Encode rows as arrays.

        Args:
            table: Any rows of the fitted schema.

        Returns:
            "numeric" `(rows, num_numeric)` float32 and "categorical"
            `(rows, num_categorical)` int32; a block without columns is not there.

        Raises:
            TableError: If a cell is missing where the schema says `missing="error"`.
        """
        self.refuse_missing(table)
        spec = self.spec
        widths = {"numeric": spec.num_numeric, "categorical": spec.num_categorical}
        blocks = {
            # Column-major: each column is written in one sweep.
            name: np.empty((len(table), width), dtype=DTYPES[name], order="F")
            for name, width in widths.items()
            if width
        }
        for column, feature in zip(self.columns, spec.features, strict=True):
            block = blocks[feature.block]
            column.encode(
                table.frame, block[:, feature.start : feature.start + feature.width]
            )
        return blocks

    def present(self, table: Table) -> NDArray[np.float32]:
        """Return which columns, and whether a picture, each row has.

        Returns:
            `(rows, columns + 1)` float32, one where there is a value and zero
            elsewhere; columns in the order of `spec.by_block`, then the picture.
        """
        columns = {column.column.name: column for column in self.columns}
        has = np.ones((len(table), len(columns) + 1), dtype=np.float32)
        for position, feature in enumerate(self.spec.by_block):
            has[:, position] = ~columns[feature.name].absent(table.frame)
        if table.images:
            has[:, -1] = table.images.present()
        return has

    def encode_target(self, table: Table) -> NDArray[Any]:
        """Return the targets as the network learns them; see `Target.encode`."""
        return self.known_target.encode(table)

    def truth(self, table: Table) -> NDArray[Any]:
        """Return what answers are scored against; see `Target.truth`."""
        return self.known_target.truth(table)

    def decode_target(self, scaled: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return a regression's numbers in the units of the target; see `decode`."""
        return self.known_target.decode(scaled)

    @property
    def known_target(self) -> Target:
        """The fitted target.

        Raises:
            TableError: If the training rows had none.
        """
        if self.target is None:
            problem = "there was no target in the training rows"
            raise TableError(problem, fix="Read the table with a target.")
        return self.target

    def rows_to_drop(self, table: Table) -> NDArray[np.int64]:
        """Return positions of rows with a gap where the schema says to drop them."""
        absent = np.zeros(len(table), dtype=bool)
        for column in self.columns:
            if column.column.missing == "drop":
                absent |= column.absent(table.frame)
        return np.flatnonzero(absent)

    def refuse_missing(self, table: Table) -> None:
        """Refuse gaps in columns whose policy is "error".

        Raises:
            TableError: Naming the first such column and all its rows.
        """
        for name, absent in self.gaps(table):
            problem = f"{absent.sum()} cells are missing, and none may be"
            raise TableError(
                problem,
                path=table.source,
                column=name,
                rows=table.rows[absent].tolist(),
                fix="Fill them in, or set another missing policy in the schema.",
            )

    def describe(self) -> list[dict[str, Any]]:
        """Return, for each column, what is done to it in words."""
        described = [
            {
                "column": column.column.name,
                "kind": column.column.kind,
                "missing": column.missing,
                "what is done": column.describe(),
            }
            for column in self.columns
        ]
        return described if self.target is None else [*described, self._target_row()]

    def _target_row(self) -> dict[str, Any]:
        target = self.known_target
        row = {"column": ", ".join(target.names), "kind": "target", "missing": 0}
        return {**row, "what is done": target.describe()}

    def unusual(self, table: Table) -> Iterator[tuple[str, str, NDArray[np.bool_]]]:
        """Yield what is unlike any training row: column, what, and `(rows,)` where."""
        for column in self.columns:
            for what, mask in column.unusual(table.frame).items():
                if mask.any():
                    yield column.column.name, what, mask

    def gaps(self, table: Table) -> Iterator[tuple[str, NDArray[np.bool_]]]:
        """Yield the columns whose gaps are errors, and `(rows,)` where they are."""
        for column in self.columns:
            if column.column.missing == "error":
                absent = column.absent(table.frame)
                if absent.any():
                    yield column.column.name, absent

    def state(self) -> dict[str, Any]:
        """Return everything that was learned, as JSON holds it."""
        return {
            "version": VERSION,
            "target": self.target and self.target.model_dump(mode="json"),
            "columns": [column.model_dump(mode="json") for column in self.columns],
        }

    @classmethod
    def from_state(cls, state: Any, path: Path) -> Preprocessor:
        """Return what `state` described.

        Args:
            state: As it was.
            path: The file that it was in, for the message.

        Raises:
            RunError: If it is damaged or of a newer version.
        """
        try:
            if state["version"] != VERSION:
                problem = f"version {state['version']} is not {VERSION}"
                raise RunError(problem, path=path, fix="Update sidelight.")
            columns = tuple(
                KINDS.get(c["column"]["kind"]).obj.model_validate(c)
                for c in state["columns"]
            )
            target = state["target"]
            return cls(columns, target and Target.model_validate(target))
        except (KeyError, TypeError, ValidationError) as error:
            problem = f"the preprocessor is damaged ({type(error).__name__})"
            raise RunError(problem, path=path) from error

    def to_json(self, path: Path) -> None:
        """Write everything that was learned as JSON."""
        write_json(path, self.state())

    @classmethod
    def from_json(cls, path: Path) -> Preprocessor:
        """Read what `to_json` wrote.

        Raises:
            RunError: If the file is damaged or of a newer version.
        """
        return cls.from_state(read_json(path), path)


def _check_policy(column: Column, source: str) -> None:
    policies = KINDS.get(column.kind).obj.policies
    if column.missing not in policies:
        problem = f"a {column.kind} column has no missing policy {column.missing!r}"
        raise ConfigError(
            problem,
            path=source,
            column=column.name,
            fix=f"Choose one of {', '.join(policies)} in the schema.",
        )
