"""Which engine answers an exported file or folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from sidelight.predictor._litert import LiteRtModel
from sidelight.predictor._onnx import OnnxModel
from sidelight.predictor._savedmodel import SavedModel

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sidelight.predictor._signature import Signature


class Engine(Protocol):
    """An export that is loaded.

    Attributes:
        signature: What it takes and gives.
        at_once: How many calls at the same time keep all cores busy.
    """

    @property
    def at_once(self) -> int:
        """How many calls at the same time keep all cores busy."""

    @property
    def signature(self) -> Signature:
        """What it says of itself."""

    @property
    def about(self) -> Mapping[str, str]:
        """All texts that it holds beside its network."""

    def figures(self, inputs: Mapping[str, NDArray[Any]]) -> NDArray[np.floating[Any]]:
        """Return probabilities `(rows, classes)`, or numbers."""


# A folder is known by a file in it, a file by its ending.
FOLDERS: dict[str, type[SavedModel | LiteRtModel]] = {
    engine.network_file: engine for engine in (SavedModel, LiteRtModel)
}


def has_engine(path: Path) -> bool:
    """Return whether a path is that of an export that encodes rows itself."""
    return path.suffix == ".onnx" or any((path / name).is_file() for name in FOLDERS)


def open_engine(path: Path) -> Engine:
    """Load an export.

    Raises:
        RunError: If it is damaged, not written by Sidelight, or of another version.
        MissingPackageError: If what it runs in is not there.
    """
    for name, engine in FOLDERS.items():
        if (path / name).is_file():
            return engine.open(path)
    # Threads that share a call wait for one another while others decode; several
    # calls, a thread each, do not.
    return OnnxModel.open(path, threads=1)
