"""Perceptual hashes of thumbnails, and the pairs that are near one another.

Two hashes look at different things: the low frequencies of the picture, and whether it
gets darker or brighter from left to right. Each has 64 bits; pairs that agree in a
quarter of the bits of one of them are looked at, pixel by pixel. So no picture is
compared with all others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

BANDS, BAND_BITS = 4, 16
WINDOW = 48  # neighbours in a bucket that are looked at; larger ones are sorted
MOST_BITS = 24  # of the 128 of both hashes, in which near duplicates may differ
CLOSE = 6.0  # mean difference of the pixels, in steps of 255
SAME_SHAPE = 0.99  # correlation of the pixels
PIECE = 4096  # pictures or pairs whose pixels are looked at together


def hashes(pixels: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """Return `(pictures, 2)` hashes of thumbnails `(pictures, 32, 32, 3)`."""
    made = np.empty((len(pixels), 2), np.uint64)
    for start in range(0, len(pixels), PIECE):  # as floats they take five times as much
        grey = _grey(pixels[start : start + PIECE])
        made[start : start + PIECE, 0] = _frequencies(grey)
        made[start : start + PIECE, 1] = _slopes(grey)
    return made


def candidates(pixels: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return `(pairs, 2)` positions of pictures whose hashes are near."""
    found = hashes(pixels)
    pairs = [
        _near(_neighbours(found[:, which], band), found)
        for which in range(found.shape[1])
        for band in range(BANDS)
    ]
    near: NDArray[np.int64] = np.unique(np.concatenate(pairs), axis=0)
    return near


def _near(pairs: NDArray[np.int64], found: NDArray[np.uint64]) -> NDArray[np.int64]:
    apart = np.bitwise_count(found[pairs[:, 0]] ^ found[pairs[:, 1]])
    # As numbers of eight bits a sum of two would overflow.
    near: NDArray[np.int64] = pairs[apart.sum(axis=1, dtype=np.int64) <= MOST_BITS]
    return near


def alike(pixels: NDArray[np.uint8], pairs: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the pairs whose pixels are nearly the same.

    Hashes alone find a clock at one and a clock at half past one the same.
    """
    keep = np.zeros(len(pairs), bool)
    for start in range(0, len(pairs), PIECE):
        piece = pairs[start : start + PIECE]
        first, second = (
            pixels[piece[:, side]].reshape(len(piece), -1).astype(np.float32)
            for side in (0, 1)
        )
        close = np.abs(first - second).mean(axis=1) <= CLOSE
        first -= first.mean(axis=1, keepdims=True)
        second -= second.mean(axis=1, keepdims=True)
        scale = np.sqrt((first**2).sum(axis=1) * (second**2).sum(axis=1))
        same = (first * second).sum(axis=1) >= SAME_SHAPE * scale
        keep[start : start + PIECE] = close & same
    return pairs[keep]


def _grey(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    weights = np.array([0.299, 0.587, 0.114], np.float32)
    return pixels.astype(np.float32) @ weights


def _frequencies(grey: NDArray[np.float32]) -> NDArray[np.uint64]:
    from scipy.fft import dctn  # noqa: PLC0415

    low = dctn(grey, axes=(1, 2))[:, :8, :8].reshape(len(grey), 64)
    low[:, 0] = 0  # how bright the picture is
    return _bits(low > np.median(low, axis=1, keepdims=True))


def _slopes(grey: NDArray[np.float32]) -> NDArray[np.uint64]:
    rows = grey.reshape(len(grey), 8, 4, 32).mean(axis=2)
    # Nine columns, whose eight steps are looked at.
    edges = np.linspace(0, 32, 10).round().astype(int)
    columns = np.add.reduceat(rows, edges[:-1], axis=2) / np.diff(edges)
    return _bits((np.diff(columns, axis=2) > 0).reshape(len(grey), 64))


def _bits(flags: NDArray[np.bool_]) -> NDArray[np.uint64]:
    packed: NDArray[np.uint64] = np.packbits(flags, axis=1).view(np.uint64)[:, 0]
    return packed


def _neighbours(codes: NDArray[np.uint64], band: int) -> NDArray[np.int64]:
    """Return pairs that agree in one band of their bits."""
    shift, mask = np.uint64(band * BAND_BITS), np.uint64(2**BAND_BITS - 1)
    key = (codes >> shift) & mask
    order = np.lexsort((codes, key))
    key = key[order]
    pairs = []
    for step in range(1, min(WINDOW, len(codes) - 1) + 1):
        same = np.flatnonzero(key[step:] == key[:-step])
        if not len(same):
            break
        pairs.append(np.stack([order[same], order[same + step]], axis=1))
    if not pairs:
        return np.empty((0, 2), np.int64)
    return np.sort(np.concatenate(pairs), axis=1).astype(np.int64)
