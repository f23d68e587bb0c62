"""The engine of LiteRT folders: their reader encodes rows, the interpreter answers."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from sidelight.errors import RunError
from sidelight.optional import import_optional
from sidelight.predictor._litert_reader import Reader
from sidelight.predictor._rows import NOT_A_TIME
from sidelight.predictor._signature import Signature

if TYPE_CHECKING:
    from numpy.typing import NDArray

PURPOSE = "Answering with a LiteRT model"


@dataclass(frozen=True)
class LiteRtModel:
    """A folder that was exported with `--to litert`, or with fewer bits.

    Attributes:
        network_file: The network's name in the folder.
        columns_file: The name of what was learned from the columns.
        signature: What it takes and gives.
        reader: What encodes a row, and says what an answer means.
        runner: The interpreter's function of the network's inputs.
    """

    network_file: ClassVar[str] = "model.tflite"
    columns_file: ClassVar[str] = "columns.json"

    at_once: ClassVar[int] = 1  # an interpreter answers one call at a time

    signature: Signature
    reader: Reader
    runner: Any

    @classmethod
    def open(cls, path: Path) -> Self:
        """Load a folder.

        Raises:
            RunError: If it is damaged, not written by Sidelight, or of another
                version.
            MissingPackageError: If TensorFlow is not there.
        """
        try:
            reader = Reader(path / cls.columns_file)
            about = reader.about["sidelight"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            problem = f"{cls.columns_file} is missing or damaged"
            raise RunError(problem, path=path, fix="Export the run again.") from error
        signature = Signature.from_properties(about, path)
        tensorflow = import_optional("tensorflow", PURPOSE, extra="tensorflow")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # TensorFlow's copy is to move out
                interpreter = tensorflow.lite.Interpreter(str(path / cls.network_file))
            return cls(signature, reader, interpreter.get_signature_runner())
        except ValueError as error:
            problem = f"{cls.network_file} is damaged"
            raise RunError(problem, path=path, fix="Export the run again.") from error

    @property
    def about(self) -> Mapping[str, str]:
        """All texts that it holds beside its network."""
        found: Mapping[str, str] = self.reader.about["sidelight"]
        return found

    def figures(self, inputs: Mapping[str, NDArray[Any]]) -> NDArray[np.floating[Any]]:
        """Return probabilities, or predicted numbers.

        Args:
            inputs: An array for each column and for the pictures, as a file of ONNX
                takes them; pictures have the network's size.
        """
        count = len(next(iter(inputs.values())))
        rows = [self.reader.inputs(self._row(inputs, row)) for row in range(count)]
        fed = {name: np.array([row[name] for row in rows]) for name in rows[0]}
        fed |= {n: inputs[n] for n in ("image", "pictures") if n in inputs}
        taken = self.runner.get_input_details()
        typed = {name: fed[name].astype(taken[name]["dtype"]) for name in taken}
        output = self.runner(**typed)["answer"].tolist()
        answers = [self.reader.answer(figures) for figures in output]
        if self.signature.classes:
            answers = [answer["probability"] for answer in answers]
        return np.array([list(answer.values()) for answer in answers])

    def _row(self, inputs: Mapping[str, NDArray[Any]], row: int) -> dict[str, Any]:
        cells = {name: inputs[name][row].item() for name in self.reader.names}
        return {
            name: None if cell == NOT_A_TIME else cell for name, cell in cells.items()
        }
