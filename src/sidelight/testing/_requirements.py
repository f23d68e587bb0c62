"""What every case is built from."""

from __future__ import annotations

import tempfile
from pathlib import Path

import keras


def require(met: bool, message: str) -> None:
    """Raise AssertionError with the message unless the requirement is met."""
    if not met:
        raise AssertionError(message)


def reloaded(model: keras.Model) -> keras.Model:
    """Return a model saved and loaded with safe mode on."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        model.save(path)
        return keras.saving.load_model(path, compile=False, safe_mode=True)
