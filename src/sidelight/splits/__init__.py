"""Checked table in, split out: who is train, val and test."""

from sidelight.splits._base import Split, SplitConfig
from sidelight.splits._folds import inner_folds, make_folds, units_of
from sidelight.splits._make import make_split, method_of

__all__ = [
    "Split",
    "SplitConfig",
    "inner_folds",
    "make_folds",
    "make_split",
    "method_of",
    "units_of",
]
