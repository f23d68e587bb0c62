"""Metadata inputs in, one vector per picture out, column by column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sidelight.nn.encoders._base import Encoded, Encoder, joined, take, value_positions
from sidelight.nn.encoders._choose import Choice, choose
from sidelight.registry import ENCODERS
from sidelight.schema import Feature, MetaSpec


def encode(
    spec: MetaSpec,
    inputs: Mapping[str, Any],
    encoders: Mapping[str, str] | None = None,
    options: Mapping[str, dict[str, Any]] | None = None,
) -> Encoded:
    """Encode every column and put them side by side.

    Columns with the same encoder and options are encoded at once, so the number of
    layers depends on the number of different encoders, not on that of columns. A
    missing indicator stands unchanged behind its column's values.

    Args:
        spec: The metadata inputs of the model. Without features, each numeric position
            is a column.
        inputs: "numeric" `(batch, num_numeric)` float32 and "categorical"
            `(batch, num_categorical)` int32, as far as the spec has them.
        encoders: Registry names by column or by kind; None for every kind's default.
        options: Options of the encoders, keyed in the same way.

    Returns:
        The vector and the width of each column: those of the numeric block in their
        order, then those of the categorical block.

    Raises:
        ConfigError: If an encoder or an option does not fit.
        UnknownNameError: If there is no such encoder.
    """
    columns = _columns(spec)
    chosen = choose(columns, encoders or {}, options or {})
    draft = _Draft(columns, inputs)
    for block in ("numeric", "categorical"):
        for choice in dict.fromkeys(chosen):
            owners = [
                i
                for i, column in enumerate(columns)
                if chosen[i] == choice and column.block == block
            ]
            if owners and not ENCODERS.get(choice.name).obj.as_it_stands:
                draft.add_encoded(choice, owners)
        if block == "numeric":
            draft.add_as_they_stand([ENCODERS.get(c.name).obj for c in chosen])
    return draft.finish()


def _columns(spec: MetaSpec) -> list[Feature]:
    """Return the columns, those of the numeric block first."""
    named = spec if spec.features else MetaSpec.of_numbers(spec.num_numeric)
    return list(named.by_block)


class _Draft:
    """Parts of the vector, and which of their positions belong to which column."""

    def __init__(self, columns: list[Feature], inputs: Mapping[str, Any]) -> None:
        self.columns, self.inputs = columns, inputs
        self.parts: list[Any] = []
        self.width = 0
        self.owned: list[list[int]] = [[] for _ in columns]
        self.names: set[str] = set()

    def add_encoded(self, choice: Choice, owners: list[int]) -> None:
        """Add what an encoder makes of some columns' values."""
        columns = tuple(self.columns[i] for i in owners)
        encoder: Encoder = ENCODERS.get(choice.name).obj(choice.config, columns)
        name = self._name(choice.name)
        positions = [p for column in columns for p in value_positions(column)]
        block = self.inputs[columns[0].block]
        encoded = encoder.encode(take(block, positions, f"{name}_values"), name)
        self._add(encoded.vector, owners, encoded.widths)

    def add_as_they_stand(self, encoders: list[type[Encoder]]) -> None:
        """Add what passes unchanged: plain values, and every missing indicator."""
        positions, owners, widths = [], [], []
        for i, (column, encoder) in enumerate(zip(self.columns, encoders, strict=True)):
            if column.block == "categorical":
                continue
            own = value_positions(column) if encoder.as_it_stands else []
            if column.indicator:
                own.append(column.start + column.width - 1)
            positions += own
            owners.append(i)
            widths.append(len(own))
        if positions:
            block = take(self.inputs["numeric"], positions, "encoder_numbers")
            self._add(block, owners, widths)

    def finish(self) -> Encoded:
        """Return the parts as one vector, each column's positions together."""
        whole = joined(self.parts, "metadata")
        order = [position for own in self.owned for position in own]
        vector = take(whole, order, "metadata_by_column")
        return Encoded(vector, tuple(len(own) for own in self.owned))

    def _add(self, part: Any, owners: Sequence[int], widths: Sequence[int]) -> None:
        self.parts.append(part)
        for owner, width in zip(owners, widths, strict=True):
            self.owned[owner] += range(self.width, self.width + width)
            self.width += width

    def _name(self, encoder: str) -> str:
        name, number = f"encoder_{encoder}", 2
        while name in self.names:
            name, number = f"encoder_{encoder}_{number}", number + 1
        self.names.add(name)
        return name
