"""What the headers of all pictures say together: the rule they are packed by."""

from __future__ import annotations

import warnings
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from sidelight.errors import DataWarning
from sidelight.images._agree import agree
from sidelight.images._problems import without_unusable
from sidelight.pixels import (
    Header,
    ImageRule,
    Resize,
    UnusableImageError,
    quiet,
    read_header,
)

if TYPE_CHECKING:
    import polars as pl

    from sidelight.table import Table

MAX_DEFAULT = 128
PIECE = 64


@dataclass(frozen=True)
class Surveyed:
    """The rows whose headers can be read, and the rule that suits them.

    Attributes:
        table: The rows; fewer than before only with `on_bad="drop"`.
        rule: How they will be resized.
        sizes: How many pictures have each height and width.
    """

    table: Table
    rule: ImageRule
    sizes: dict[tuple[int, int], int]


def survey(
    table: Table,
    *,
    size: tuple[int, int] | None = None,
    resize: Resize = "stretch",
    bands: tuple[int | str, ...] | None = None,
    window: Literal["auto", "file", "none"] = "auto",
    on_bad: Literal["error", "drop"] = "error",
) -> Surveyed:
    """Read every header; nothing is decoded.

    Args:
        table: Checked rows with pictures.
        size: Height and width to pack in; None takes the medians, at most 128.
        resize: What is done with another aspect.
        bands: Numbers, from 1, or names of the bands to take; None takes all.
        window: Whether DICOM values are seen through the file's window; "auto": if
            every one has a window.
        on_bad: Whether rows with unusable pictures are refused or dropped.

    Raises:
        ImageError: Naming rows and files that are no pictures, too large or refused,
            or that differ from most others in bands or depth.
    """
    every, _ = table.images.each()
    found = _headers(every, picked=bands is not None)
    reasons = {i: h for i, h in enumerate(found) if isinstance(h, str)}
    headers = {i: h for i, h in enumerate(found) if isinstance(h, Header)}
    agreed = agree(headers, bands, window)
    reasons |= agreed.reasons
    kept = without_unusable(table, reasons, on_bad)
    usable = [h for i, h in headers.items() if i not in reasons]
    sizes = Counter((h.height, h.width) for h in usable)
    height, width = size or _median_size(usable)
    rule = ImageRule(
        height=height,
        width=width,
        bands=agreed.bands,
        resize=resize,
        select=bands,
        depth=agreed.depth,
        masked=agreed.masked,
        window=agreed.window,
    )
    if len(sizes) > 1:
        _report_mixed_sizes(sizes, rule)
    return Surveyed(kept, rule, dict(sizes))


def _headers(paths: pl.Series, *, picked: bool) -> list[Header | str]:
    # A task for each header would cost as much as reading it.
    pieces = [paths[i : i + PIECE] for i in range(0, len(paths), PIECE)]
    with quiet(), ThreadPoolExecutor(max_workers=8) as pool:
        read = pool.map(
            lambda piece: [_header_or_reason(Path(p), picked) for p in piece], pieces
        )
        return [found for piece in read for found in piece]


def _header_or_reason(path: Path, picked: bool) -> Header | str:
    try:
        return read_header(path, picked=picked)
    except UnusableImageError as error:
        return str(error)
    except OSError as error:
        return f"cannot be read: {error.strerror or error}"


def _median_size(headers: list[Header]) -> tuple[int, int]:
    height = int(np.median([h.height for h in headers]))
    width = int(np.median([h.width for h in headers]))
    shrink = min(1.0, MAX_DEFAULT / max(height, width))
    return max(8, round(height * shrink)), max(8, round(width * shrink))


def _report_mixed_sizes(sizes: Counter[tuple[int, int]], rule: ImageRule) -> None:
    common = ", ".join(f"{n} of {h} × {w}" for (h, w), n in sizes.most_common(3))
    more = f" and {len(sizes) - 3} other sizes" if len(sizes) > 3 else ""
    message = (
        f"The pictures differ in size ({common}{more}); all are resized to "
        f"{rule.height} × {rule.width} by {rule.resize}. "
        "Choose with --size HxW and --resize stretch|pad|crop."
    )
    warnings.warn(message, DataWarning, stacklevel=3)
