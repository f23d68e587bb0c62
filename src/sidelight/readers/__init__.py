"""Any table in, checked table out."""

from sidelight.readers._join import Join
from sidelight.readers._open import find_reader
from sidelight.readers._read import read_table

__all__ = ["Join", "find_reader", "read_table"]
