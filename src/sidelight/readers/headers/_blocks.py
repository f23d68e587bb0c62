"""Where EXIF and XMP stand in a picture file."""

from __future__ import annotations

import struct
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from PIL import Image, UnidentifiedImageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "JPEG2000")
XMP_TAG = 700
TIFF, BIG_TIFF = (b"II*\0", b"MM\0*"), (b"II+\0", b"MM\0+")
_SIGNATURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF")


@dataclass(frozen=True, eq=False)
class Blocks:
    """The two blocks of a picture; damage to one leaves the other readable.

    Attributes:
        exif: Returns the tags, none where there is no block. Some are read when they
            are looked at, so the file has to be open.
        xmp: The packet, None where there is none.
    """

    exif: Callable[[], Image.Exif]
    xmp: bytes | None


@contextmanager
def opened(path: str) -> Iterator[Blocks | None]:
    """Open a picture's blocks; None for a file of a kind that holds neither.

    A TIFF is opened whatever its bands and bits are: only its tags are looked at.

    Raises:
        OSError: If there is no such file.
        ValueError: If its beginning is damaged.
    """
    with Path(path).open("rb") as file:
        head = file.read(16)
        if head[:4] in TIFF + BIG_TIFF:
            tags = _of_tiff(file, head)
            yield Blocks(lambda: tags, _as_bytes(tags.get(XMP_TAG)))
            return
        file.seek(0)
        try:
            image = Image.open(file, formats=FORMATS)
        except UnidentifiedImageError as error:
            if head.startswith(_SIGNATURES):
                problem = "its first bytes are damaged"
                raise ValueError(problem) from error
            yield None
            return
        packet = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp")
        yield Blocks(lambda: _of_info(image.info), _as_bytes(packet))


def _of_info(info: dict[Any, Any]) -> Image.Exif:
    # The picture's own getexif decodes a PNG to look behind the pixels, and is silent
    # about a damaged block.
    block = info.get("exif")
    if block is None and "Raw profile type exif" in info:  # as ImageMagick writes PNG
        block = bytes.fromhex("".join(info["Raw profile type exif"].split("\n")[3:]))
    exif = Image.Exif()
    exif.load(block or b"")
    return exif


def _of_tiff(file: IO[bytes], head: bytes) -> Image.Exif:
    exif = Image.Exif()
    exif.endian = "<" if head[:2] == b"II" else ">"
    if head[:4] in BIG_TIFF:
        exif.bigtiff = True
        (offset,) = struct.unpack_from(f"{exif.endian}Q", head, 8)
    else:
        (offset,) = struct.unpack_from(f"{exif.endian}L", head, 4)
    exif.load_from_fp(file, offset)
    return exif


def _as_bytes(packet: Any) -> bytes | None:
    if isinstance(packet, tuple):  # a TIFF may type the packet as single bytes
        packet = bytes(packet)
    if isinstance(packet, str):
        packet = packet.encode("utf-8", "replace")
    return packet if isinstance(packet, bytes) and packet else None
