"""The one place that runs the whole way once: check, split, fit, pack, train, score."""

from sidelight.workflow._answer import evaluate_run, inspect
from sidelight.workflow._audit import audit_source
from sidelight.workflow._config import RunConfig, load_config, make_config
from sidelight.workflow._demo import demo_config, run_demo
from sidelight.workflow._network import Method, OneNetwork
from sidelight.workflow._noticed import Noticed
from sidelight.workflow._pack import pack_source, write_source
from sidelight.workflow._predict import Predicted, predict_table
from sidelight.workflow._prepare import Prepared, prepare, prepare_folds
from sidelight.workflow._read import read
from sidelight.workflow._run import Run, run
from sidelight.workflow._store import save_run, train_and_store
from sidelight.workflow._test_rows import HeldOutRows, held_out_rows

__all__ = [
    "HeldOutRows",
    "Method",
    "Noticed",
    "OneNetwork",
    "Predicted",
    "Prepared",
    "Run",
    "RunConfig",
    "audit_source",
    "demo_config",
    "evaluate_run",
    "held_out_rows",
    "inspect",
    "load_config",
    "make_config",
    "pack_source",
    "predict_table",
    "prepare",
    "prepare_folds",
    "read",
    "run",
    "run_demo",
    "save_run",
    "train_and_store",
    "write_source",
]
