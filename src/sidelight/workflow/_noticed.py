"""What was noticed on the way: warnings, shown and kept."""

from __future__ import annotations

import warnings
from typing import TextIO

from sidelight.errors import SidelightWarning


class Noticed:
    """Collect Sidelight's warnings so that the run can keep them, and still show them.

    Attributes:
        messages: What was noticed, in order.
    """

    def __init__(self) -> None:
        self.messages: list[str] = []
        self._catcher = warnings.catch_warnings()

    def __enter__(self) -> Noticed:
        """Start collecting."""
        self._catcher.__enter__()
        self._show = warnings.showwarning
        warnings.simplefilter("always", SidelightWarning)
        warnings.showwarning = self._collect
        return self

    def __exit__(self, *error: object) -> None:
        """Put the usual way of showing warnings back."""
        self._catcher.__exit__(None, None, None)

    def _collect(
        self,
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        if issubclass(category, SidelightWarning):
            self.messages.append(str(message))
        self._show(message, category, filename, lineno, file, line)
