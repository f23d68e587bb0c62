"""Data sets by name: a folder of pictures and a table."""

# A variant, and yet imported here: imported later, its module would hide the function.
from sidelight.datasets.blue_marble import blue_marble

__all__ = ["blue_marble"]
