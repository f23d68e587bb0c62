"""TensorFlow, for exports that run in it; only when one is opened."""

from __future__ import annotations

import importlib
from typing import Any

from sidelight.errors import MissingPackageError


def load_tensorflow(purpose: str) -> Any:
    """Return the module.

    Args:
        purpose: What needs it, for the message.

    Raises:
        MissingPackageError: If it is not there.
    """
    package = "tensorflow"
    try:
        return importlib.import_module(package)
    except ImportError as error:
        raise MissingPackageError(package, "cpu", purpose) from error
