"""What each part of the picture and each metadata value did to one answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sidelight.predictor import ColumnSignature, Signature, as_inputs
from sidelight.serve._described import example_row

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_PARTS = 8  # a side of the grid of covered parts
LEAST_PIXELS = 4  # a side of a covered part
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Change:
    """A row with one column's values replaced.

    Attributes:
        column: The column.
        value: What was there, as text.
        replaced_by: What is there instead, as text; "unknown" for a gap.
        cells: The row with it.
    """

    column: str
    value: str
    replaced_by: str
    cells: dict[str, Any]


def grid_of(signature: Signature) -> tuple[int, int] | None:
    """Return rows and columns of covered parts; None where no picture is covered."""
    image = signature.image
    if image is None or image.pictures > 1:
        return None
    sides = (image.height, image.width)
    rows, columns = (max(1, min(MOST_PARTS, side // LEAST_PIXELS)) for side in sides)
    return rows, columns


def covered(pixels: NDArray[Any], grid: tuple[int, int]) -> Iterator[NDArray[Any]]:
    """Yield the picture with one part after another covered by its mean colour.

    Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks", 2014,
    section 4.2.

    Args:
        pixels: `(height, width, bands)` as packed.
        grid: Rows and columns of parts.
    """
    mean = np.nan_to_num(np.nanmean(pixels.astype(np.float64), axis=(0, 1)))
    edges = [
        np.linspace(0, side, parts + 1).round().astype(int)
        for side, parts in zip(pixels.shape[:2], grid, strict=True)
    ]
    for top, bottom in zip(edges[0], edges[0][1:], strict=False):
        for left, right in zip(edges[1], edges[1][1:], strict=False):
            changed = pixels.copy()
            changed[top:bottom, left:right] = mean.astype(pixels.dtype)
            yield changed


def changes(signature: Signature, cells: Mapping[str, Any]) -> list[Change]:
    """Return the row without each of its metadata values in turn.

    A value becomes a gap; where the model takes none, what is usual in training.
    """
    usual = example_row(signature)
    return [
        _without(column, cells, usual)
        for column in signature.columns
        if any(cells.get(source) is not None for source in column.sources)
    ]


def _without(
    column: ColumnSignature, cells: Mapping[str, Any], usual: Mapping[str, Any]
) -> Change:
    new = {
        source: usual[source] if column.required else None for source in column.sources
    }
    return Change(
        column=column.column,
        value=_text(cells, column),
        replaced_by=_text(new, column) if column.required else UNKNOWN,
        cells={**cells, **new},
    )


def _text(cells: Mapping[str, Any], column: ColumnSignature) -> str:
    return ", ".join(str(cells.get(source)) for source in column.sources)


def inputs_of(
    signature: Signature,
    cells: Mapping[str, Any],
    pictures: Mapping[str, NDArray[Any]],
) -> tuple[dict[str, NDArray[Any]], list[Change], tuple[int, int] | None]:
    """Return one batch of inputs: the row itself, its changes, its covered pictures.

    Returns:
        The inputs, the changes in their order, and the grid of covered parts.
    """
    found, grid = changes(signature, cells), grid_of(signature)
    shown = [] if grid is None else list(covered(_only(pictures, signature), grid))
    rows = [cells, *(change.cells for change in found), *([cells] * len(shown))]
    inputs = as_inputs(signature, rows)
    repeats = 1 + len(found)
    for name, value in pictures.items():
        parts = [np.repeat(value, repeats, axis=0)]
        if shown:
            parts.append(np.stack(shown))
        inputs[name] = np.concatenate(parts)
    return inputs, found, grid


def _only(pictures: Mapping[str, NDArray[Any]], signature: Signature) -> NDArray[Any]:
    image = signature.image
    if image is None:
        message = "this model takes no picture"
        raise ValueError(message)
    return np.asarray(pictures[image.input][0])
