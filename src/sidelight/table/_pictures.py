"""Where each row's picture is: a column of text that is read as paths."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, overload

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Pictures(Sequence["Path | None"]):
    """The pictures of a table's rows, in their order.

    A sequence of paths, kept as text: a million `Path` objects take half a gigabyte.
    Where a row has several pictures, it is the sequence of their first.

    Args:
        paths: Absolute path of each row's picture; None or null for a row without.
        *more: Those of its second, third, … picture.

    Attributes:
        slots: For each picture that a row can have `(num_rows,)` String, null where
            there is none.
    """

    __hash__ = None  # type: ignore[assignment]  # equal to any equal sequence

    def __init__(
        self,
        paths: pl.Series | Iterable[str | Path | None] = (),
        *more: pl.Series | Iterable[str | Path | None],
    ) -> None:
        self.slots = tuple(_texts(slot) for slot in (paths, *more))

    @cached_property
    def texts(self) -> pl.Series:
        """The first picture of each row, `(num_rows,)` String; null for one without."""
        first, *more = self.slots
        for slot in more:
            first = first.zip_with(first.is_not_null(), slot)
        return first

    @overload
    def __getitem__(self, key: int) -> Path | None: ...

    @overload
    def __getitem__(self, key: slice) -> Pictures: ...

    def __getitem__(self, key: int | slice) -> Path | Pictures | None:
        """Return a row's first picture, or the pictures of a slice of rows."""
        if isinstance(key, slice):
            return Pictures(*(slot[key] for slot in self.slots))
        return _path(self.texts[key])

    def __len__(self) -> int:
        """Return the number of rows; 0 for a table without pictures."""
        return len(self.texts)

    def __iter__(self) -> Iterator[Path | None]:
        """Yield each row's first picture."""
        return map(_path, self.texts)

    def __eq__(self, other: object) -> bool:
        """Return whether another sequence holds the same paths."""
        if isinstance(other, Pictures):
            return len(self.slots) == len(other.slots) and all(
                mine.equals(theirs, null_equal=True)
                for mine, theirs in zip(self.slots, other.slots, strict=True)
            )
        if isinstance(other, Sequence):
            return list(self) == list(other)
        return NotImplemented

    def __repr__(self) -> str:
        """Return the first pictures and their number."""
        shown = ", ".join(map(repr, self.texts[:3].to_list()))
        return f"<{len(self)} pictures: {shown}{', …' if len(self) > 3 else ''}>"

    def at(self, positions: NDArray[np.int64] | NDArray[np.bool_]) -> Pictures:
        """Return the pictures of the rows at these positions, or under a mask."""
        if not len(self):
            return self
        chosen = pl.Series(positions)
        if chosen.dtype == pl.Boolean:
            return Pictures(*(slot.filter(chosen) for slot in self.slots))
        return Pictures(*(slot.gather(chosen) for slot in self.slots))

    def each(self) -> tuple[pl.Series, NDArray[np.int64]]:
        """Return every picture that is there, row by row, and where its row is."""
        rows = np.arange(len(self))
        texts = self.slots[0]
        if len(self.slots) > 1:
            beside = [slot.alias(str(i)) for i, slot in enumerate(self.slots)]
            lists = pl.DataFrame(beside).select(pl.concat_list(pl.all()))[:, 0]
            texts, rows = lists.explode(), rows.repeat(len(self.slots))
        there = texts.is_not_null()
        return texts.filter(there), rows[there.to_numpy()]

    def without(self, positions: NDArray[np.int64]) -> Pictures:
        """Return the same rows, those at these positions without any picture."""
        return Pictures(*(slot.clone().scatter(positions, None) for slot in self.slots))

    def present(self) -> NDArray[np.bool_]:
        """Return `(num_rows,)` bool, which rows have a picture."""
        return self.texts.is_not_null().to_numpy()


def _texts(paths: pl.Series | Iterable[str | Path | None]) -> pl.Series:
    if isinstance(paths, pl.Series):
        return paths
    texts = [None if path is None else str(path) for path in paths]
    return pl.Series("picture", texts, dtype=pl.String)


def _path(text: str | None) -> Path | None:
    return None if text is None else Path(text)
