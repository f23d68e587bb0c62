"""Uploaded bytes to pixels of the model's size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sidelight.errors import MissingPackageError
from sidelight.pixels import UnusableImageError, decode, nothing, read_header

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sidelight.predictor import ImageSignature, Signature


# Up to so much of both, decoding takes about a millisecond.
LIGHT_BYTES = LIGHT_PIXELS = 2**16


class PictureError(Exception):
    """An upload that is no picture for this model; the text says why.

    Args:
        reason: What is wrong, after "the picture".
        too_large: Whether it is only too large.
    """

    def __init__(self, reason: str, *, too_large: bool = False) -> None:
        super().__init__(f"the picture {reason}")
        self.too_large = too_large


@dataclass(frozen=True)
class Upload:
    """A picture that may be decoded.

    Attributes:
        data: The file's contents.
        size: Height times width, as its header says.
    """

    data: bytes
    size: int


def admitted(
    files: Sequence[bytes], signature: Signature, most_pixels: int
) -> list[Upload]:
    """Return a row's pictures once their headers were looked at.

    Args:
        files: The uploads, at most as many as the model takes.
        signature: The model's.
        most_pixels: Height times width of an upload.

    Raises:
        PictureError: If one is missing, too large, no picture, or none is wanted.
    """
    image = signature.image
    if image is None:
        if files:
            problem = "is not wanted: this model takes none"
            raise PictureError(problem)
        return []
    if not 1 <= len(files) <= image.pictures:
        wanted = "one is" if image.pictures == 1 else f"1 to {image.pictures} are"
        problem = f"is missing: {wanted} wanted, {len(files)} came"
        raise PictureError(problem)
    with _explained():
        return [_admitted(data, image, most_pixels) for data in files]


def pixels_of(
    uploads: Sequence[Upload], signature: Signature
) -> dict[str, NDArray[Any]]:
    """Return a row's picture inputs `(1, …)`; nothing for a model without pictures.

    Raises:
        PictureError: If one is damaged or of another kind.
    """
    image = signature.image
    if image is None:
        return {}
    with _explained():
        return _inputs(image, [[decode(upload.data, image.rule) for upload in uploads]])


def blank(signature: Signature, num_rows: int) -> dict[str, NDArray[Any]]:
    """Return picture inputs of rows that show nothing."""
    image = signature.image
    if image is None:
        return {}
    return _inputs(image, [[nothing(image.rule)]] * num_rows)


def _inputs(
    image: ImageSignature, rows: list[list[NDArray[Any]]]
) -> dict[str, NDArray[Any]]:
    """Return pictures and their mask; where one lacks, the row's own stand in."""
    if image.pictures == 1:
        firsts = [row[0] for row in rows]
        alone = len(firsts) == 1  # need not be copied
        return {image.input: firsts[0][None] if alone else np.stack(firsts)}
    filled = [
        [row[place % len(row)] for place in range(image.pictures)] for row in rows
    ]
    there = [[place < len(row) for place in range(image.pictures)] for row in rows]
    return {
        image.input: np.stack([np.stack(row) for row in filled]),
        "pictures": np.array(there, dtype=np.float32),
    }


def _admitted(data: bytes, image: ImageSignature, most_pixels: int) -> Upload:
    header = read_header(data, picked=image.rule.select is not None)
    size = header.height * header.width
    if size > most_pixels:
        seen = f"has {header.width} × {header.height} pixels"
        problem = f"{seen}, and this server takes {most_pixels:,}"
        raise PictureError(problem, too_large=True)
    return Upload(data, size)


@contextmanager
def _explained() -> Iterator[None]:
    """Say why a picture cannot be used here, whoever found it out."""
    try:
        yield
    except UnusableImageError as error:
        raise PictureError(str(error)) from error
    except MissingPackageError as error:
        problem = f"is of a kind that this server cannot read: {error}"
        raise PictureError(problem) from error
    except MemoryError as error:
        problem = "does not fit into the server's memory"
        raise PictureError(problem, too_large=True) from error
