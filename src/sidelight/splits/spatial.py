"""Whole blocks on the sphere, with a buffer between train and the rest."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

import numpy as np

from sidelight.errors import SplitError
from sidelight.registry import SPLITS
from sidelight.splits._base import (
    LEFT_OUT,
    TRAIN,
    Split,
    SplitConfig,
    deal_units,
    refuse,
    without_gaps,
)
from sidelight.table._cells import to_degrees

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sidelight.table import Table

RANGES = ((-90.0, 90.0), (-180.0, 360.0))
MOST_CELLS = 2**32  # in one band, or two blocks would share a number


@SPLITS.register(
    "spatial",
    summary="whole blocks of --block degrees, --buffer degrees of train left out",
    paper="Roberts et al. 2017, Ecography 40:913 (blocked cross-validation)",
)
def spatial(table: Table, config: SplitConfig) -> Split:
    """Deal whole blocks of roughly equal area near the wanted fractions of rows.

    Raises:
        SplitError: If there is no location, or fewer than three blocks.
    """
    degrees = coordinates(table, config)
    names, block = np.unique(blocks(degrees, config.block_deg), return_inverse=True)
    if len(names) < 3:
        problem = (
            f"the rows lie in {len(names)} blocks of {config.block_deg:g}°, and train, "
            "val and test need at least 3"
        )
        raise SplitError(problem, path=table.source, fix="Use a smaller --block.")
    parts = deal_units(table, block, config)
    return with_buffer(degrees, parts, config, f"{len(names)} blocks")


def coordinates(table: Table, config: SplitConfig) -> NDArray[np.float64]:
    """Return latitude and longitude `(rows, 2)` in degrees.

    Raises:
        SplitError: If the table has no location, or cells of it are missing or no
            degrees.
    """
    location = next(
        (c.sources for c in table.schema.columns if c.kind == "location"), ()
    )
    names = (config.latitude, config.longitude)
    pair = [name or own for name, own in zip_longest(names, location)]
    if None in pair:
        problem = "a spatial split needs latitude and longitude, and none was found"
        raise SplitError(
            problem, path=table.source, fix="Name the columns: --lat lat --lon lon"
        )
    return np.stack(
        [
            _degrees(table, str(name), low, high)
            for name, (low, high) in zip(pair, RANGES, strict=True)
        ],
        axis=1,
    )


def _degrees(table: Table, name: str, low: float, high: float) -> NDArray[np.float64]:
    # A column beyond the schema was never checked, and may be text.
    cells = without_gaps(table, name, "a spatial split needs every position")
    degrees, problems = to_degrees(cells, low, high)
    refuse(table, problems)
    return degrees.to_numpy()


def blocks(degrees: NDArray[np.float64], size: float) -> NDArray[np.int64]:
    """Return the number of the block each position lies in.

    Latitude bands are `size` high; each is cut into as many cells as keep a cell about
    `size` wide at the band's middle, so that blocks are alike in area up to the poles.
    """
    band = np.minimum((degrees[:, 0] + 90) // size, np.ceil(180 / size) - 1)
    middle = np.radians(np.minimum((band + 0.5) * size, 180.0) - 90)
    cells = np.maximum(1, np.round(360 * np.cos(middle) / size))
    cell = np.floor((degrees[:, 1] % 360) / 360 * cells)
    return np.asarray(band * MOST_CELLS + np.minimum(cell, cells - 1), dtype=np.int64)


def with_buffer(
    degrees: NDArray[np.float64],
    parts: NDArray[np.int8],
    config: SplitConfig,
    note: str,
) -> Split:
    """Leave out the training rows nearer than the buffer to any other row."""
    parts = parts.copy()
    train = np.flatnonzero(parts == TRAIN)
    others = np.flatnonzero(parts > TRAIN)
    if config.buffer_deg and len(train) and len(others):
        # Half a second to import, and most splits do without.
        from sklearn.neighbors import BallTree  # noqa: PLC0415

        tree = BallTree(np.radians(degrees[others]), metric="haversine")
        distance, _ = tree.query(np.radians(degrees[train]))
        near = np.degrees(distance[:, 0]) < config.buffer_deg
        parts[train[near]] = LEFT_OUT
        note += f", {near.sum()} training rows within {config.buffer_deg:g}° left out"
    return Split(parts, "spatial", note)
