"""Whether pictures have the same bands and depth, and which ones do not."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from sidelight.errors import DataWarning
from sidelight.pixels import Depth, Header, UnusableImageError, pick_bands

Headers = dict[int, Header]


@dataclass(frozen=True)
class Agreed:
    """What the pictures have in common.

    Attributes:
        bands: How many are packed.
        depth: What their values are.
        masked: Whether some 8-bit pictures say where they have no data.
        window: Whether DICOM values are seen through the files' windows.
        reasons: Why a picture does not fit in, by position.
    """

    bands: int
    depth: Depth
    masked: bool
    window: bool
    reasons: dict[int, str]


def agree(
    headers: Headers,
    select: Sequence[int | str] | None,
    window: Literal["auto", "file", "none"],
) -> Agreed:
    """Return what most pictures have in common, and why others do not fit in.

    Args:
        headers: By position in the table.
        select: Bands that are picked; None for all.
        window: As for `survey`.
    """
    reasons: dict[int, str] = {}
    seen = _through_window(headers, window)
    headers = {i: _seen(h) if seen else h for i, h in headers.items()}
    if window == "file":
        reasons |= {i: "has no window" for i, h in headers.items() if h.window is False}
    depth = _depth(headers, reasons)
    headers = {i: h for i, h in headers.items() if i not in reasons}
    masked = depth == "uint8" and any(h.masked for h in headers.values())
    if select is not None:
        reasons |= _lacking(headers, select)
        return Agreed(len(select), depth, masked, seen, reasons)
    counts = Counter(h.bands for h in headers.values())
    # A grey picture among coloured ones is as grey in all three bands.
    mixable = depth == "uint8" and not masked and set(counts) <= {1, 3}
    bands = max(counts, default=1)
    if not mixable:
        bands = counts.most_common(1)[0][0] if counts else 1
        reasons |= {
            i: f"has {h.bands} bands; most pictures have {bands}"
            for i, h in headers.items()
            if h.bands != bands
        }
    return Agreed(bands, depth, masked, seen, reasons)


def _through_window(headers: Headers, window: str) -> bool:
    having = [h.window for h in headers.values() if h.window is not None]
    if window == "auto" and any(having) and not all(having):
        message = (
            f"{having.count(False)} of {len(having)} DICOM files have no window; all "
            "are packed without (--set image.window=file refuses those with none)."
        )
        warnings.warn(message, DataWarning, stacklevel=4)
    return bool(having) and (window == "file" or (window == "auto" and all(having)))


def _seen(header: Header) -> Header:
    return replace(header, depth="uint8") if header.window else header


def _depth(headers: Headers, reasons: dict[int, str]) -> Depth:
    """Return the common depth; enter the pictures that are of another kind."""
    counts = Counter(h.depth for i, h in headers.items() if i not in reasons)
    shallow = counts.pop("uint8", 0)
    deep = counts.total()
    if shallow and deep:
        most, few = ("8", "more") if shallow > deep else ("more than 8", "8")
        others = [i for i, h in headers.items() if (h.depth == "uint8") == (few == "8")]
        reason = f"has {few} bits a band; most pictures have {most}"
        reasons.update({i: reason for i in others if i not in reasons})
    if shallow > deep or not deep:
        return "uint8"
    if len(counts) == 1:
        return next(iter(counts))
    kinds = ", ".join(f"{n} of {depth}" for depth, n in counts.most_common())
    message = (
        f"The pictures' values differ in kind ({kinds}); all become half-precision."
    )
    warnings.warn(message, DataWarning, stacklevel=4)
    return "float16"


def _lacking(headers: Headers, select: Sequence[int | str]) -> dict[int, str]:
    reasons = {}
    for position, header in headers.items():
        try:
            pick_bands(select, header.bands, header.names)
        except UnusableImageError as error:
            reasons[position] = str(error)
    return reasons
