"""Weights that come as a Python package, found without importing the package."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from sidelight.errors import MissingPackageError

EXTRA = "weights"


def is_packaged(package: str) -> bool:
    """Return whether the package that holds the weights is installed."""
    return importlib.util.find_spec(package) is not None


def packaged_file(package: str, pattern: str, purpose: str) -> Path:
    """Return the weights file inside an installed package.

    Args:
        package: Import name of the package; it is looked for, never imported.
        pattern: The file's place in it, as a glob pattern.
        purpose: What needs it, for the message.

    Raises:
        MissingPackageError: If the package is not installed or does not hold the file.
    """
    spec = importlib.util.find_spec(package)
    places = (spec and spec.submodule_search_locations) or ()
    found = sorted(file for place in places for file in Path(place).glob(pattern))
    if not found:
        raise MissingPackageError(package.replace("_", "-"), EXTRA, purpose)
    return found[0]
