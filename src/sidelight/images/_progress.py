"""A progress bar while pictures are decoded."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn


class DecodingBar:
    """A progress bar, or nothing where nobody watches."""

    def __init__(self, total: int, progress: bool) -> None:
        console = Console(file=sys.stderr)
        self.shown: Progress | None = None
        if progress and console.is_terminal:
            self.shown = Progress(
                "decoding pictures",
                BarColumn(),
                MofNCompleteColumn(),
                TimeRemainingColumn(),
                console=console,
                transient=True,
            )
            self.task = self.shown.add_task("pack", total=total)

    def __enter__(self) -> DecodingBar:
        if self.shown is not None:
            self.shown.start()
        return self

    def __call__(self) -> None:
        if self.shown is not None:
            self.shown.advance(self.task)

    def __exit__(self, *error: object) -> None:
        if self.shown is not None:
            self.shown.stop()
