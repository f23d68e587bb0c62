"""Checked table in, split out: who is train, val and test."""

from sidelight.splits._base import Split, SplitConfig
from sidelight.splits._folds import block_folds, inner_folds
from sidelight.splits._make import make_split

__all__ = ["Split", "SplitConfig", "block_folds", "inner_folds", "make_split"]
