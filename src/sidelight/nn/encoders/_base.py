"""What every metadata encoder is: columns of one kind in, a vector out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import keras

from sidelight.nn.layers import TakeColumns
from sidelight.schema import Feature, Record

# Which encoder a column has unless another one is chosen.
DEFAULTS = {
    "numeric": "linear",
    "boolean": "linear",
    "multi_hot": "linear",
    "categorical": "one_hot",
    "datetime": "cyclical",
    # Three figures of a place let a network draw broad lines only.
    "location": "grid",
}

# Locations and phases need more digits than half precision has; they are few.
PRECISE = "float32"


@dataclass(frozen=True)
class Encoded:
    """Columns as one vector.

    Attributes:
        vector: `(batch, sum(widths))`.
        widths: Encoded width of each column, in the order they have in `vector`.
    """

    vector: Any
    widths: tuple[int, ...]


class EncoderConfig(Record):
    """Options of an encoder; every encoder has one, perhaps without fields."""


class Encoder:
    """Encodes, with trainable weights or without, columns that share its options.

    The kinds it takes are the capabilities it is registered with. A subclass implements
    `encode_column`, or `encode` where all columns can be encoded in one operation.

    Attributes:
        Config: The pydantic class of its options.
        as_it_stands: Whether it changes nothing; such columns pass without a layer.
        config: The checked options.
        columns: The columns, all of them of kinds it takes.
    """

    Config: ClassVar[type[EncoderConfig]] = EncoderConfig
    as_it_stands: ClassVar[bool] = False

    def __init__(self, config: EncoderConfig, columns: tuple[Feature, ...]) -> None:
        self.config, self.columns = config, columns

    def encode(self, values: Any, name: str) -> Encoded:
        """Encode all columns.

        Args:
            values: The columns side by side, without their missing indicators:
                `(batch, positions)` float32, or int32 indices.
            name: What the names of its layers begin with.
        """
        parts, start = [], 0
        for i, column in enumerate(self.columns):
            end = start + len(value_positions(column))
            own = take(values, list(range(start, end)), f"{name}_{i}_values")
            parts.append(self.encode_column(column, own, f"{name}_{i}"))
            start = end
        widths = tuple(int(part.shape[-1]) for part in parts)
        return Encoded(joined(parts, f"{name}_joined"), widths)

    def encode_column(self, column: Feature, values: Any, name: str) -> Any:
        """Return `(batch, width)` for one column's `(batch, positions)`."""
        raise NotImplementedError


def value_positions(column: Feature) -> list[int]:
    """Return a column's positions in its block that hold its value.

    Left out are the missing indicator and, in the numeric block, positions that no
    training row fills: the weights behind them would be left at their random start.
    """
    if column.block == "categorical":
        return [column.start]
    values = range(column.width - column.indicator)
    return [column.start + i for i in values if i not in column.unseen]


def joined(parts: list[Any], name: str) -> Any:
    """Return the parts side by side."""
    return parts[0] if len(parts) == 1 else keras.layers.Concatenate(name=name)(parts)


def take(block: Any, positions: list[int], name: str) -> Any:
    """Return the positions of a block; the block itself where those are all of it."""
    if positions == list(range(block.shape[-1])):
        return block
    return TakeColumns(positions, dtype=PRECISE, name=name)(block)
