"""What the files behind the rows are: each is read once, in threads."""

from __future__ import annotations

import hashlib
import io
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from sidelight.images._progress import DecodingBar
from sidelight.pixels import UnusableImageError, quiet, thumbnail
from sidelight.pixels.formats.pillow import DAMAGE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sidelight.table import Pictures

SIDE = 32  # of a thumbnail, in pixels
PIECE = 16
# How files begin, where Pillow does not say what they are.
BEGINNINGS = {b"\x93NUMPY": "NPY", b"%PDF": "PDF", b"PK\x03\x04": "ZIP"}


@dataclass(frozen=True, slots=True)
class Looked:
    """What is known of one file.

    Attributes:
        path: Where it is.
        num_bytes: Its size; 0 where it cannot be read.
        digest: Fingerprint of its contents; empty where it cannot be read.
        format: "JPEG", "PNG", …; empty where nobody knows.
        size: Height and width in pixels; zeros where unknown.
        mode: Pillow's name of its bands.
        quality: Sum of the first quantisation table of a JPEG: the larger, the coarser.
        trouble: Why its pixels cannot be used; empty where they can.
    """

    path: str
    num_bytes: int = 0
    digest: str = ""
    format: str = ""
    size: tuple[int, int] = (0, 0)
    mode: str = ""
    quality: int = 0
    trouble: str = ""


@dataclass(frozen=True, eq=False)
class Files:
    """The pictures of all rows, first those that rows name first.

    Attributes:
        looked: What is known of each.
        rows: `(pictures,)` int64 position of the row that names it.
        pixels: `(pictures, 32, 32, 3)` uint8; black where they cannot be used.
    """

    looked: tuple[Looked, ...]
    rows: NDArray[np.int64]
    pixels: NDArray[np.uint8]

    @property
    def usable(self) -> NDArray[np.bool_]:
        """`(pictures,)` bool, which have pixels."""
        return np.array([not one.trouble for one in self.looked], bool)

    def paths(self, at: NDArray[np.int64]) -> list[str]:
        """Return where some of them are."""
        return [self.looked[int(place)].path for place in at]

    @classmethod
    def look(cls, pictures: Pictures, *, progress: bool = True) -> Files:
        """Read the files of all rows.

        Args:
            pictures: Of a table.
            progress: Whether a bar is shown where standard error is a terminal.
        """
        there = [np.flatnonzero(slot.is_not_null()) for slot in pictures.slots]
        names = [
            name for slot in pictures.slots for name in slot.drop_nulls().to_list()
        ]
        asked = {name: place for place, name in enumerate(dict.fromkeys(names))}
        looked, pixels = _all_of(list(asked), progress)
        places = np.array([asked[name] for name in names], np.int64)
        return cls(
            looked=tuple(looked[place] for place in places),
            rows=np.concatenate([np.empty(0, np.int64), *there]).astype(np.int64),
            # A copy only where a file is named twice.
            pixels=pixels if len(asked) == len(names) else pixels[places],
        )


def _all_of(paths: list[str], progress: bool) -> tuple[list[Looked], NDArray[np.uint8]]:
    looked: list[Looked] = []
    pixels = np.zeros((len(paths), SIDE, SIDE, 3), np.uint8)
    pieces = [paths[i : i + PIECE] for i in range(0, len(paths), PIECE)]
    with (
        quiet(),
        ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool,
        DecodingBar(len(paths), progress) as advance,
    ):
        for piece in pool.map(lambda part: [_look(path) for path in part], pieces):
            for one, thumbnail_ in piece:
                if thumbnail_ is not None:
                    pixels[len(looked)] = thumbnail_
                looked.append(one)
                advance()
    return looked, pixels


def _look(path: str) -> tuple[Looked, NDArray[np.uint8] | None]:
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        return Looked(path, trouble=f"cannot be read: {error.strerror or error}"), None
    digest = hashlib.blake2b(data, digest_size=16).hexdigest()
    facts = (path, len(data), digest, *_header(data))
    try:
        return Looked(*facts), thumbnail(data, SIDE)
    except UnusableImageError as error:
        return Looked(*facts, trouble=str(error)), None


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
