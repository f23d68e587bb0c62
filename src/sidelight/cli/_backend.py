"""Import the tensor library without its greeting."""

from __future__ import annotations

import contextlib
import importlib
import logging
import os
import sys
from collections.abc import Iterator

from sidelight.errors import MissingPackageError


def load_backend() -> None:
    """Import Keras and its backend.

    TensorFlow writes about its build to standard error while it is imported, before
    any setting can stop it. Nobody who types a command asked for that.

    Raises:
        MissingPackageError: If no backend is installed.
    """
    try:
        with _silenced():
            importlib.import_module("keras")
    except ImportError as error:
        purpose = "Training and prediction"
        package = "tensorflow"
        raise MissingPackageError(package, package, purpose) from error
    # It warns of every network after the fourth: each is traced anew, and has to be.
    logging.getLogger("tensorflow").setLevel(logging.ERROR)


@contextlib.contextmanager
def _silenced() -> Iterator[None]:
    sys.stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
