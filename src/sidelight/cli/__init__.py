"""The command line: translates words into a call of a room, and errors into a line."""

from sidelight.cli._main import main

__all__ = ["main"]
