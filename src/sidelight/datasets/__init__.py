"""Data sets by name: a folder of pictures and a table."""

from sidelight.datasets.blue_marble import blue_marble

__all__ = ["blue_marble"]
