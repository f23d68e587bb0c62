"""What in a row is unlike any training row."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sidelight.predictor._rows import in_utc
from sidelight.predictor._signature import ColumnSignature, Signature
from sidelight.schema import SEPARATORS, Record

Tells = Callable[[Any], str]  # what is unusual about a value, or nothing
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


class TrainedOn:
    """What the training rows held, to tell what in a row is unlike all of them.

    It is what `Preprocessor.unusual` finds in tables, for a single row of plain values.

    Args:
        signature: The model's.
    """

    def __init__(self, signature: Signature) -> None:
        self._told = [
            (column.column, column.sources[0], tells)
            for column in signature.columns
            if (tells := _tells(signature, column)) is not None
        ]

    def unusual(self, row: Mapping[str, Any]) -> list[Flag]:
        """Say what in a row is unlike any training row; a gap is not.

        Args:
            row: Values by the table's columns, from `columns_of`.
        """
        found = []
        for column, source, tells in self._told:
            value = row.get(source)
            if value is not None and (what := tells(value)):
                found.append(Flag(column=column, value=str(value), what=what))
        return found


def _tells(signature: Signature, column: ColumnSignature) -> Tells | None:
    training = column.training
    if column.kind == "numeric":
        return _outside(training["low"], training["high"])
    if column.kind == "datetime":
        return _not_within(training["low"], training["high"])
    if column.kind in ("categorical", "multi_hot"):
        several = column.kind == "multi_hot"
        gaps = () if several else signature.missing_words
        known = frozenset({"", *training["words"], *training["rare"], *gaps})
        return _never_seen(known, several=several)
    return None


def _outside(low: float, high: float) -> Tells:
    what = f"outside {low:.6g} to {high:.6g}"
    return lambda value: "" if low <= value <= high else what


def _not_within(low: str, high: str) -> Tells:
    first, last = (in_utc(datetime.fromisoformat(end)) for end in (low, high))
    what = f"outside {low} to {high}"
    return lambda value: "" if first <= in_utc(value) <= last else what


def _never_seen(known: frozenset[str], *, several: bool) -> Tells:
    def tells(value: str) -> str:
        words = re.split(SEPARATORS, value) if several else [value]
        return "" if all(_known(word.strip(), known) for word in words) else NEVER_SEEN

    return tells


def _known(word: str, known: frozenset[str]) -> bool:
    """Return whether a word is known; 7.0 is a table's 7."""
    if word in known:
        return True
    whole = re.fullmatch(r"([+-]?\d+)\.0", word)
    return whole is not None and whole[1] in known
