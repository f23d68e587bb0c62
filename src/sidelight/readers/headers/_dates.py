"""Dates as headers write them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from sidelight.readers.headers._base import text

_MOMENT = re.compile(
    r"(\d{4})[:/-]?(\d\d)[:/-]?(\d\d)"
    r"(?:[ T](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?\s*(Z|[+-]\d\d:?\d\d)?)?$"
)
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)$")
FARTHEST = timedelta(hours=14)


def moment(value: Any) -> datetime | None:
    """Return the instant a header's text names, UTC where it has a zone; else None.

    It may be written "2021:03:04 10:30:00", "2021-03-04T10:30:00Z" or "20210304". A
    clock that was never set gives zeros, which are no date.
    """
    found = _MOMENT.match(text(value) or "")
    if found is None:
        return None
    *parts, zone = found.groups()
    try:
        when = datetime(*(int(part or 0) for part in parts))  # type: ignore[arg-type]
        return when - (offset(zone) or timedelta())
    except (ValueError, OverflowError):
        return None


def offset(value: Any) -> timedelta | None:
    """Return how far a zone such as "+02:00" is ahead of UTC; None if it is none."""
    found = _OFFSET.match("+00:00" if text(value) == "Z" else text(value) or "")
    if found is None:
        return None
    sign, hours, minutes = found.groups()
    ahead = timedelta(hours=int(hours), minutes=int(minutes))
    if ahead > FARTHEST or int(minutes) > 59:
        return None
    return -ahead if sign == "-" else ahead
