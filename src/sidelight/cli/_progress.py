"""A progress bar of work that says how much of it is done."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn


@contextmanager
def bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on standard error while somebody watches.

    Args:
        what: What is being done.

    Yields:
        To be told how many of how many are done.
    """
    shown = Progress(
        what,
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(file=sys.stderr),
        transient=True,
        disable=not sys.stderr.isatty(),
    )
    task = shown.add_task(what, total=None)
    with shown:
        yield lambda done, total: shown.update(task, completed=done, total=total)
