"""Pixels of any depth under a rule: bands picked, resized, packed with what is absent.

Where a picture has no data, the pack says so in the values themselves: 0 in whole
numbers (a true 0 becomes 1 there), NaN in half-precision.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from sidelight.pixels._resize import place, resized
from sidelight.pixels.formats import Raster, UnusableImageError
from sidelight.pixels.formats._base import depth_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sidelight.pixels._rule import ImageRule

# The lowest is packed as 0, so that unsigned values hold signed ones too.
ENDS = {"uint8": (0, 255), "uint16": (0, 65535), "int16": (-32768, 32767)}
LARGEST = 65504  # half-precision number


def pick_bands(
    wanted: Sequence[int | str], count: int, names: Sequence[str]
) -> list[int]:
    """Return the positions of bands picked by number, from 1, or by name.

    Raises:
        UnusableImageError: If the picture has no such band.
    """
    lowered = [name.lower() for name in names]
    positions = []
    for band in wanted:
        if isinstance(band, int):
            if not 1 <= band <= count:
                problem = f"has no band {band}, only {count}"
                raise UnusableImageError(problem)
            positions.append(band - 1)
        elif band.lower() in lowered:
            positions.append(lowered.index(band.lower()))
        else:
            known = ", ".join(filter(None, names)) or "no names"
            problem = f"has no band {band!r}; its bands have {known}"
            raise UnusableImageError(problem)
    return positions


def packed(raster: Raster, rule: ImageRule) -> NDArray[Any]:
    """Return a raster's pixels `(height, width, bands)` as the rule packs them.

    Raises:
        UnusableImageError: If bands or depth do not fit, or there is no data at all.
    """
    values, valid = _picked(raster, rule)
    _check_depth(values.dtype, rule)
    plain = rule.depth == "uint8" and not rule.masked
    if plain and {values.shape[2], rule.bands} <= {1, 3}:
        if values.shape == (rule.height, rule.width, rule.bands):
            return values
        grey = values.shape[2] == 1
        return rule.apply(Image.fromarray(values[..., 0] if grey else values))
    if values.shape[2] != rule.bands:
        problem = f"has {_bands(values.shape[2])}; {_bands(rule.bands)} are wanted"
        raise UnusableImageError(problem)
    present = where_present(values, valid)
    if not present.any():
        problem = "holds no data at all: every pixel is marked as nodata"
        raise UnusableImageError(problem)
    height, width = values.shape[:2]
    if (height, width) != (rule.height, rule.width):
        return _encoded(*_resized(values, present, rule), rule)
    return _encoded(values, present, rule)


def nothing(rule: ImageRule) -> NDArray[Any]:
    """Return the picture of a row that has none: black, or no data."""
    shape = (rule.height, rule.width, rule.bands)
    absent = np.nan if rule.depth == "float16" else 0
    return np.full(shape, absent, rule.dtype)


def _picked(
    raster: Raster, rule: ImageRule
) -> tuple[NDArray[Any], NDArray[np.bool_] | None]:
    values, valid = raster.values, raster.valid
    if rule.select is None:
        return values, valid
    positions = pick_bands(rule.select, values.shape[2], raster.names)
    if valid is not None and valid.ndim == 3:
        valid = valid[..., positions]
    return np.ascontiguousarray(values[..., positions]), valid


def _check_depth(dtype: np.dtype[Any], rule: ImageRule) -> None:
    found = depth_of(dtype)
    if (found == "uint8") != (rule.depth == "uint8"):
        wanted = "8" if rule.depth == "uint8" else "more than 8"
        problem = f"holds {dtype} values; {wanted} bits are wanted, as in the others"
        raise UnusableImageError(problem)


def _bands(count: int) -> str:
    return f"{count} band{'s' * (count != 1)}"


def where_present(
    values: NDArray[Any], valid: NDArray[np.bool_] | None
) -> NDArray[Any]:
    """Return where there is data `(height, width, bands)`."""
    if valid is None:
        present = np.ones(values.shape, dtype=bool)
    else:
        spread = valid[..., None] if valid.ndim == 2 else valid
        present = np.broadcast_to(spread, values.shape)
    return present & np.isfinite(values) if values.dtype.kind == "f" else present


def _resized(
    values: NDArray[Any], present: NDArray[Any], rule: ImageRule
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Resize band by band, all by one arithmetic; what is absent has no weight."""
    height, width = values.shape[:2]
    placement = place((width, height), (rule.width, rule.height), rule.resize)
    shape = (rule.height, rule.width, values.shape[2])
    result, known = np.zeros(shape, np.float32), np.zeros(shape, dtype=bool)
    left, top = placement.corner
    inner = np.s_[top : top + placement.size[1], left : left + placement.size[0]]

    def shrunk(plane: NDArray[Any]) -> NDArray[np.float32]:
        image = Image.fromarray(np.ascontiguousarray(plane, dtype=np.float32))
        return np.asarray(resized(image, placement))

    for band in range(values.shape[2]):
        plane, has = values[..., band], present[..., band]
        if has.all():
            result[(*inner, band)], known[(*inner, band)] = shrunk(plane), True
            continue
        weight = shrunk(has)
        total = shrunk(np.where(has, plane, 0))
        # A pixel is there if at least half of what it is made of is.
        known[(*inner, band)] = weight >= 0.5
        result[(*inner, band)] = total / np.maximum(weight, 1e-6)
    return result, known


def _encoded(
    values: NDArray[Any], present: NDArray[Any], rule: ImageRule
) -> NDArray[Any]:
    """Return values in the pack's dtype, with what is absent marked."""
    if rule.depth == "float16":
        seen = np.where(present, values, 0).astype(np.float64)
        farthest = float(seen.flat[np.abs(seen).argmax()])
        if abs(farthest) > LARGEST:
            problem = (
                f"holds {farthest:g}, more than half-precision holds (±{LARGEST}); "
                "save it in larger units"
            )
            raise UnusableImageError(problem)
        return np.where(present, values, np.nan).astype(np.float16)
    low, high = ENDS[rule.depth]
    whole = np.rint(values) if values.dtype.kind == "f" else values
    kept = np.where(present, whole, 0)
    outside = kept[(kept < low) | (kept > high)]
    if len(outside):
        problem = f"holds {outside[0]:g}, outside the {low} to {high} of the pack"
        raise UnusableImageError(problem)
    # Where values themselves say what is absent, 0 is taken.
    lowest = 1 if rule.marks_absent else 0
    stored = np.maximum(kept.astype(np.int32) - low, lowest)
    return np.where(present, stored, 0).astype(rule.dtype)
