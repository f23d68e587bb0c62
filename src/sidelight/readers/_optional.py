"""Packages that only some sources need, imported when such a source is read."""

from __future__ import annotations

import importlib
from typing import Any

from sidelight.errors import MissingPackageError


def import_driver(module: str, *, package: str, extra: str, purpose: str) -> Any:
    """Return a module of an optional package.

    Raises:
        MissingPackageError: If the package is not installed; says how to install it.
    """
    try:
        return importlib.import_module(module)
    except ImportError:
        raise MissingPackageError(package, extra, purpose) from None
