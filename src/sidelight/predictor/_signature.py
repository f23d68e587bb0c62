"""What an exported file takes and gives, as it says itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from pydantic import ValidationError

from sidelight.errors import RunError
from sidelight.pixels import ImageRule
from sidelight.schema import Kind, Missing, Record, Task

FORMAT = 1  # counted up when files of another number cannot be read
PREFIX = "sidelight_"
TEXTS = ("version", "fingerprint")  # written as they are, all others as JSON
REQUIRED: tuple[Missing, ...] = ("error", "drop")


class ColumnSignature(Record):
    """One metadata column of a file.

    Attributes:
        column: Its name in reports.
        sources: The table's columns: one, or latitude and longitude.
        inputs: The file's inputs for them, in the same order.
        kind: What the cells mean.
        takes: What the inputs take, in words.
        missing: What is done about a gap.
        training: What the training rows held: "low" and "high", or "words" and "rare".
    """

    column: str
    sources: tuple[str, ...]
    inputs: tuple[str, ...]
    kind: Kind
    takes: str
    missing: Missing
    training: dict[str, Any]

    @property
    def required(self) -> bool:
        """Whether a row without a value here cannot be answered."""
        return self.missing in REQUIRED


class ImageSignature(Record):
    """The picture input of a file.

    Attributes:
        input: Its name.
        type: NumPy's name of its element type.
        any_size: Whether pictures of any size are taken, or the model's only.
        height: The model's rows of pixels.
        width: The model's columns of pixels.
        bands: Values of a pixel.
        pictures: Pictures of a row; more than one is an axis more, with a mask beside.
        rule: How a picture file becomes pixels of the model's size.
    """

    input: str
    type: str
    any_size: bool
    height: int
    width: int
    bands: int
    pictures: int
    rule: ImageRule

    @property
    def takes(self) -> str:
        """What it takes, in words."""
        several = "" if self.pictures == 1 else f"{self.pictures} × "
        if self.any_size:
            return f"{self.type}, {several}height × width × {self.bands}, of any size"
        size = f"{self.height} × {self.width} × {self.bands}"
        return f"{self.type}, {several}{size}, packed as Sidelight packs them"


class Signature(Record):
    """All of it.

    Attributes:
        format: Which fields there are.
        version: Of the Sidelight that wrote the file.
        fingerprint: A hash of the run's files that answers depend on.
        task: What is predicted.
        classes: Names of classes or labels in the order of "probability"; empty for a
            regression.
        targets: The columns that are predicted.
        columns: The metadata.
        image: The picture; None where the network looks at none.
        missing_words: Words that mean an empty cell, in text.
    """

    format: int = FORMAT
    version: str
    fingerprint: str
    task: Task
    classes: tuple[str, ...]
    targets: tuple[str, ...]
    columns: tuple[ColumnSignature, ...]
    image: ImageSignature | None
    missing_words: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the figures of an answer: classes, labels, or target columns."""
        return self.classes or self.targets

    @property
    def outputs(self) -> tuple[str, ...]:
        """Names of what the file answers."""
        if not self.classes:
            return ("prediction",)
        return (
            ("probability",) if self.task == "multilabel" else ("label", "probability")
        )

    def to_properties(self) -> dict[str, str]:
        """Return it as the texts that a file's metadata hold."""
        fields = self.model_dump(mode="json")
        return {
            f"{PREFIX}{name}": value
            if name in TEXTS
            else json.dumps(value, ensure_ascii=False)
            for name, value in fields.items()
        }

    @classmethod
    def from_properties(cls, properties: Mapping[str, str], path: Path) -> Self:
        """Read it from a file's metadata; what else they hold is left alone.

        Args:
            properties: The metadata.
            path: The file, for the message.

        Raises:
            RunError: If the file was not written by Sidelight, or by another version.
        """
        if f"{PREFIX}fingerprint" not in properties:
            problem = "this file was not written by Sidelight"
            fix = "Export a run: sidelight export runs/NAME -o FILE.onnx"
            raise RunError(problem, path=path, fix=fix)
        written = properties.get(f"{PREFIX}version", "of unknown version")
        if properties.get(f"{PREFIX}format") != str(FORMAT):
            problem = f"this file is of Sidelight {written}, not of this version"
            raise RunError(problem, path=path, fix="Export the run again.")
        try:
            found = {name: _read(properties, name) for name in cls.model_fields}
            return cls.model_validate(found)
        except (ValidationError, KeyError, ValueError) as error:
            problem = f"what this file says of itself is damaged ({_first(error)})"
            raise RunError(problem, path=path, fix="Export the run again.") from error


def _read(properties: Mapping[str, str], name: str) -> Any:
    text = properties[f"{PREFIX}{name}"]
    return text if name in TEXTS else json.loads(text)


def _first(error: Exception) -> str:
    return str(error).splitlines()[0][:200]
