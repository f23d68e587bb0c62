"""The one place that runs the whole way once: check, split, fit, pack, train, score."""

from sidelight.workflow._config import (
    ImageConfig,
    NetworkConfig,
    RunConfig,
    TableConfig,
    load_config,
    make_config,
)
from sidelight.workflow._prepare import Prepared, prepare, read
from sidelight.workflow._run import Run, run
from sidelight.workflow._store import save_run, train_and_store

__all__ = [
    "ImageConfig",
    "NetworkConfig",
    "Prepared",
    "Run",
    "RunConfig",
    "TableConfig",
    "load_config",
    "make_config",
    "prepare",
    "read",
    "run",
    "save_run",
    "train_and_store",
]
