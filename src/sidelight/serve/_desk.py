"""Where rows go to the models, and answers come back."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any, TypeVar

import numpy as np
from fastapi import HTTPException
from numpy.typing import NDArray

from sidelight.errors import nearest
from sidelight.predictor import as_inputs
from sidelight.serve._answers import answer_of
from sidelight.serve._explain import inputs_of
from sidelight.serve._heat import explained
from sidelight.serve._models import Models, Served
from sidelight.serve._pictures import (
    LIGHT_BYTES,
    LIGHT_PIXELS,
    PictureError,
    admitted,
    pixels_of,
)
from sidelight.serve._request import BadRow, Row, refuse
from sidelight.serve._settings import Settings

Inputs = dict[str, NDArray[Any]]
T = TypeVar("T")


@dataclass(frozen=True)
class _Ready:
    cells: dict[str, Any]
    pictures: Inputs


class Desk:
    """Brings rows to the models, and answers back."""

    def __init__(self, models: Models, settings: Settings) -> None:
        self.models, self.settings = models, settings
        self.ready = False
        self._decoders = ThreadPoolExecutor(os.cpu_count() or 1, "decoder")

    def close(self) -> None:
        """Let go of everything; what was taken has been answered."""
        self.ready = False
        self.models.close()
        self._decoders.shutdown()

    @contextmanager
    def taken(self, name: str | None) -> Iterator[Served]:
        """Hold a model for a request.

        Raises:
            HTTPException: 404 if there is none of that name.
        """
        names = self.models.names
        if name is not None and name not in names:
            close = nearest(name, names)
            hint = f"; did you mean {close[0]!r}?" if close else ""
            text = f"there is no model {name[:200]!r}{hint} ({', '.join(names)})"
            raise HTTPException(404, text)
        with self.models.taken(name) as served:
            yield served

    async def pixels(self, served: Served, row: Row) -> Inputs:
        """Decode a row's pictures, in a thread unless they are light.

        Raises:
            PictureError: If one cannot be used.
        """
        take = partial(admitted, row.files, served.signature, self.settings.pixels)
        heavy = sum(map(len, row.files)) > LIGHT_BYTES
        uploads = await self._aside(take) if heavy else take()
        decode = partial(pixels_of, uploads, served.signature)
        # A thread would take longer to wake up than a light picture to be decoded.
        light = not heavy and sum(one.size for one in uploads) <= LIGHT_PIXELS
        return decode() if light else await self._aside(decode)

    async def _aside(self, work: Callable[[], T]) -> T:
        """Do something in a thread of its own."""
        return await asyncio.get_running_loop().run_in_executor(self._decoders, work)

    async def answer(self, served: Served, row: Row) -> dict[str, Any]:
        """Answer one row.

        Raises:
            HTTPException: 413 or 422 if its picture cannot be used.
        """
        pictures = await self._pixels_or_refusal(served, row)
        inputs = as_inputs(served.signature, [row.cells]) | pictures
        figures = await _asked(served, inputs)
        return _answer(served, figures[0], row.cells)

    async def answers(
        self, served: Served, rows: Sequence[Row | BadRow]
    ) -> list[dict[str, Any]]:
        """Answer several rows; a bad one has its problem in place of an answer."""
        found = await asyncio.gather(*(self._prepared(served, row) for row in rows))
        good = [ready for ready in found if isinstance(ready, _Ready)]
        size = self.settings.max_batch
        parts = [good[start : start + size] for start in range(0, len(good), size)]
        figures = await asyncio.gather(*(_asked_together(served, p) for p in parts))
        answers = chain.from_iterable(figures)
        return [
            {"problem": ready.problem, "column": ready.column}
            if isinstance(ready, BadRow)
            else _answer(served, next(answers), ready.cells)
            for ready in found
        ]

    async def explain(
        self, served: Served, row: Row, wanted: str | None
    ) -> dict[str, Any]:
        """Explain the answer to one row.

        Raises:
            HTTPException: If its picture cannot be used, or there is no such class.
        """
        signature = served.signature
        names = signature.names
        if wanted is not None and wanted not in names:
            refuse(f"there is no class {wanted!r} ({', '.join(names[:20])})", "class")
        pictures = await self._pixels_or_refusal(served, row)
        inputs, changed, grid = inputs_of(signature, row.cells, pictures)
        size, total = self.settings.max_batch, len(next(iter(inputs.values())))
        parts = [
            {name: array[start : start + size] for name, array in inputs.items()}
            for start in range(0, total, size)
        ]
        figures = [await _asked(served, part) for part in parts]
        return explained(signature, np.concatenate(figures), changed, grid, wanted)

    async def _prepared(self, served: Served, row: Row | BadRow) -> _Ready | BadRow:
        if isinstance(row, BadRow):
            return row
        try:
            return _Ready(row.cells, await self.pixels(served, row))
        except PictureError as error:
            return BadRow(str(error))

    async def _pixels_or_refusal(self, served: Served, row: Row) -> Inputs:
        try:
            return await self.pixels(served, row)
        except PictureError as error:
            if error.too_large:
                raise HTTPException(413, str(error)) from None
            refuse(str(error), "image")


def _answer(
    served: Served, figures: NDArray[Any], cells: Mapping[str, Any]
) -> dict[str, Any]:
    return answer_of(served.signature, figures, served.trained_on.unusual(cells))


async def _asked(served: Served, inputs: Inputs) -> NDArray[Any]:
    return await served.batcher.submit(inputs)


async def _asked_together(served: Served, rows: Sequence[_Ready]) -> NDArray[Any]:
    inputs = as_inputs(served.signature, [row.cells for row in rows])
    for name in rows[0].pictures:
        inputs[name] = np.concatenate([row.pictures[name] for row in rows])
    return await _asked(served, inputs)
