"""Where each row's picture is: a column of text that is read as paths."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, overload

import polars as pl

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Pictures(Sequence["Path | None"]):
    """The pictures of a table's rows, in their order.

    A sequence of paths, kept as text: a million `Path` objects take half a gigabyte.

    Args:
        paths: Absolute path of each row's picture; None or null for a row without.

    Attributes:
        texts: `(num_rows,)` String, null for a row without a picture.
    """

    __hash__ = None  # type: ignore[assignment]  # equal to any equal sequence

    def __init__(self, paths: pl.Series | Iterable[str | Path | None] = ()) -> None:
        if not isinstance(paths, pl.Series):
            texts = [None if path is None else str(path) for path in paths]
            paths = pl.Series("picture", texts, dtype=pl.String)
        self.texts = paths

    @overload
    def __getitem__(self, key: int) -> Path | None: ...

    @overload
    def __getitem__(self, key: slice) -> Pictures: ...

    def __getitem__(self, key: int | slice) -> Path | Pictures | None:
        """Return a row's picture, or the pictures of a slice of rows."""
        if isinstance(key, slice):
            return Pictures(self.texts[key])
        return _path(self.texts[key])

    def __len__(self) -> int:
        """Return the number of rows; 0 for a table without pictures."""
        return len(self.texts)

    def __iter__(self) -> Iterator[Path | None]:
        """Yield each row's picture."""
        return map(_path, self.texts)

    def __eq__(self, other: object) -> bool:
        """Return whether another sequence holds the same paths."""
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
            return Pictures(self.texts.filter(chosen))
        return Pictures(self.texts.gather(chosen))

    def present(self) -> NDArray[np.bool_]:
        """Return `(num_rows,)` bool, which rows have a picture."""
        return self.texts.is_not_null().to_numpy()


def _path(text: str | None) -> Path | None:
    return None if text is None else Path(text)
