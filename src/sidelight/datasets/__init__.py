"""Data sets by name: a folder of pictures and a table."""

# Variants, and yet imported here: imported later, a module would hide its function.
from sidelight.datasets.blue_marble import blue_marble
from sidelight.datasets.synthetic import synthetic

__all__ = ["blue_marble", "synthetic"]
