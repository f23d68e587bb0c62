"""Rows of many requests, asked of the network at once."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
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
        self._change = threading.Condition()  # of what follows
        self._waiting: deque[_Waiting] = deque()
        self._users = 0  # within `coming`
        self._coming = 0  # of those, how many have not submitted
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
        rows = len(next(iter(inputs.values())))
        with self._change:
            self._coming -= 1
            self._waiting.append(_Waiting(inputs, rows, answer))
            self._change.notify()
        return answer

    def _count(self, *, users: int = 0, coming: int = 0) -> None:
        with self._change:
            self._users += users
            self._coming += coming
            if self._over():
                self._change.notify_all()

    def _over(self) -> bool:
        """Return whether nobody is left who could submit."""
        return self._closing and not self._users

    def close(self) -> None:
        """Let the threads end when everything announced is answered."""
        self._closing = True
        self._count()

    def _work(self) -> None:
        while batch := self._next():
            self._answer(batch)

    def _next(self) -> list[_Waiting]:
        """Return what is asked together; nothing at the end."""
        with self._change:
            self._change.wait_for(lambda: self._waiting or self._over())
            found = self._gathered()
            if self._waiting:  # for another thread
                self._change.notify()
            return found

    def _gathered(self) -> list[_Waiting]:
        """Return what waits, then what is on its way, as far as it fits."""
        found: list[_Waiting] = []
        rows, deadline = 0, time.monotonic() + self._max_wait
        while rows < self._max_batch:
            if self._waiting:
                if found and rows + self._waiting[0].rows > self._max_batch:
                    break
                found.append(self._waiting.popleft())
                rows += found[-1].rows
            elif found and self._coming and deadline > time.monotonic():
                self._change.wait(deadline - time.monotonic())
            else:
                break
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
            joined = {n: _joined([w.inputs[n] for w in batch]) for n in joined}
        self._seen(sum(waiting.rows for waiting in batch))
        alone = self._users == 1 and not self._waiting
        answers = (self._ask if alone else self._ask_beside)(joined)
        if len(batch) == 1:
            return [answers]
        ends = np.cumsum([waiting.rows for waiting in batch])[:-1]
        return np.split(answers, ends)


def _joined(parts: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """Return arrays one after another along their first axis.

    NumPy lets go of Python's lock at each copy, and a busy event loop is slow to give
    it back; bytes are joined without.
    """
    first = parts[0]
    if first.dtype.hasobject:
        return np.concatenate(parts)
    data = b"".join([np.ascontiguousarray(part).data for part in parts])
    return np.frombuffer(data, first.dtype).reshape(-1, *first.shape[1:])


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
