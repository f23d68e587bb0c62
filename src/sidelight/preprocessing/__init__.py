"""Training rows in, fitted preprocessor out; any rows in, arrays out."""

from sidelight.preprocessing._preprocessor import Preprocessor

__all__ = ["Preprocessor"]
