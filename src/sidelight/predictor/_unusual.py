"""What in a row is unlike any training row."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sidelight.predictor._rows import in_utc
from sidelight.predictor._signature import ColumnSignature, Signature
from sidelight.schema import SEPARATORS, Record

NEVER_SEEN = "never seen in training"


class Flag(Record):
    """Something unusual in a row.

    Attributes:
        column: The column's name.
        value: What was found there, as text.
        what: What is unusual about it.
    """

    column: str
    value: str
    what: str


def unusual(signature: Signature, row: Mapping[str, Any]) -> list[Flag]:
    """Say what in a row is unlike any training row; a gap is not.

    It is what `Preprocessor.unusual` finds in tables, for a single row of plain values.

    Args:
        signature: The model's.
        row: Values by the table's columns, from `columns_of`.
    """
    found = []
    for column in signature.columns:
        value = row.get(column.sources[0])
        what = "" if value is None else "".join(_said(signature, column, value))
        if what:
            found.append(Flag(column=column.column, value=str(value), what=what))
    return found


def _said(signature: Signature, column: ColumnSignature, value: Any) -> Iterator[str]:
    if column.kind == "numeric":
        low, high = column.training["low"], column.training["high"]
        if not low <= value <= high:
            yield f"outside {low:.6g} to {high:.6g}"
    elif column.kind == "datetime":
        ends = column.training["low"], column.training["high"]
        first, last = (in_utc(datetime.fromisoformat(end)) for end in ends)
        if not first <= in_utc(value) <= last:
            yield f"outside {ends[0]} to {ends[1]}"
    elif column.kind in ("categorical", "multi_hot"):
        several = column.kind == "multi_hot"
        words = re.split(SEPARATORS, value) if several else [value]
        known = {"", *column.training["words"], *column.training["rare"]}
        gaps = () if several else signature.missing_words
        if not all(_known(word.strip(), known.union(gaps)) for word in words):
            yield NEVER_SEEN


def _known(word: str, known: set[str]) -> bool:
    """Return whether a word is known; 7.0 is a table's 7."""
    whole = re.fullmatch(r"([+-]?\d+)\.0", word)
    return word in known or (whole is not None and whole[1] in known)
