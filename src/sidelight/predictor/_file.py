"""An exported file that answers tables, as the run it came from does."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from pydantic import ValidationError

from sidelight.errors import RunError
from sidelight.predictor._engine import Engine, open_engine
from sidelight.predictor._raw import raw_inputs
from sidelight.predictor._table import TablePredictor, in_batches
from sidelight.preprocessing import Preprocessor
from sidelight.schema import Schema

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sidelight.pixels import ImageRule
    from sidelight.table import Table

# What a file holds for tables, beside its signature.
SCHEMA, PREPROCESSOR, DECIMAL = (
    "sidelight_schema",
    "sidelight_preprocessor",
    "sidelight_decimal",
)


@dataclass(frozen=True)
class FilePredictor(TablePredictor):
    """An exported file, with what reading tables for it takes.

    Attributes:
        model: The file, in what answers it.
        preprocessor: As in the run; says what is unusual, encodes nothing here.
        schema: What each column was for in training.
        decimal: The decimal sign of the training table.
    """

    model: Engine
    preprocessor: Preprocessor
    schema: Schema
    decimal: str

    @classmethod
    def open(cls, path: str | Path) -> Self:
        """Load a file or a folder: ONNX, SavedModel or LiteRT.

        Raises:
            RunError: If it is none, damaged, not written by Sidelight, or of another
                version.
            MissingPackageError: If what it runs in is not there.
        """
        model = open_engine(Path(path))
        schema, preprocessor, decimal = for_tables(model.about, Path(path))
        return cls(model, preprocessor, schema, decimal)

    @property
    def reading(self) -> dict[str, Any]:
        """How its tables are read."""
        words = self.model.signature.missing_words
        return {"null_values": words, "decimal": self.decimal}

    @property
    def rule(self) -> ImageRule | None:  # type: ignore[override]
        """How pictures are brought to the network's size; None without pictures."""
        image = self.model.signature.image
        return None if image is None else image.rule

    @property
    def uses_image(self) -> bool:
        """Whether the network looks at pictures at all."""
        return self.model.signature.image is not None

    @property
    def may_miss(self) -> bool:
        """False: a file takes a picture for each row, and every column."""
        return False

    def figures_of(
        self, table: Table, pictures: Mapping[str, NDArray[Any]], batch_size: int
    ) -> NDArray[Any]:
        """Answer rows whose pictures are decoded; see `TablePredictor`."""
        inputs = raw_inputs(self.model.signature.columns, table.frame)
        given = {**inputs, **pictures}
        at_once = self.model.at_once
        size = -(-min(batch_size, len(table)) // at_once)  # memory is one batch's
        return in_batches(self.model.figures, given, size, at_once=at_once)


def held_for_tables(
    schema: Schema, preprocessor: Preprocessor, decimal: str
) -> dict[str, str]:
    """Return what a file has to hold so that `FilePredictor` can read tables."""
    return {
        SCHEMA: schema.model_dump_json(),
        PREPROCESSOR: json.dumps(preprocessor.state(), ensure_ascii=False),
        DECIMAL: decimal,
    }


def for_tables(held: Mapping[str, str], path: Path) -> tuple[Schema, Preprocessor, str]:
    """Return schema, preprocessor and decimal sign that `held_for_tables` wrote.

    Raises:
        RunError: If they are missing or damaged.
    """
    try:
        schema = Schema.model_validate_json(held[SCHEMA])
        state = json.loads(held[PREPROCESSOR])
        decimal = held[DECIMAL]
    except (KeyError, ValueError, ValidationError) as error:
        problem = "what this file says of its tables is missing or damaged"
        raise RunError(problem, path=path, fix="Export the run again.") from error
    return schema, Preprocessor.from_state(state, path), decimal
