"""The engine of SavedModels: TensorFlow alone, without Keras."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

from sidelight.errors import RunError
from sidelight.optional import import_optional
from sidelight.predictor._signature import Signature

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PURPOSE = "Answering with a SavedModel"


@dataclass(frozen=True)
class SavedModel:
    """A folder that was exported with `--to savedmodel`, ready to answer.

    Attributes:
        network_file: A file in it by which such a folder is known.
        about_file: Where in the folder the texts lie; TensorFlow leaves room there.
        raw: Name of its function of raw columns and pixels.
        signature: What it takes and gives.
        about: All texts that it holds beside its network.
        loaded: TensorFlow's object, whose look-up tables live as long as it does.
        ask: The function.
    """

    network_file: ClassVar[str] = "saved_model.pb"
    about_file: ClassVar[Path] = Path("assets.extra") / "sidelight.json"
    raw: ClassVar[str] = "serving_default"

    at_once: ClassVar[int] = 1  # TensorFlow spreads a batch over the cores itself

    signature: Signature
    about: Mapping[str, str]
    loaded: Any
    ask: Callable[..., Mapping[str, Any]]

    @classmethod
    def open(cls, path: Path) -> Self:
        """Load a folder.

        Raises:
            RunError: If it is damaged, not written by Sidelight, or of another
                version.
            MissingPackageError: If TensorFlow is not there.
        """
        try:
            about = json.loads((path / cls.about_file).read_text(encoding="utf-8"))
        except FileNotFoundError:
            about = {}  # of somebody else, as the signature will say
        except (OSError, ValueError) as error:
            problem = f"{cls.about_file} is damaged"
            raise RunError(problem, path=path, fix="Export the run again.") from error
        signature = Signature.from_properties(about, path)
        tensorflow = import_optional("tensorflow", PURPOSE, extra="tensorflow")
        try:
            loaded = tensorflow.saved_model.load(str(path))
            return cls(signature, about, loaded, loaded.signatures[cls.raw])
        except Exception as error:  # its errors have no common class
            problem = "this SavedModel is damaged"
            raise RunError(problem, path=path, fix="Export the run again.") from error

    def figures(self, inputs: Mapping[str, NDArray[Any]]) -> NDArray[np.floating[Any]]:
        """Return probabilities, or predicted numbers.

        Args:
            inputs: An array for each input, as `docs/export.md` says; others are left
                out.
        """
        tensorflow = import_optional("tensorflow", PURPOSE, extra="tensorflow")
        _, taken = self.ask.structured_input_signature  # type: ignore[attr-defined]
        found = self.ask(**{name: tensorflow.constant(inputs[name]) for name in taken})
        name = "probability" if "probability" in found else "prediction"
        figures: NDArray[np.floating[Any]] = found[name].numpy()
        return figures
