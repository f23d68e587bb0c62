"""Tables that are in memory already, brought to Polars."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import polars as pl

from sidelight.errors import TableError
from sidelight.readers.tables._arrow import to_frame, without_extensions
from sidelight.readers.tables._base import check_names, check_text

if TYPE_CHECKING:
    import pandas as pd

_FRAMES = {("pandas", "DataFrame"), ("pyarrow", "Table")}
_SURROGATE = re.compile("[\ud800-\udfff]")


def frame_name(source: object) -> str:
    """Return how a table in memory is called in messages."""
    if isinstance(source, pl.DataFrame):
        return "the Polars frame"
    return f"the {_package(source)} table"


def is_frame(source: object) -> bool:
    """Return whether a source is in memory; imports neither pandas nor Arrow."""
    return isinstance(source, pl.DataFrame) or _package(source) != ""


def to_polars(source: Any) -> pl.DataFrame:
    """Return a frame of Polars, pandas or Arrow as a Polars frame.

    The index of a pandas frame is left behind, and its column names become text.

    Raises:
        TableError: If names are not unique, a column mixes types, text is none, or
            there is no row.
    """
    name = frame_name(source)
    if _package(source) == "pandas":
        frame = _from_pandas(source, name)
    elif _package(source) == "pyarrow":
        frame = to_frame(source, name)
    else:
        frame = source
    if not frame.height or not frame.width:
        message = "the table has no rows"
        raise TableError(message, path=name)
    check_text(frame, name)
    return without_extensions(frame)


def _from_pandas(source: pd.DataFrame, name: str) -> pl.DataFrame:
    names = [str(column) for column in source.columns]
    check_names(names, name)
    columns = []
    for position, column in enumerate(names):
        cells = source.iloc[:, position].reset_index(drop=True)
        try:
            columns.append(pl.from_pandas(cells).alias(column))
        except UnicodeEncodeError:
            raise _half_characters(cells, name, column) from None
        except (
            TypeError,
            ValueError,
            OverflowError,
            NotImplementedError,
        ) as failure:
            reason = str(failure).split("\n", 1)[0]
            message = f"the cells are not of one type that is known: {reason}"
            raise TableError(
                message,
                path=name,
                column=column,
                fix=f"Make them one type first, for instance "
                f"frame[{column!r}].astype(str).",
            ) from None
    return pl.DataFrame(columns)


def _half_characters(cells: pd.Series, name: str, column: str) -> TableError:
    texts = map(str, cells.tolist())
    rows = [i for i, text in enumerate(texts, 1) if _SURROGATE.search(text)]
    message = "text holds halves of characters (lone surrogates)"
    fix = "Write whole characters, or leave these out."
    return TableError(message, path=name, column=column, rows=rows, fix=fix)


def _package(source: object) -> str:
    """Return whose table this is, one of GeoPandas being one of pandas too."""
    for kind in type(source).__mro__:
        package = kind.__module__.split(".", 1)[0]
        if (package, kind.__name__) in _FRAMES:
            return package
    return ""
