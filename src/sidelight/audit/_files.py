"""What the files behind the rows are: each is read once, in threads."""

from __future__ import annotations

import hashlib
import io
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from sidelight.images import UnusableImageError, thumbnail
from sidelight.images._decode import quiet
from sidelight.images._progress import DecodingBar
from sidelight.images.formats.pillow import DAMAGE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

SIDE = 32  # of a thumbnail, in pixels
PIECE = 16
NO_PIXELS = np.zeros((SIDE, SIDE, 3), np.uint8)
# How files begin, where Pillow does not say what they are.
BEGINNINGS = {b"\x93NUMPY": "NPY", b"%PDF": "PDF", b"PK\x03\x04": "ZIP"}


@dataclass(frozen=True, slots=True)
class Looked:
    """What is known of one file.

    Attributes:
        num_bytes: Its size; 0 where it cannot be read.
        digest: Fingerprint of its contents; empty where it cannot be read.
        format: "JPEG", "PNG", …; empty where nobody knows.
        size: Height and width in pixels; zeros where unknown.
        mode: Pillow's name of its bands.
        quality: Sum of the first quantisation table of a JPEG: the larger, the coarser.
        trouble: Why its pixels cannot be used; empty where they can.
        pixels: `(32, 32, 3)` uint8; black where they cannot be used.
    """

    num_bytes: int = 0
    digest: str = ""
    format: str = ""
    size: tuple[int, int] = (0, 0)
    mode: str = ""
    quality: int = 0
    trouble: str = ""
    pixels: NDArray[np.uint8] = field(default_factory=lambda: NO_PIXELS)


@dataclass(frozen=True, eq=False)
class Files:
    """The files of all rows.

    Attributes:
        looked: One for each row; None for a row without a file.
        pixels: `(rows, 32, 32, 3)` uint8; black where there is no usable picture.
        usable: `(rows,)` bool, which rows have pixels.
    """

    looked: tuple[Looked | None, ...]
    pixels: NDArray[np.uint8]
    usable: NDArray[np.bool_]

    @classmethod
    def look(cls, paths: Sequence[Path | None], *, progress: bool = True) -> Files:
        """Read the files of all rows.

        Args:
            paths: One for each row; None for a row without.
            progress: Whether a bar is shown where standard error is a terminal.
        """
        names = [None if path is None else str(path) for path in paths]
        asked = list(dict.fromkeys(name for name in names if name is not None))
        pieces = [asked[i : i + PIECE] for i in range(0, len(asked), PIECE)]
        found: dict[str, Looked] = {}
        with (
            quiet(),
            ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool,
            DecodingBar(len(asked), progress) as advance,
        ):
            for piece, looked in zip(
                pieces, pool.map(_look_at_all, pieces), strict=True
            ):
                found.update(zip(piece, looked, strict=True))
                for _ in piece:
                    advance()
        rows = tuple(None if name is None else found[name] for name in names)
        pixels = np.stack([NO_PIXELS if row is None else row.pixels for row in rows])
        usable = [row is not None and not row.trouble for row in rows]
        return cls(rows, pixels, np.array(usable, bool))

    def usable_at(self) -> NDArray[np.int64]:
        """Return the positions of rows whose pixels can be used."""
        return np.flatnonzero(self.usable)


def _look_at_all(paths: list[str]) -> list[Looked]:
    return [_look(Path(path)) for path in paths]


def _look(path: Path) -> Looked:
    try:
        data = path.read_bytes()
    except OSError as error:
        return Looked(trouble=f"cannot be read: {error.strerror or error}")
    digest = hashlib.blake2b(data, digest_size=16).hexdigest()
    kind, size, mode, quality = _header(data)
    pixels, trouble = NO_PIXELS, ""
    try:
        pixels = thumbnail(data, SIDE)
    except UnusableImageError as error:
        trouble = str(error)
    return Looked(len(data), digest, kind, size, mode, quality, trouble, pixels)


def _header(data: bytes) -> tuple[str, tuple[int, int], str, int]:
    try:
        with Image.open(io.BytesIO(data)) as image:
            tables = getattr(image, "quantization", None) or {}
            quality = sum(next(iter(tables.values()))) if tables else 0
            size = (image.height, image.width)
            return image.format or "", size, image.mode, quality
    except (OSError, Image.DecompressionBombError, *DAMAGE):
        if data[128:132] == b"DICM":
            return "DICOM", (0, 0), "", 0
        known = (name for start, name in BEGINNINGS.items() if data.startswith(start))
        return next(known, ""), (0, 0), "", 0
