"""Checked table in, files for other programs out."""

from sidelight.writers._write import Written, write_table

__all__ = ["Written", "write_table"]
