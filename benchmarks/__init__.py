"""Figures, each a ratio against its alternative in the same run."""
