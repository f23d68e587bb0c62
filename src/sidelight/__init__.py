"""Image models that read the metadata too.

A table names images and what is known about each; Sidelight checks it, splits it
honestly, trains a network on both, and gives a model that takes raw rows and images.

    import sidelight as sl

    table = sl.read_table("scenes.csv", image="file", target="label")
    model = sl.Classifier(fusion="film").fit(table)

Everything is loaded when it is first used: this import brings in nothing heavy.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sidelight import datasets
    from sidelight.card import write_card
    from sidelight.doors import attach, fuse, make_datasets
    from sidelight.errors import SidelightError
    from sidelight.estimator import (
        Classifier,
        Regressor,
        audit_table,
        compare,
        load,
    )
    from sidelight.experiments.tune import tune
    from sidelight.export import export_run
    from sidelight.readers import Join, read_table
    from sidelight.workflow import inspect, predict_table
    from sidelight.writers import write_table

__version__ = "0.1.0"

_HOME = {
    "Classifier": "sidelight.estimator",
    "Join": "sidelight.readers",
    "Regressor": "sidelight.estimator",
    "SidelightError": "sidelight.errors",
    "attach": "sidelight.doors",
    "audit_table": "sidelight.estimator",
    "compare": "sidelight.estimator",
    "export_run": "sidelight.export",
    "fuse": "sidelight.doors",
    "inspect": "sidelight.workflow",
    "load": "sidelight.estimator",
    "make_datasets": "sidelight.doors",
    "predict_table": "sidelight.workflow",
    "read_table": "sidelight.readers",
    "tune": "sidelight.experiments.tune",
    "write_card": "sidelight.card",
    "write_table": "sidelight.writers",
}

__all__ = [
    "Classifier",
    "Join",
    "Regressor",
    "SidelightError",
    "__version__",
    "attach",
    "audit_table",
    "compare",
    "datasets",
    "export_run",
    "fuse",
    "inspect",
    "load",
    "make_datasets",
    "predict_table",
    "read_table",
    "tune",
    "write_card",
    "write_table",
]


def __getattr__(name: str) -> Any:
    """Import a public name from the room it lives in."""
    if name == "datasets":
        return importlib.import_module("sidelight.datasets")
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
    message = f"module 'sidelight' has no attribute {name!r}"
    raise AttributeError(message)


def __dir__() -> list[str]:
    """Return the public names, loaded or not."""
    return sorted(__all__)
