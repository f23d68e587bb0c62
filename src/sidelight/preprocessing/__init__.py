"""Training rows in, fitted preprocessor out; any rows in, arrays out."""

from sidelight.preprocessing._preprocessor import Preprocessor
from sidelight.preprocessing._target import LARGEST_LOG

__all__ = ["LARGEST_LOG", "Preprocessor"]
