"""A trained model in, raw rows and pictures in, answers out.

`Predictor` runs a run's network in Keras; an export answers in its own engine:
`OnnxModel`, `SavedModel` or `LiteRtModel`. What a file says of itself is its
`Signature`. Everything is loaded when it is first used, so that a server needs neither
Keras nor Polars.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sidelight.predictor._archive import KerasFile, append_about
    from sidelight.predictor._exported import is_exported, load_exported
    from sidelight.predictor._file import FilePredictor, held_for_tables
    from sidelight.predictor._keras import Predictor, answers_of, load_predictor
    from sidelight.predictor._litert import LiteRtModel
    from sidelight.predictor._onnx import OnnxModel
    from sidelight.predictor._raw import raw_cells, raw_inputs
    from sidelight.predictor._rows import as_inputs, columns_of, row_model
    from sidelight.predictor._savedmodel import SavedModel
    from sidelight.predictor._signature import (
        ColumnSignature,
        ImageSignature,
        Signature,
    )
    from sidelight.predictor._table import TablePredictor
    from sidelight.predictor._unusual import Flag, TrainedOn

_HOME = {
    "ColumnSignature": "_signature",
    "FilePredictor": "_file",
    "Flag": "_unusual",
    "ImageSignature": "_signature",
    "KerasFile": "_archive",
    "LiteRtModel": "_litert",
    "OnnxModel": "_onnx",
    "Predictor": "_keras",
    "SavedModel": "_savedmodel",
    "Signature": "_signature",
    "TablePredictor": "_table",
    "TrainedOn": "_unusual",
    "answers_of": "_keras",
    "append_about": "_archive",
    "as_inputs": "_rows",
    "columns_of": "_rows",
    "held_for_tables": "_file",
    "is_exported": "_exported",
    "load_exported": "_exported",
    "load_predictor": "_keras",
    "raw_cells": "_raw",
    "raw_inputs": "_raw",
    "row_model": "_rows",
}

__all__ = [
    "ColumnSignature",
    "FilePredictor",
    "Flag",
    "ImageSignature",
    "KerasFile",
    "LiteRtModel",
    "OnnxModel",
    "Predictor",
    "SavedModel",
    "Signature",
    "TablePredictor",
    "TrainedOn",
    "answers_of",
    "append_about",
    "as_inputs",
    "columns_of",
    "held_for_tables",
    "is_exported",
    "load_exported",
    "load_predictor",
    "raw_cells",
    "raw_inputs",
    "row_model",
]


def __getattr__(name: str) -> Any:
    """Import a name from the file it lives in."""
    if name in _HOME:
        return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
