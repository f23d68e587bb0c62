"""Training as it is shown: a bar in a terminal, one line an epoch everywhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import keras
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn


def say(text: str, verbose: bool) -> None:
    """Print a line on standard error."""
    if verbose:
        Console(file=sys.stderr).print(text, highlight=False, soft_wrap=True)


@contextmanager
def counting(what: str, total: int, verbose: bool) -> Iterator[Callable[[float], None]]:
    """Show a bar in a terminal while rows are counted; yields what counts them."""
    console = Console(file=sys.stderr)
    bar = Progress(console=console, transient=True, disable=not verbose)
    with bar:
        task = bar.add_task(what, total=total)
        yield lambda rows: bar.advance(task, rows)


class ProgressBar(keras.callbacks.Callback):
    """A bar over the batches of an epoch, gone when the epoch is over.

    Where standard error is no terminal there is no bar, only the lines.
    """

    def __init__(self, epochs: int, steps: int) -> None:
        super().__init__()
        self.epochs, self.steps = epochs, steps
        self.console = Console(file=sys.stderr)
        self.bar: Progress | None = None

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Show an empty bar."""
        if not self.console.is_terminal:
            return
        self.bar = Progress(
            TextColumn(f"epoch {epoch + 1}/{self.epochs}"),
            BarColumn(),
            TextColumn("{task.completed}/{task.total} batches"),
            TimeRemainingColumn(),
            console=self.console,
            transient=True,
        )
        self.task = self.bar.add_task("train", total=self.steps)
        self.bar.start()

    def on_train_batch_end(
        self, batch: int, logs: dict[str, float] | None = None
    ) -> None:
        """Move the bar."""
        if self.bar is not None:
            self.bar.update(self.task, completed=batch + 1)

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Take the bar away."""
        self.close()

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        """Take the bar away."""
        self.close()

    def close(self) -> None:
        """Stop drawing, also after an interruption."""
        if self.bar is not None:
            self.bar.stop()
            self.bar = None

    def line(self, row: dict[str, Any]) -> None:
        """Print the figures of an epoch."""
        figures = "  ".join(
            f"{name} {value:.4f}"
            for name, value in row.items()
            if name not in ("epoch", "seconds", "learning_rate")
        )
        width = len(str(self.epochs))
        text = f"epoch {row['epoch']:>{width}}/{self.epochs}  {figures}"
        self.console.print(
            f"{text}  {row['seconds']:.1f} s", highlight=False, soft_wrap=True
        )
