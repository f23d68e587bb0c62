"""Every column as it comes from the preprocessor, side by side."""

from __future__ import annotations

from typing import Any

import keras

from sidelight.nn.layers import OneHotColumns
from sidelight.registry import ENCODERS
from sidelight.schema import MetaSpec


@ENCODERS.register("flat", summary="numbers as they are, categories one-hot")
def flat(spec: MetaSpec, inputs: dict[str, Any]) -> Any:
    """Concatenate the numeric block with the one-hot encoded categorical block.

    Args:
        spec: The metadata inputs of the model.
        inputs: "numeric" `(batch, num_numeric)` float32 and "categorical"
            `(batch, num_categorical)` int32, as far as the spec has them.

    Returns:
        `(batch, features)` float32.
    """
    parts = []
    if spec.num_numeric:
        parts.append(inputs["numeric"])
    if spec.num_categorical:
        columns = [f for f in spec.features if f.block == "categorical"]
        one_hot = OneHotColumns(
            [column.levels for column in columns],
            [column.unseen for column in columns],
            name="categories",
        )
        parts.append(one_hot(inputs["categorical"]))
    if len(parts) == 1:
        return parts[0]
    return keras.layers.Concatenate(name="metadata")(parts)
