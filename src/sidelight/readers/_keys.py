"""The keys of a join: what counts as the same, which repeat, which match nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import polars as pl

from sidelight.errors import ColumnNotFoundError, TableError
from sidelight.table._cells import clean, labels, positions
from sidelight.table._problems import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

Cardinality = Literal["one_to_one", "many_to_one", "one_to_many"]
NUM_SHOWN = 5


@dataclass(frozen=True, eq=False)
class Side:
    """One of the two tables of a join.

    Attributes:
        frame: Its cells.
        name: Its name in messages.
        root: Where the paths of pictures that it names start.
        key: Its columns that are compared.
    """

    frame: pl.DataFrame
    name: str
    root: Path | str
    key: list[str] = field(default_factory=list)

    def keys(self, null_values: Sequence[str]) -> pl.DataFrame:
        """Return the key's cells as text, in columns "0", "1", …; null where empty.

        1, 1.0, "1" and " 1 " are one key; "01" is another. A time is written in UTC,
        as in "2021-03-04 10:30:00".

        Raises:
            ColumnNotFoundError: If the table lacks a column of the key.
            TableError: If the cells of one are lists or bytes.
        """
        for name in self.key:
            if name not in self.frame.columns:
                raise ColumnNotFoundError(name, self.frame.columns, path=self.name)
            dtype = self.frame[name].dtype
            if dtype.is_nested() or dtype == pl.Binary:
                message = f"cells of type {dtype} are no key"
                fix = "Name a column of text, numbers or dates with --on COLUMN (key=)."
                raise TableError(message, path=self.name, column=name, fix=fix)
        cells = clean(self.frame.select(self.key), null_values)
        return pl.DataFrame(
            [comparable(cells[name]).alias(str(i)) for i, name in enumerate(self.key)]
        )


def comparable(cells: pl.Series) -> pl.Series:
    """Return cells as text, the same whichever type a file stores them in."""
    if not isinstance(cells.dtype, pl.Datetime):
        return labels(cells)
    if cells.dtype.time_zone:
        cells = cells.dt.convert_time_zone("UTC")
    text = cells.dt.to_string("%Y-%m-%d %H:%M:%S%.f")
    return text.str.replace(r"(\.\d*?)0+$", "${1}")


def check_keys(
    main: Side, other: Side, keys: list[pl.DataFrame], cardinality: Cardinality
) -> None:
    """Check that keys repeat only where the cardinality allows it.

    Raises:
        TableError: Naming the keys and rows of the side where they repeat.
    """
    twice = [_repeated(side) for side in keys]
    many = ("many_to_one", "one_to_many")
    allowed = [cardinality == side for side in many]
    for side in (1, 0):  # a key that repeats in a side table is the usual fault
        if not len(twice[side]) or allowed[side]:
            continue
        table, rows = (main, other)[side], twice[side]
        shown = _shown(keys[side][rows])
        distinct = keys[side][rows].n_unique()
        message = (
            f"{distinct} {'key stands' if distinct == 1 else 'keys stand'} in several "
            f"rows, so the join is not {cardinality}"
        )
        fix = (
            f"Pass --cardinality {many[side]} (cardinality={many[side]!r}) if that is "
            "as it should be; otherwise remove the rows that are too many."
        )
        if len(twice[1 - side]):
            fix = (
                f"Keys repeat in {(main, other)[1 - side].name} too, so that rows "
                "cannot be paired off: add a column to the key, or remove rows."
            )
        raise TableError(
            message,
            path=table.name,
            column=", ".join(table.key),
            rows=(rows + 1).tolist(),
            values=shown,
            fix=fix,
        )


def _repeated(keys: pl.DataFrame) -> Any:
    filled = ~keys.select(pl.any_horizontal(pl.all().is_null()))[:, 0]
    return positions(keys.is_duplicated() & filled)


def _shown(keys: pl.DataFrame) -> list[str]:
    """Return keys for messages, the columns of one with a slash between."""
    texts = keys.select(pl.concat_str(pl.all().fill_null(""), separator=" / "))
    return texts[:, 0].to_list()


def nothing_matches(main: Side, other: Side, keys: list[pl.DataFrame]) -> TableError:
    """Return the error of two tables that have no key in common."""
    mine, theirs = (
        ", ".join(map(repr, _shown(side.unique(maintain_order=True)[:3])))
        for side in keys
    )
    message = f"no key of {main.name} ({mine}, …) stands in {other.name} ({theirs}, …)"
    fix = (
        "Name the columns that hold the same keys: --on COLUMN, or "
        "--on HERE=THERE where their names differ."
    )
    return TableError(message, column=", ".join(main.key), fix=fix)


def unmatched(
    main: Side, other: Side, keys: list[pl.DataFrame], places: pl.Series
) -> list[str]:
    """Return one sentence on the rows of both tables that have no match, if any."""
    lone = positions(places.is_null())
    used = places.drop_nulls().unique()
    unused = (
        keys[1].with_row_index("place").join(used.to_frame(), on="place", how="anti")
    )
    said = []
    if len(lone):
        said.append(
            f"{len(lone)} of {len(places)} rows of {main.name} have no match and get "
            f"empty cells ({_listed(keys[0][lone])})"
        )
    if unused.height:
        said.append(
            f"{unused.height} of {len(keys[1])} rows of {other.name} have none "
            f"either ({_listed(unused.drop('place'))})"
            if said
            else f"{unused.height} of {len(keys[1])} rows of {other.name} match no row "
            f"({_listed(unused.drop('place'))})"
        )
    if not said:
        return []
    key = ", ".join(map(repr, main.key))
    return [f"Joining {other.name} on {key}: {'; '.join(said)}."]


def _listed(keys: pl.DataFrame) -> str:
    distinct = keys.unique(maintain_order=True)
    shown = ", ".join(repr(text) for text in _shown(distinct[:NUM_SHOWN]))
    return shown + (", …" if distinct.height > NUM_SHOWN else "")


def problems(
    main: Side, other: Side, keys: pl.DataFrame, places: pl.Series
) -> list[Problem]:
    """Return the rows of the first table that have no match, if any."""
    lone = positions(places.is_null())
    if not len(lone):
        return []
    what = "1 row has" if len(lone) == 1 else f"{len(lone)} rows have"
    return [
        Problem(
            ", ".join(main.key),
            f"{what} no match in {other.name}",
            f"no match in {other.name}",
            lone,
            _shown(keys[lone]),
            f"Add their keys to {other.name}, or leave these rows out with "
            "--on-bad drop (on_bad='drop').",
        )
    ]
