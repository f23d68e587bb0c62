"""What a split is, and what every way of splitting is given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from pydantic import Field, field_validator

from sidelight.errors import ColumnNotFoundError, SplitError
from sidelight.schema import Part, Record
from sidelight.splits._classes import class_members

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sidelight.table import Table
    from sidelight.table._problems import Problem

TRAIN, VAL, TEST, LEFT_OUT = 0, 1, 2, -1
PARTS: dict[Part, int] = {"train": TRAIN, "val": VAL, "test": TEST}
NUM_DRAWS = 64
GOOD_ENOUGH = 0.02  # of the rows in another part than wanted


class SplitConfig(Record):
    """How rows are divided.

    Attributes:
        method: Registry name, or "auto": by the column if one is given, by the group
            if one is given, else stratified for classes and random for numbers.
        fractions: Wanted parts of the rows for train, val and test; they sum to one.
        seed: Seed of the draw.
        group: Column whose equal values stay together.
        column: Column that already says train, val or test.
        time: Datetime column; the oldest rows train, the newest test.
        latitude: Latitude column in degrees; None takes the schema's location.
        longitude: Longitude column in degrees; likewise.
        block_deg: Size of a spatial block in degrees.
        buffer_deg: Training rows nearer than this to a val or test row are left out.
    """

    method: str = "auto"
    fractions: tuple[float, float, float] = (0.7, 0.15, 0.15)
    seed: int = Field(default=0, ge=0)
    group: str | None = None
    column: str | None = None
    time: str | None = None
    latitude: str | None = None
    longitude: str | None = None
    block_deg: float = Field(default=10.0, gt=0, le=90)
    buffer_deg: float = Field(default=0.0, ge=0, le=90)

    @field_validator("fractions")
    @classmethod
    def _sum_to_one(
        cls, fractions: tuple[float, float, float]
    ) -> tuple[float, float, float]:
        if min(fractions) <= 0 or abs(sum(fractions) - 1) > 1e-6:
            message = "three positive numbers that sum to 1, such as 0.7, 0.15, 0.15"
            raise ValueError(message)
        return fractions


@dataclass(frozen=True, eq=False)
class Split:
    """Which part each row of one table belongs to.

    Attributes:
        assignment: `(rows,)` int8: 0 train, 1 val, 2 test, -1 left out.
        method: Registry name of the way it was made.
        note: What a reader of the run should know about it; may be empty.
    """

    assignment: NDArray[np.int8]
    method: str
    note: str = ""

    def __len__(self) -> int:
        """Return the number of rows that were split, left-out rows included."""
        return len(self.assignment)

    def indices(self, part: Part) -> NDArray[np.int64]:
        """Return the positions of a part's rows; "all" is every row not left out."""
        if part == "all":
            return np.flatnonzero(self.assignment != LEFT_OUT)
        return np.flatnonzero(self.assignment == PARTS[part])

    def counts(self) -> dict[str, int]:
        """Return the number of rows of each part, and of those left out."""
        counts = {str(part): len(self.indices(part)) for part in PARTS}
        return {**counts, "left_out": self.left_out}

    @property
    def left_out(self) -> int:
        """Number of training rows that a buffer left out."""
        return int(np.count_nonzero(self.assignment == LEFT_OUT))

    def to_frame(self, table: Table) -> pl.DataFrame:
        """Return row numbers and parts, for `split.parquet`."""
        names: dict[int, str] = {code: str(part) for part, code in PARTS.items()}
        names[LEFT_OUT] = "left_out"
        return pl.DataFrame(
            {
                "row": table.rows,
                "part": [names[int(code)] for code in self.assignment],
            },
            schema={"row": pl.Int64, "part": pl.String},
        )

    @classmethod
    def from_frame(cls, frame: pl.DataFrame, method: str = "column") -> Split:
        """Return the split that `to_frame` wrote.

        Raises:
            SplitError: If it holds a word that `to_frame` never writes.
        """
        codes = {str(part): code for part, code in PARTS.items()}
        codes["left_out"] = LEFT_OUT
        unknown = set(frame["part"]) - set(codes)
        if unknown:
            problem = f"{min(map(repr, unknown))} is no part of a split"
            raise SplitError(problem, fix=f"The parts are {', '.join(codes)}.")
        codes_of_rows = [codes[part] for part in frame["part"]]
        return cls(np.array(codes_of_rows, dtype=np.int8), method)


