"""Rows of many requests, asked of the network at once."""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Inputs = Mapping[str, NDArray[Any]]
Ask = Callable[[Inputs], NDArray[Any]]


@dataclass
class _Waiting:
    inputs: Inputs
    rows: int
    answer: asyncio.Future[NDArray[Any]]


class Batcher:
    """Threads that ask a network, and everybody who wants an answer from it.

    Rows that are there when the network becomes free are asked together. It waits for
    more only while requests are on their way, announced by `coming`, and never longer
    than the deadline: who is alone does not wait.

    Args:
        ask: Answers `(rows, …)` arrays for a request that is alone, with all cores.
        ask_beside: Answers a batch while there are other requests, with its share.
        at_once: How many batches are asked at the same time.
        max_batch: Rows asked at once; more in a single request are asked together.
        max_wait: Seconds that the first of a batch waits for others.
        seen: Told the rows of each batch.
    """

    def __init__(
        self,
        ask: Ask,
        ask_beside: Ask,
        *,
        at_once: int,
        max_batch: int,
        max_wait: float,
        seen: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._ask, self._ask_beside = ask, ask_beside
        self._max_batch, self._max_wait, self._seen = max_batch, max_wait, seen
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._gathering = threading.Lock()  # one thread at a time: batches are full
        self._held: _Waiting | None = None  # did not fit into the last batch
        self._users = 0  # within `coming`
        self._coming = 0  # of those, how many have not submitted
        self._lock = threading.Lock()
        self._closing = False
        self._threads = [
            threading.Thread(target=self._work, daemon=True) for _ in range(at_once)
        ]
        for thread in self._threads:
            thread.start()

    @contextmanager
    def coming(self) -> Iterator[None]:
        """Announce a request; rows are submitted within."""
        self._count(users=1, coming=1)
        try:
            yield
        finally:
            self._count(users=-1, coming=-1)

    def submit(self, inputs: Inputs) -> asyncio.Future[NDArray[Any]]:
        """Hand in rows, within `coming`; the future has their answers, or an error.

        Called on the event loop on which the future is waited for.
        """
        answer = asyncio.get_running_loop().create_future()
        self._count(coming=-1)
        self._queue.put(_Waiting(inputs, len(next(iter(inputs.values()))), answer))
        return answer

    def _count(self, *, users: int = 0, coming: int = 0) -> None:
        with self._lock:
            self._users += users
            self._coming += coming
            if self._closing and not self._users:
                self._queue.put(None)

    @property
    def depth(self) -> int:
        """Requests that wait."""
        return self._queue.qsize()

    def close(self) -> None:
        """Let the thread end when everything announced is answered."""
        self._closing = True
        self._count()

    def _work(self) -> None:
        while batch := self._next():
            self._answer(batch)

    def _next(self) -> list[_Waiting]:
        """Return what is asked together; nothing at the end."""
        with self._gathering:
            first = self._held or self._queue.get()
            self._held = None
            if first is None:  # nobody is left who could submit
                self._queue.put(None)  # for the other threads
                return []
            return self._gathered(first)

    def _gathered(self, first: _Waiting) -> list[_Waiting]:
        """Return what is asked with the first: what waits, then what is on its way."""
        found, rows = [first], first.rows
        deadline = time.monotonic() + self._max_wait
        while rows < self._max_batch:
            left = deadline - time.monotonic()
            try:
                waits = self._coming > 0 and left > 0
                more = self._queue.get(waits, left)
            except queue.Empty:
                if not waits:
                    break
                continue
            if more is None:
                self._queue.put(None)
                break
            if rows + more.rows > self._max_batch:
                self._held = more
                break
            found.append(more)
            rows += more.rows
        return found

    def _answer(self, batch: list[_Waiting]) -> None:
        try:
            answers: Sequence[NDArray[Any] | Exception] = self._asked(batch)
        except Exception as error:
            if len(batch) > 1:
                for waiting in batch:  # one of them may be at fault
                    self._answer([waiting])
                return
            answers = [error]
        self._count(coming=len(batch))
        with suppress(RuntimeError):  # the loop has ended, and whoever waited
            loop = batch[0].answer.get_loop()
            loop.call_soon_threadsafe(_settle, batch, answers)

    def _asked(self, batch: list[_Waiting]) -> list[NDArray[Any]]:
        joined = batch[0].inputs
        if len(batch) > 1:
            joined = {n: np.concatenate([w.inputs[n] for w in batch]) for n in joined}
        self._seen(sum(waiting.rows for waiting in batch))
        alone = self._users == 1 and self._held is None and not self.depth
        answers = (self._ask if alone else self._ask_beside)(joined)
        if len(batch) == 1:
            return [answers]
        ends = np.cumsum([waiting.rows for waiting in batch])[:-1]
        return np.split(answers, ends)


def _settle(
    batch: Sequence[_Waiting], answers: Sequence[NDArray[Any] | Exception]
) -> None:
    for waiting, answer in zip(batch, answers, strict=True):
        if waiting.answer.done():  # cancelled: the client has left
            continue
        if isinstance(answer, Exception):
            waiting.answer.set_exception(answer)
        else:
            waiting.answer.set_result(answer)
