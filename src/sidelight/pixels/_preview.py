"""A small copy of a picture of any kind, for eyes rather than networks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sidelight.pixels._decode import quiet, read_header
from sidelight.pixels._rule import ImageRule
from sidelight.pixels._values import packed, where_present
from sidelight.pixels.formats import Raster, format_of
from sidelight.pixels.formats._base import HEAD_BYTES

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from sidelight.pixels.formats import Header

# Of a picture's own values, what is black and what is white.
ENDS = (1, 99)


def preview(path: Path, side: int) -> NDArray[np.uint8]:
    """Return a picture that fits a square, its shape kept and never enlarged.

    Deep pictures are spread from their own 1st to their 99th percentile, band by band;
    of many bands the first three are shown, of two one. What has no data is black.

    Args:
        path: The file.
        side: Pixels of the square's side.

    Returns:
        `(height, width, 1 or 3)`.

    Raises:
        UnusableImageError: If it cannot be decoded.
        OSError: If it cannot be read.
    """
    with quiet():
        header = read_header(path)
        data = path.read_bytes()
        form = format_of(data[:HEAD_BYTES])
        found = form.read(data, picked=False, window=bool(header.window))
    height, width = _size(header, side)
    if not isinstance(found, Raster):
        kind = 1 if header.bands == 1 else 3
        return ImageRule(height=height, width=width, bands=kind).apply(found)
    shown = _shown(found)
    rule = ImageRule(
        height=height, width=width, bands=shown.values.shape[2], depth="float16"
    )
    return _spread(packed(shown, rule).astype(np.float32))


def thumbnail(data: bytes, side: int) -> NDArray[np.uint8]:
    """Return a picture file's contents as a small square, whatever their shape.

    Deep pictures are spread as in a preview. Threads that call it stand in `quiet`.

    Args:
        data: The file's contents.
        side: Pixels of the square's side.

    Returns:
        `(side, side, 3)`.

    Raises:
        UnusableImageError: If it cannot be decoded.
        MissingPackageError: If its format needs a package that is not there.
    """
    found = format_of(data[:HEAD_BYTES]).read(data, picked=False, window=False)
    if not isinstance(found, Raster):
        return ImageRule(height=side, width=side, bands=3).apply(found)
    shown = _shown(found)
    bands = shown.values.shape[2]
    rule = ImageRule(height=side, width=side, bands=bands, depth="float16")
    pixels = _spread(packed(shown, rule).astype(np.float32))
    return pixels if bands == 3 else np.repeat(pixels, 3, axis=2)


def _size(header: Header, side: int) -> tuple[int, int]:
    scale = min(1.0, side / max(header.height, header.width))
    return max(1, round(scale * header.height)), max(1, round(scale * header.width))


def _shown(raster: Raster) -> Raster:
    """Return one band or three, brought to where half-precision holds them."""
    chosen = slice(3 if raster.values.shape[2] >= 3 else 1)
    with np.errstate(over="ignore"):  # the lowest float64 stands for "no data"
        values = raster.values[..., chosen].astype(np.float32)
    valid = raster.valid
    if valid is not None and valid.ndim == 3:
        valid = valid[..., chosen]
    present = where_present(values, valid)
    # Before the largest is looked for: what says "no data" may be far beyond.
    values = np.where(present, values, 0)
    return Raster(values / np.abs(values).max(initial=1), present)


def _spread(values: NDArray[np.float32]) -> NDArray[np.uint8]:
    known = np.where(np.isfinite(values), values, np.nan)
    result = np.zeros(values.shape, np.uint8)
    for band in range(values.shape[2]):
        plane = known[..., band]
        there = np.isfinite(plane)
        if not there.any():
            continue
        low, high = np.percentile(plane[there], ENDS)
        grey = np.clip((plane[there] - low) / max(high - low, 1e-9), 0, 1)
        result[there, band] = (grey * 255).round()
    return result
