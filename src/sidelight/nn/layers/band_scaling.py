"""From values of any range to the 0 to 255 that networks take, band by band."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="sidelight")
class BandScaling(keras.layers.Layer):
    """Map `low` to 0 and `high` to 255, cut at both ends; fill in what is absent.

    It computes in float32 whatever the policy: values of 16 bits need more digits than
    half-precision has.

    Args:
        low: One value a band.
        high: One value a band; where it is not above `low`, the band becomes 0.
        fill: One value a band, in the same units, for pixels without data.
        zero_is_absent: Whether 0 says that there is no data; NaN always does.

    Input shape:
        `(…, bands)` of any dtype

    Output shape:
        The same, float32 in [0, 255].
    """

    def __init__(
        self,
        low: Sequence[float],
        high: Sequence[float],
        fill: Sequence[float],
        *,
        zero_is_absent: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**{**kwargs, "dtype": "float32"})
        self.low, self.high, self.fill = list(low), list(high), list(fill)
        self.zero_is_absent = zero_is_absent

    def call(self, image: Any) -> Any:
        """Return the scaled picture."""
        image = ops.cast(image, "float32")
        low, high, fill = (
            ops.convert_to_tensor(values, dtype="float32")
            for values in (self.low, self.high, self.fill)
        )
        # Before any arithmetic: NaN times anything would spoil the gradient too.
        image = ops.where(is_absent(image, self.zero_is_absent), fill, image)
        spread = high - low
        scaled = (image - low) / ops.where(spread > 0, spread, 1.0)
        return ops.where(spread > 0, ops.clip(scaled, 0.0, 1.0) * 255.0, 0.0)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the input's shape."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Return what rebuilds the layer."""
        config = {
            "low": self.low,
            "high": self.high,
            "fill": self.fill,
            "zero_is_absent": self.zero_is_absent,
        }
        return {**super().get_config(), **config}


def is_absent(image: Any, zero_is_absent: bool) -> Any:
    """Return where a picture has no data."""
    absent = ops.isnan(image)
    return ops.logical_or(absent, ops.equal(image, 0)) if zero_is_absent else absent
