"""Pictures of a few rows, decoded ahead and kept nowhere."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from sidelight.errors import MissingPackageError
from sidelight.pixels import UnusableImageError, decode, nothing, quiet

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sidelight.pixels import ImageRule
    from sidelight.table import Pictures

    _Found: TypeAlias = list[NDArray[Any] | str]  # pixels, or why there are none

AHEAD = 2  # slices that are decoded while another is answered
AT_ONCE = 32  # pictures that a thread takes; for one it would be woken too often


@dataclass(frozen=True)
class Decoded:
    """The pictures of some rows.

    Attributes:
        inputs: "image" `(rows, height, width, bands)` as packed, `(rows, pictures, …)`
            of several, with "pictures" `(rows, pictures)` float32: which are there.
        reasons: Which of a row's pictures cannot be used and why, by the row's
            position; it shows nothing.
    """

    inputs: dict[str, NDArray[Any]]
    reasons: dict[int, tuple[int, str]]


def decoded_ahead(
    slices: Iterable[Pictures], rule: ImageRule, *, workers: int
) -> Iterator[Decoded]:
    """Yield the pictures of each slice of rows, in order, later ones being decoded.

    Args:
        slices: Where each row's pictures are.
        rule: How they become pixels of the network's size.
        workers: Threads that decode.
    """
    pending: deque[tuple[Pictures, list[list[Future[_Found]]]]] = deque()
    with quiet(), ThreadPoolExecutor(workers, "decoder") as pool:
        try:
            for images in slices:
                # A file that several rows name is decoded for each: none is kept.
                asked = [
                    [
                        pool.submit(_decode, some, rule)
                        for some in _some_each(slot.to_list())
                    ]
                    for slot in images.slots
                ]
                pending.append((images, asked))
                if len(pending) > AHEAD:
                    yield _gathered(*pending.popleft(), rule)
            while pending:
                yield _gathered(*pending.popleft(), rule)
        finally:
            for _, asked in pending:
                for future in (f for slot in asked for f in slot):
                    future.cancel()


def _some_each(paths: Sequence[str | None]) -> Iterator[Sequence[str | None]]:
    """Yield so many paths that a thread has its hands full."""
    for start in range(0, len(paths), AT_ONCE):
        yield paths[start : start + AT_ONCE]


def _decode(paths: Sequence[str | None], rule: ImageRule) -> _Found:
    return [_pixels(path, rule) for path in paths]


def _pixels(path: str | None, rule: ImageRule) -> NDArray[Any] | str:
    if path is None:
        return ""
    try:
        return decode(Path(path).read_bytes(), rule)
    except UnusableImageError as error:
        return f"{error}: {path!r}"
    except MissingPackageError as error:
        return f"cannot be decoded here: {error}: {path!r}"
    except OSError as error:
        return f"cannot be read: {error.strerror or error}: {path!r}"


def _gathered(
    images: Pictures, asked: list[list[Future[_Found]]], rule: ImageRule
) -> Decoded:
    rows, several = len(images), len(asked)
    pixels = np.empty((rows, several, *nothing(rule).shape), rule.dtype)
    there = np.zeros((rows, several), dtype=bool)
    reasons: dict[int, tuple[int, str]] = {}
    for place, slot in enumerate(asked):
        results = chain.from_iterable(future.result() for future in slot)
        for row, found in enumerate(results):
            if isinstance(found, str):
                if found:
                    reasons.setdefault(row, (place, found))
            else:
                pixels[row, place], there[row, place] = found, True
    _fill(pixels, there, rule)
    if several == 1:
        return Decoded({"image": pixels[:, 0]}, reasons)
    inputs = {"image": pixels, "pictures": there.astype(np.float32)}
    return Decoded(inputs, reasons)


def _fill(pixels: NDArray[Any], there: NDArray[np.bool_], rule: ImageRule) -> None:
    """Let a row's own pictures stand in turn where one is absent, as in a pack."""
    for row in np.flatnonzero(~there.all(axis=1)):
        own = np.flatnonzero(there[row])
        for place in np.flatnonzero(~there[row]):
            turn = own[place % len(own)] if len(own) else None
            pixels[row, place] = nothing(rule) if turn is None else pixels[row, turn]
