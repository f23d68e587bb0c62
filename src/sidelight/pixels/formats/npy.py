"""NumPy arrays: one `.npy` file a picture."""

from __future__ import annotations

import io
import math
from functools import lru_cache
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from numpy.lib import format as npy

from sidelight.pixels.formats._base import (
    Header,
    Raster,
    UnusableImageError,
    check_size,
    depth_of,
)
from sidelight.registry import FORMATS

if TYPE_CHECKING:
    from pathlib import Path

# A picture with more bands than rows and columns is one with its axes mixed up.
MANY_BANDS = 64
# Bytes of the length that follows magic string and version, by version.
LENGTH_BYTES = {(1, 0): 2, (2, 0): 4}
LONGEST = 10_000  # bytes of a header, as NumPy allows them


@FORMATS.register(
    "npy", summary="NumPy arrays, height × width or height × width × bands"
)
class NpyFormat:
    """An array of numbers; nothing is unpickled."""

    def recognises(self, head: bytes) -> bool:
        """Return whether the file begins as NumPy writes it."""
        return head.startswith(npy.MAGIC_PREFIX)

    def header(self, source: Path | bytes, *, picked: bool) -> Header:
        """Return what is known without reading the values."""
        del picked
        if isinstance(source, bytes):
            shape, dtype, left = _header(io.BytesIO(source), len(source))
        else:
            with source.open("rb") as opened:
                shape, dtype, left = _header(opened, source.stat().st_size)
        _check_length(left, shape, dtype)
        return Header(*shape, depth=depth_of(dtype))

    def read(self, data: bytes, *, picked: bool, window: bool) -> Raster:
        """Return the values; the bytes are looked at where they are."""
        del picked, window
        file = io.BytesIO(data)
        shape, order, dtype = _described(file)
        start = file.tell()
        _check_length(len(data) - start, shape, dtype)
        count = math.prod(shape)
        values = np.frombuffer(data, dtype, count, start).reshape(shape, order=order)
        native = values.astype(dtype.newbyteorder("="), copy=False)
        return Raster(native.astype(np.uint8) * 255 if dtype.kind == "b" else native)


def _header(file: BinaryIO, size: int) -> tuple[tuple[int, int, int], Any, int]:
    """Return shape, dtype, and how many bytes of values there are."""
    shape, _, dtype = _described(file)
    return shape, dtype, size - file.tell()


def _described(file: BinaryIO) -> tuple[tuple[int, int, int], Any, np.dtype[Any]]:
    """Return shape, order and dtype, and leave the file where the values begin."""
    try:
        magic = file.read(npy.MAGIC_LEN)
        length = file.read(LENGTH_BYTES[npy.read_magic(io.BytesIO(magic))])
        text = file.read(min(int.from_bytes(length, "little"), LONGEST))
        return _parsed(magic + length + text)
    except (ValueError, KeyError, EOFError) as error:
        problem = "has a damaged NumPy header"
        raise UnusableImageError(problem) from error


@lru_cache(maxsize=64)  # pictures of one table have one header, which takes 0.1 ms
def _parsed(header: bytes) -> tuple[tuple[int, int, int], Any, np.dtype[Any]]:
    file = io.BytesIO(header)
    readers = {
        (1, 0): npy.read_array_header_1_0,
        (2, 0): npy.read_array_header_2_0,
    }
    shape, fortran, dtype = readers[npy.read_magic(file)](file)
    if dtype.hasobject:
        problem = "holds Python objects, which are not read; save an array of numbers"
        raise UnusableImageError(problem)
    depth_of(dtype)
    if len(shape) == 2:
        shape = (*shape, 1)
    if len(shape) != 3:
        problem = f"has {len(shape)} axes; a picture is height × width × bands"
        raise UnusableImageError(problem)
    check_size(*shape)
    if shape[2] > MANY_BANDS and shape[0] < min(shape[1:]):
        seen = " × ".join(map(str, shape))
        problem = f"is {seen}, bands first; save it as np.moveaxis(array, 0, -1)"
        raise UnusableImageError(problem)
    return shape, "F" if fortran else "C", dtype


def _check_length(left: int, shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
    needed = math.prod(shape) * dtype.itemsize
    if left < needed:
        problem = f"is truncated: {needed - left} of {needed} bytes are missing"
        raise UnusableImageError(problem)
