"""A table's typed cells as an exported file takes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from sidelight.predictor._rows import NOT_A_TIME

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from sidelight.predictor._signature import ColumnSignature
    from sidelight.schema import Kind


def raw_cells(kind: Kind, cells: pl.Series) -> NDArray[Any]:
    """Return `(rows,)`: float64 with NaN, text with "", or int64 seconds with NaT.

    Args:
        kind: The column's kind.
        cells: One of its sources, typed.
    """
    if kind == "datetime":
        return cells.dt.epoch("s").fill_null(NOT_A_TIME).to_numpy()
    if kind in ("categorical", "multi_hot"):
        return cells.cast(pl.String).fill_null("").to_numpy().astype(np.str_)
    return cells.cast(pl.Float64).fill_null(float("nan")).to_numpy()


def raw_inputs(
    columns: Iterable[ColumnSignature], frame: pl.DataFrame
) -> dict[str, NDArray[Any]]:
    """Return what an exported file is given for the metadata of some rows.

    Args:
        columns: Of the file's signature.
        frame: The rows, typed.
    """
    return {
        name: raw_cells(column.kind, frame[source])
        for column in columns
        for source, name in zip(column.sources, column.inputs, strict=True)
    }
