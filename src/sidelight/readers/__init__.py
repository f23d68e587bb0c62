"""Any table in, checked table out."""

from sidelight.readers._join import Join
from sidelight.readers._read import find_reader, read_table

__all__ = ["Join", "find_reader", "read_table"]
