"""From which value to which each band is spread over 0 to 255: from training rows."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from sidelight.errors import ConfigError, DataWarning
from sidelight.schema import BandScale

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sidelight.images._store import Pack

# So many pixels of a band settle its percentiles; more rows would change nothing.
ENOUGH_PIXELS = 2**24
FEWEST_PICTURES = 256
NUM_VALUES = 2**16  # what 16 bits can hold, whole numbers and half-precision alike
BATCH = 16


def fit_scale(pack: Pack, percentiles: tuple[float, float]) -> BandScale | None:
    """Fit the scaling of deeper pictures, and what stands for absent pixels.

    Every packed value has 16 bits, so values are counted rather than sorted: the
    percentiles are exact, and memory does not depend on the number of pictures. Beyond
    some 16 million pixels a band, evenly spaced pictures are looked at.

    Args:
        pack: The pictures of the training rows, and of no others.
        percentiles: Which ones become 0 and 255.

    Returns:
        The scaling; None for 8-bit pictures without nodata, which stay as they are.

    Raises:
        ConfigError: If the percentiles are no range.
    """
    check_percentiles(percentiles)
    rule = pack.rule
    if not rule.marks_absent:
        return None
    if rule.depth == "uint8":
        low, fill, high = _quantiles(pack, (0.0, 50.0, 100.0))
        low, high = [0.0] * rule.bands, [255.0] * rule.bands
    else:
        low, fill, high = _quantiles(pack, (percentiles[0], 50.0, percentiles[1]))
    return BandScale(
        low=tuple(low),
        high=tuple(high),
        fill=tuple(fill),
        zero_is_absent=rule.depth != "float16",
    )


def check_percentiles(percentiles: tuple[float, float]) -> None:
    """Refuse percentiles that are no range.

    Raises:
        ConfigError: If they are not 0 ≤ low < high ≤ 100.
    """
    low, high = percentiles
    if not 0 <= low < high <= 100:
        problem = f"percentiles {low:g} and {high:g} are no range"
        fix = "Give two from 0 to 100, the lower one first: --scale-percentiles 1,99."
        raise ConfigError(problem, fix=fix)


def _quantiles(pack: Pack, wanted: tuple[float, ...]) -> list[list[float]]:
    """Return for each percentile the value of each band."""
    counts = _counts(pack)
    values, order = _values_in_order(pack.pixels.dtype)
    found: list[list[float]] = [[] for _ in wanted]
    for band, count in enumerate(counts):
        up_to = np.cumsum(count[order])
        if up_to[-1] == 0:
            message = (
                f"Band {band + 1} has no data in any training picture; it is black."
            )
            warnings.warn(message, DataWarning, stacklevel=4)
            for place in found:
                place.append(0.0)
            continue
        for place, percentile in zip(found, wanted, strict=True):
            rank = max(1, int(np.ceil(up_to[-1] * percentile / 100)))
            place.append(float(values[np.searchsorted(up_to, rank)]))
    return found


def _counts(pack: Pack) -> NDArray[np.int64]:
    """Return how often each band has each value `(bands, 65536)`, absent ones never."""
    slots = np.unique(pack.slots)
    height, width, bands = pack.pixels.shape[1:]
    enough = max(FEWEST_PICTURES, ENOUGH_PIXELS // (height * width))
    if len(slots) > enough:
        slots = slots[np.linspace(0, len(slots) - 1, enough).astype(int)]
    counts = np.zeros((bands, NUM_VALUES), dtype=np.int64)
    for start in range(0, len(slots), BATCH):
        batch = pack.pixels[slots[start : start + BATCH]]
        codes = batch if batch.dtype.itemsize == 1 else batch.view(np.uint16)
        for band in range(bands):
            flat = codes[..., band].ravel()
            counts[band] += np.bincount(flat, minlength=NUM_VALUES)
    if pack.pixels.dtype != np.float16:
        counts[:, 0] = 0
    return counts


def _values_in_order(dtype: np.dtype[Any]) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Return what 16 bits can say, rising, and where each stands among the codes."""
    codes = np.arange(NUM_VALUES, dtype=np.uint16)
    if dtype != np.float16:
        return codes, codes.astype(np.int64)
    values = codes.view(np.float16)
    order = np.argsort(values, kind="stable")
    order = order[np.isfinite(values[order])]
    return values[order], order
