"""Several labels in a cell of the target: `a;b`, `a|b`, or a list; none where empty."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from sidelight.schema import SEPARATORS
from sidelight.table._problems import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence


def to_label_sets(cells: pl.Series) -> pl.Series:
    """Return `(num_rows,)` String: each row's labels once, sorted, joined by ";".

    An empty cell is a row without any label, and becomes "".

    Args:
        cells: Text, or lists of text.
    """
    if isinstance(cells.dtype, pl.List | pl.Array):
        lists = cells.cast(pl.List(pl.String))
    else:
        text = cells.cast(pl.String).str.replace_all(SEPARATORS, ";")
        lists = text.str.split(";")
    one = pl.element().str.strip_chars()
    found = pl.col(cells.name).list.eval(one.filter(one != "").unique().sort())
    joined = lists.to_frame().select(found.list.join(";").fill_null(""))
    return joined.to_series()


def labels_by_row(sets: pl.Series) -> pl.DataFrame:
    """Return "row" (a position, Int64) and "label", one line for each label of a row.

    Args:
        sets: From `to_label_sets`.
    """
    frame = pl.DataFrame({"label": sets.str.split(";")})
    frame = frame.with_row_index("row").explode("label")
    return frame.filter(pl.col("label") != "").with_columns(pl.col("row").cast(int))


def judge_label_sets(sets: pl.Series) -> list[Problem]:
    """Return why nothing can be learned from sets of labels."""
    found = labels_by_row(sets)
    counts = found["label"].value_counts(name="rows").sort("label")
    if counts.height < 2:
        some = f"only the label {counts['label'][0]!r}" if counts.height else "no label"
        what = f"there is {some} in all rows, and several are needed"
        fix = "A single label is a yes or a no: pass --task binary (task='binary')."
        return [Problem(sets.name, what, fix=fix, droppable=False)]
    always = counts.filter(pl.col("rows") == len(sets))["label"].to_list()
    if always:
        what = f"every row has the label {_quoted(always)}, so it cannot be learned"
        fix = "Take it out of the target, or add rows without it."
        return [Problem(sets.name, what, fix=fix, droppable=False)]
    single = counts.filter(pl.col("rows") == 1)["label"]
    if not len(single):
        return []
    rare = found.filter(pl.col("label").is_in(single.implode()))
    where = rare["row"].unique().sort()
    what = "1 label has" if len(single) == 1 else f"{len(single)} labels have"
    return [
        Problem(
            sets.name,
            f"{what} a single row, too few to learn from and to test on",
            "a label with a single row",
            where.to_numpy(),
            sets.gather(where).to_list(),
            "Add rows, take the label out, or leave the row out with --on-bad drop "
            "(on_bad='drop').",
        )
    ]


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(repr(name) for name in names[:5])
