"""A first kernel for another number of bands than it was trained with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray


def widen(kernel: NDArray[Any], bands: int) -> NDArray[Any]:
    """Return a kernel that reads `bands` bands and answers alike to a grey picture.

    Every band gets the mean over the bands of the old kernel, times old bands over new
    ones: where all bands hold the same values, the response is that of the old kernel.

    Args:
        kernel: `(height, width, old bands, filters)`.
        bands: Bands of the pictures that are to be read.

    Returns:
        `(height, width, bands, filters)`, of the same dtype.
    """
    mean = kernel.mean(axis=2, keepdims=True)
    share = kernel.dtype.type(kernel.shape[2] / bands)
    return (mean * share).repeat(bands, axis=2)