def column(table: Table, name: str) -> pl.Series:
    """Return a column that a split reads.

    Raises:
        ColumnNotFoundError: If there is none of that name.
    """
    if name not in table.frame.columns:
        raise ColumnNotFoundError(name, table.frame.columns, path=table.source)
    return table.frame[name]


def without_gaps(table: Table, name: str, purpose: str) -> pl.Series:
    """Return a column that must not have missing cells.

    Raises:
        SplitError: Naming the rows in which a cell is missing.
    """
    cells = column(table, name)
    if cells.dtype.is_float():
        cells = cells.fill_nan(None)
    missing = table.rows[cells.is_null().to_numpy()]
    if len(missing):
        problem = f"{len(missing)} of {len(table)} rows are empty, and {purpose}"
        raise SplitError(
            problem,
            path=table.source,
            column=name,
            rows=missing.tolist(),
            fix="Fill them in, or choose another --split.",
        )
    return cells


def refuse(table: Table, problems: Sequence[Problem]) -> None:
    """Refuse cells that could not be read as what a split needs.

    Raises:
        SplitError: Of the first problem, if there is one, with all its rows.
    """
    for problem in problems:
        raise SplitError(
            problem.what,
            path=table.source,
            column=problem.column,
            rows=table.rows[problem.positions].tolist(),
            values=problem.values,
            fix=problem.fix,
        )


def deal_units(
    table: Table, unit: NDArray[np.int64], config: SplitConfig
) -> NDArray[np.int8]:
    """Deal whole units (groups, blocks) near the wanted fractions of rows.

    One draw may be far off where a few units hold most rows, or keep all rows of a
    class from training. Several are drawn, and the first good one is taken, or the
    best; what is good depends on row counts and on which classes train holds.

    Args:
        table: The rows; its classes matter, its numbers do not.
        unit: `(rows,)` the unit each row belongs to, counted from 0.
        config: Fractions and seed.

    Returns:
        `(rows,)` int8 parts.
    """
    sizes = np.bincount(unit)
    members = class_members(table)
    rng = np.random.default_rng(config.seed)
    best, least = np.empty(0, dtype=np.int8), np.inf
    for _ in range(NUM_DRAWS):
        parts = fill_parts(sizes, rng.permutation(len(sizes)), config)[unit]
        shares = np.bincount(parts, minlength=3) / len(parts)
        off = np.abs(shares - config.fractions).sum() / 2
        off += len(members.absent(parts == TRAIN))
        if off < least:
            best, least = parts, off
        if least <= GOOD_ENOUGH:
            break
    return best


def fill_parts(
    sizes: NDArray[np.int64], order: NDArray[np.int64], config: SplitConfig
) -> NDArray[np.int8]:
    """Assign whole units (rows, groups, blocks) to parts near the wanted fractions.

    Units are taken in `order`; each goes to the part that is furthest from its share.
    So no part stays empty where there are three units.

    Args:
        sizes: `(units,)` rows in each unit.
        order: `(units,)` the order in which they are dealt.
        config: Its fractions are wanted.

    Returns:
        `(units,)` int8 part of each unit.
    """
    wanted = np.array(config.fractions) * sizes.sum()
    filled = np.zeros(3)
    parts = np.empty(len(sizes), dtype=np.int8)
    for unit in order:
        part = int(np.argmax((wanted - filled) / wanted))
        parts[unit] = part
        filled[part] += sizes[unit]
    return parts
