"""What happens between the epochs: the record, the best weights, the clock."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras

from sidelight.runs import write_atomically


class BestWeights(keras.callbacks.Callback):
    """Remember the weights of the epoch with the best watched figure.

    Args:
        network: The model whose weights are kept.
        monitor: The figure that is watched.
        mode: Whether lower ("min") or higher ("max") is better.
        patience: Stop after so many epochs without a better figure; None never.
    """

    def __init__(
        self, network: keras.Model, monitor: str, mode: str, patience: int | None
    ) -> None:
        super().__init__()
        self.network, self.monitor, self.patience = network, monitor, patience
        self.sign = 1.0 if mode == "max" else -1.0
        self.epoch: int | None = None
        self.value = float("nan")
        self.weights: list[Any] | None = None
        self.stopped = False

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Keep the weights if this epoch is the best so far."""
        value = (logs or {}).get(self.monitor)
        if value is None:
            return
        if self.epoch is None or self.sign * value > self.sign * self.value:
            self.epoch, self.value = epoch, float(value)
            self.weights = self.network.get_weights()
        elif self.patience is not None and epoch - self.epoch >= self.patience:
            self.stopped = True
            self.model.stop_training = True

    def restore(self) -> bool:
        """Put the best weights back; says whether there were any."""
        if self.weights is None:
            return False
        self.network.set_weights(self.weights)
        return True


class MaxTime(keras.callbacks.Callback):
    """Stop at the first batch that ends after a number of seconds.

    The clock runs on where training goes on in another call of `fit`.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds, self.stopped = seconds, False
        self.start: float | None = None

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        """Start the clock."""
        if self.start is None:
            self.start = time.monotonic()

    def on_train_batch_end(
        self, batch: int, logs: dict[str, float] | None = None
    ) -> None:
        """Ask Keras to stop when the time is up."""
        if self.start is not None and time.monotonic() - self.start > self.seconds:
            self.stopped = True
            self.model.stop_training = True


class Checkpoint(keras.callbacks.Callback):
    """Save the network after every epoch, so that an interrupted run is usable.

    Keras' own checkpoint writes in place; this one writes beside and renames.
    """

    def __init__(self, network: keras.Model, path: Path) -> None:
        super().__init__()
        self.network, self.path = network, path

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Replace the file with the weights of this epoch."""
        write_atomically(self.path, self.network.save)


class NotANumber(keras.callbacks.Callback):
    """Stop as soon as the loss is not finite: what follows would be garbage."""

    def __init__(self) -> None:
        super().__init__()
        self.stopped = False

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Look at the loss of the epoch."""
        loss = (logs or {}).get("loss", 0.0)
        if not abs(loss) < float("inf"):
            self.stopped = True
            self.model.stop_training = True


class Record(keras.callbacks.Callback):
    """One dictionary of figures for every epoch, seconds included.

    Args:
        on_epoch: Called with each epoch's figures, for a log or a progress bar.
    """

    def __init__(self, on_epoch: Callable[[dict[str, float]], None]) -> None:
        super().__init__()
        self.on_epoch = on_epoch
        self.rows: list[dict[str, float]] = []
        self.start = time.monotonic()

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Start the epoch's clock."""
        self.start = time.monotonic()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Keep the figures of the epoch."""
        figures = {name: float(value) for name, value in (logs or {}).items()}
        seconds = round(time.monotonic() - self.start, 3)
        row = {"epoch": epoch + 1, **figures, "seconds": seconds}
        self.rows.append(row)
        self.on_epoch(row)
