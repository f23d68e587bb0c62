"""One picture file: what its header says, and its pixels under a rule."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from sidelight.pixels._values import packed
from sidelight.pixels.formats import Header, Raster, format_of
from sidelight.pixels.formats._base import HEAD_BYTES

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from sidelight.pixels._rule import ImageRule


@contextmanager
def quiet() -> Iterator[None]:
    """Silence what libraries say about large or odd files while threads read them.

    The filters belong to the whole process, so this stands around the threads, never
    inside one of them. What cannot be used is an error with a row, not a warning.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def read_header(source: Path | bytes, *, picked: bool = False) -> Header:
    """Read a picture's size and kind.

    Args:
        source: The file, or its contents; they decide what it is, not its name.
        picked: Whether bands will be picked; a TIFF's transparency is a band then.

    Raises:
        UnusableImageError: If it is no picture, too large, or of a refused kind.
        MissingPackageError: If its format needs a package that is not there.
    """
    if isinstance(source, bytes):
        head = source[:HEAD_BYTES]
    else:
        with source.open("rb") as file:
            head = file.read(HEAD_BYTES)
    return format_of(head).header(source, picked=picked)


def decode(data: bytes, rule: ImageRule) -> NDArray[Any]:
    """Return a picture file's contents as the rule packs them.

    Returns:
        `(height, width, bands)` of the rule's size and dtype.

    Raises:
        UnusableImageError: If it is no picture, truncated, too large or refused, or
            its bands or depth are not those of the rule.
        MissingPackageError: If its format needs a package that is not there.
    """
    picked = rule.select is not None
    form = format_of(data[:HEAD_BYTES])
    found = form.read(data, picked=picked, window=rule.window)
    if isinstance(found, Raster):
        return packed(found, rule)
    plain = rule.depth == "uint8" and not rule.masked and not picked
    if plain and rule.bands in (1, 3):
        return rule.apply(found)
    return packed(_as_raster(found), rule)


def _as_raster(image: Any) -> Raster:
    mode = "L" if image.mode in ("1", "L") else "RGB"
    values = np.asarray(image.convert(mode))
    return Raster(values[..., None] if values.ndim == 2 else values)
