"""Frame and schema in, checked table out."""

from sidelight.table._cells import NULL_VALUES
from sidelight.table._check import check_table
from sidelight.table._describe import describe
from sidelight.table._infer import infer_schema, infer_task
from sidelight.table._problems import OnBad
from sidelight.table._store import load_schema, save_schema
from sidelight.table._table import SplitLike, Table
from sidelight.table._target import repeated_identifiers, warn_about_groups

__all__ = [
    "NULL_VALUES",
    "OnBad",
    "SplitLike",
    "Table",
    "check_table",
    "describe",
    "infer_schema",
    "infer_task",
    "load_schema",
    "repeated_identifiers",
    "save_schema",
    "warn_about_groups",
]
