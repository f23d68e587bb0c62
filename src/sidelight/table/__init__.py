"""Frame and schema in, checked table out."""

from sidelight.table._table import SplitLike, Table

__all__ = ["SplitLike", "Table"]
