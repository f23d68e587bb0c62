"""Rows whose latitude stands in the longitude column."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sidelight.audit._context import Context, counted, verb
from sidelight.audit._finding import Finding
from sidelight.registry import CHECKS
from sidelight.table._cells import numbers

if TYPE_CHECKING:
    from numpy.typing import NDArray

FEWEST = 20
CORE = (0.05, 0.95)  # quantiles between which the bulk of the rows is


@CHECKS.register(
    "swapped_coordinates",
    summary="rows that are among the others only with latitude and longitude swapped",
    capabilities={"table"},
)
def find(context: Context) -> list[Finding]:
    """Say which places are the wrong way round."""
    found = []
    for column in context.table.schema.columns:
        if column.kind != "location":
            continue
        lat, lon = (
            numbers(context.read(name)).fill_null(np.nan).to_numpy()
            for name in column.sources
        )
        swapped = _swapped(lat, lon)
        number = int(swapped.sum())
        if not number:
            continue
        first = np.flatnonzero(swapped)[:5]
        why = (
            f"({column.sources[1]}, {column.sources[0]}) lies among the other rows, "
            "and the place as written does not"
        )
        if number > len(context) / 2:
            why = "as written, the latitude is beyond 90 degrees"
        found.append(
            context.finding(
                "swapped_coordinates",
                "warning",
                f"{counted(number, 'row')} {verb(number, 'has', 'have')} latitude and "
                f"longitude swapped: {why}.",
                column=column.sources[0],
                where=swapped,
                values=[f"{lat[i]:g}, {lon[i]:g}" for i in first],
                fix="Swap the two cells of these rows.",
            )
        )
    return found


def _swapped(lat: NDArray[np.float64], lon: NDArray[np.float64]) -> NDArray[np.bool_]:
    known = ~(np.isnan(lat) | np.isnan(lon))
    nothing = np.zeros(len(lat), bool)
    if known.sum() < FEWEST:
        return nothing
    possible = known & (np.abs(lat) <= 90)
    if possible.sum() < known.sum() / 2:  # the columns are swapped, not single rows
        return known & ~possible & (np.abs(lon) <= 90)
    boxes = [np.quantile(values[possible], CORE) for values in (lat, lon)]
    # Rows of the whole Earth have a box that holds everything, swapped or not.
    outside = known & ~(_within(lat, boxes[0], 1.0) & _within(lon, boxes[1], 1.0))
    inside = _within(lon, boxes[0], 0.2) & _within(lat, boxes[1], 0.2)
    swapped: NDArray[np.bool_] = (outside | (known & ~possible)) & inside
    return swapped


def _within(
    values: NDArray[np.float64], box: NDArray[np.float64], wider: float
) -> NDArray[np.bool_]:
    margin = wider * (box[1] - box[0])
    within: NDArray[np.bool_] = (values >= box[0] - margin) & (
        values <= box[1] + margin
    )
    return within
