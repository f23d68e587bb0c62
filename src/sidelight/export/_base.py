"""The contract of a format."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from sidelight.export._subject import Subject


class Exporter(ABC):
    """Writes a run as one file, and says how such a file is asked.

    Attributes:
        suffix: What its files end in.
        engine: A program of Python that knows no Sidelight. Called with the file and a
            folder of `front` and `rows-*.npz`, it writes `answers-*.npz` there: every
            output of both files for those rows, the front's with "front/" before
            their names.
    """

    suffix: ClassVar[str]
    engine: ClassVar[str]

    @abstractmethod
    def check(self) -> None:
        """Ask for the packages, before anything is loaded.

        Raises:
            MissingPackageError: If one is not there.
        """

    @abstractmethod
    def write(self, subject: Subject, path: Path, front: Path) -> None:
        """Write the file, and beside it the part before the network."""
