"""The contract of a format."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import keras

from sidelight.errors import ConfigError

if TYPE_CHECKING:
    from sidelight.export._subject import Subject


class Exporter(ABC):
    """Writes a run as one file or folder, and says how such a one is asked.

    Attributes:
        file: Its name in a run, if nobody gives another; what files end in.
        marker: For a folder a file in it by which the format is known; "" for a file.
        identifiers: Whether names of inputs may hold ASCII letters, digits and _ only.
        resizes: Whether pictures of any size are taken, if the run's kind allows it.
        most_answers: How far answers to pictures of the model's size may be off.
        is_smaller: Whether weights are stored with fewer bits, so that scores on test
            rows are compared as well.
        engine: A program of Python that knows no Sidelight. Called with the file and a
            folder of `front` and `rows-*.npz`, it writes `answers-*.npz` there: every
            output of both files for those rows, the front's with "front/" before
            their names.
    """

    file: ClassVar[str]
    marker: ClassVar[str] = ""
    identifiers: ClassVar[bool] = False
    resizes: ClassVar[bool] = True
    most_answers: ClassVar[float] = 1e-5
    is_smaller: ClassVar[bool] = False
    engine: ClassVar[str]

    @abstractmethod
    def check(self) -> None:
        """Ask for the packages, before anything is loaded.

        Raises:
            MissingPackageError: If one is not there.
            ConfigError: If Keras runs on a backend that the format is not made of.
        """

    def takes_files(self, subject: Subject) -> bool:  # noqa: ARG002
        """Whether pictures are also taken as the bytes of JPEG or PNG files."""
        return False

    @abstractmethod
    def write(self, subject: Subject, path: Path, front: Path) -> None:
        """Write the file, and by itself the part before the network."""


def without(*packages: str) -> str:
    """Return how an engine begins in which these packages cannot be imported."""
    return f"""
import pathlib, sys

class Nothing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {packages!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Nothing())
"""


def need_tensorflow(what: str) -> None:
    """Ask Keras for its backend.

    Args:
        what: What is made of TensorFlow, with its verb: "ONNX is".

    Raises:
        ConfigError: If it is another.
    """
    name = keras.backend.backend()
    if name != "tensorflow":
        problem = f"Keras runs on {name}; {what} made of TensorFlow"
        raise ConfigError(problem, fix="Export with KERAS_BACKEND=tensorflow.")
