"""Frame and schema in, checked table out."""

from sidelight.table._cells import NULL_VALUES
from sidelight.table._check import check_table
from sidelight.table._describe import describe
from sidelight.table._infer import infer_schema
from sidelight.table._labels import labels_by_row
from sidelight.table._pictures import Pictures
from sidelight.table._problems import OnBad, Problem
from sidelight.table._slots import names_as_text
from sidelight.table._store import load_schema, save_schema
from sidelight.table._table import AsRead, SplitLike, Table
from sidelight.table._target import repeated_identifiers, warn_about_groups
from sidelight.table._task import infer_task

__all__ = [
    "NULL_VALUES",
    "AsRead",
    "OnBad",
    "Pictures",
    "Problem",
    "SplitLike",
    "Table",
    "check_table",
    "describe",
    "infer_schema",
    "infer_task",
    "labels_by_row",
    "load_schema",
    "names_as_text",
    "repeated_identifiers",
    "save_schema",
    "warn_about_groups",
]
