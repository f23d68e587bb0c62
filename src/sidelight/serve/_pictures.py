"""Uploaded bytes to pixels of the model's size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sidelight.errors import MissingPackageError
from sidelight.pixels import UnusableImageError, decode, nothing, read_header

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sidelight.predictor import ImageSignature, Signature


SMALL_BYTES = 2**16
SMALL_PIXELS = 2**16


class PictureError(Exception):
    """An upload that is no picture for this model; the text says why.

    Args:
        reason: What is wrong, after "the picture".
        too_large: Whether it is only too large.
    """

    def __init__(self, reason: str, *, too_large: bool = False) -> None:
        super().__init__(f"the picture {reason}")
        self.too_large = too_large


def pixels_of(
    files: Sequence[bytes], signature: Signature, most_pixels: int
) -> dict[str, NDArray[Any]]:
    """Return a row's picture inputs `(1, …)`; nothing for a model without pictures.

    Args:
        files: The uploads, at most as many as the model takes.
        signature: The model's.
        most_pixels: Height times width of an upload.

    Raises:
        PictureError: If one is missing, too large, no picture or of another kind.
    """
    image = signature.image
    if image is None:
        return {}
    if not 1 <= len(files) <= image.pictures:
        wanted = "one is" if image.pictures == 1 else f"1 to {image.pictures} are"
        problem = f"is missing: {wanted} wanted, {len(files)} came"
        raise PictureError(problem)
    found = [_decoded(data, image, most_pixels) for data in files]
    return _inputs(image, [found])


def are_small(files: Sequence[bytes]) -> bool:
    """Return whether decoding takes about a millisecond; not what cannot be read."""
    if sum(map(len, files)) > SMALL_BYTES:
        return False
    try:
        headers = [read_header(data) for data in files]
    except (UnusableImageError, MissingPackageError):
        return False
    return sum(header.height * header.width for header in headers) <= SMALL_PIXELS


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
        return {image.input: np.stack([row[0] for row in rows])}
    filled = [
        [row[place % len(row)] for place in range(image.pictures)] for row in rows
    ]
    there = [[place < len(row) for place in range(image.pictures)] for row in rows]
    return {
        image.input: np.stack([np.stack(row) for row in filled]),
        "pictures": np.array(there, dtype=np.float32),
    }


def _decoded(data: bytes, image: ImageSignature, most_pixels: int) -> NDArray[Any]:
    try:
        header = read_header(data, picked=image.rule.select is not None)
        if header.height * header.width > most_pixels:
            size = f"has {header.width} × {header.height} pixels"
            problem = f"{size}, and this server takes {most_pixels:,}"
            raise PictureError(problem, too_large=True)
        return decode(data, image.rule)
    except UnusableImageError as error:
        raise PictureError(str(error)) from error
    except MissingPackageError as error:
        problem = f"is of a kind that this server cannot read: {error}"
        raise PictureError(problem) from error
    except MemoryError as error:
        problem = "does not fit into the server's memory"
        raise PictureError(problem, too_large=True) from error
