"""Packages that only some work needs, imported when that work begins."""

from __future__ import annotations

import importlib
from typing import Any

from sidelight.errors import MissingPackageError


def import_optional(
    module: str, purpose: str, *, extra: str, package: str | None = None
) -> Any:
    """Return a module of an optional package.

    Args:
        module: What is imported.
        purpose: What needs it, for the message.
        extra: The extra of Sidelight that brings it.
        package: What it is called where it is installed from, if not as the module.

    Raises:
        MissingPackageError: If it is not installed; says how to install it.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        name = module.partition(".")[0] if package is None else package
        raise MissingPackageError(name, extra, purpose) from error
