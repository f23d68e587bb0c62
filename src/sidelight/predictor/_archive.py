"""One `.keras` file that holds a whole model: network, preprocessing and schema."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from sidelight.errors import RunError
from sidelight.predictor._file import for_tables
from sidelight.predictor._keras import Predictor, load_network
from sidelight.predictor._signature import Signature

ABOUT = "sidelight.json"  # beside Keras' own files in the archive


@dataclass(frozen=True)
class KerasFile(Predictor):
    """An exported `.keras` file; it takes Keras and Sidelight to use it.

    Attributes:
        signature: What it says of itself.
        decimal: The decimal sign of the training table.
    """

    signature: Signature
    decimal: str

    @classmethod
    def open(cls, path: str | Path) -> Self:
        """Load a file in Keras' safe mode; nothing that it holds is executed.

        Raises:
            RunError: If it is none, damaged, not written by Sidelight, or of another
                version.
        """
        path = Path(path)
        about = _about(path)
        signature = Signature.from_properties(about, path)
        schema, preprocessor, decimal = for_tables(about, path)
        return cls(
            network=load_network(path),
            preprocessor=preprocessor,
            schema=schema,
            rule=None if signature.image is None else signature.image.rule,
            signature=signature,
            decimal=decimal,
        )

    @property
    def reading(self) -> dict[str, Any]:
        """How its tables are read."""
        return {"null_values": self.signature.missing_words, "decimal": self.decimal}


def append_about(path: Path, about: Mapping[str, str]) -> None:
    """Put what a file says of itself into Keras' archive."""
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(ABOUT, json.dumps(about, indent=1, ensure_ascii=False))


def _about(path: Path) -> dict[str, str]:
    try:
        with zipfile.ZipFile(path) as archive:
            if ABOUT not in archive.namelist():
                return {}  # some other Keras model
            found = json.loads(archive.read(ABOUT))
            return {str(name): str(text) for name, text in found.items()}
    except FileNotFoundError as error:
        problem = "there is no such file"
        raise RunError(problem, path=path) from error
    except (OSError, ValueError, AttributeError, zipfile.BadZipFile) as error:
        problem = "this is no .keras file, or it is damaged"
        raise RunError(problem, path=path, fix="Export the run again.") from error
