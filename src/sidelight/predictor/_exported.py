"""Whatever an export wrote, opened to answer tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sidelight.predictor._archive import KerasFile
from sidelight.predictor._engine import has_engine
from sidelight.predictor._file import FilePredictor

if TYPE_CHECKING:
    from sidelight.predictor._table import TablePredictor


def is_exported(path: Path) -> bool:
    """Return whether a path is that of an export, and not of a run."""
    return path.suffix == ".keras" or has_engine(path)


def load_exported(path: Path) -> TablePredictor:
    """Load an export.

    Raises:
        RunError: If it is none, damaged, not written by Sidelight, or of another
            version.
        MissingPackageError: If what it runs in is not there.
    """
    if path.suffix == ".keras":
        return KerasFile.open(path)
    return FilePredictor.open(path)
