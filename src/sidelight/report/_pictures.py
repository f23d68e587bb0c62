"""Small copies of the table's pictures, inlined; a reason where there is none."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from sidelight.errors import MissingPackageError
from sidelight.pixels import UnusableImageError, preview

QUALITY = 82


@dataclass(frozen=True)
class Picture:
    """A picture of the page.

    Attributes:
        uri: Its pixels as a data URI; empty if it cannot be shown.
        width: In pixels.
        height: In pixels.
        reason: Why it cannot be shown.
    """

    uri: str = ""
    width: int = 0
    height: int = 0
    reason: str = ""


def small_picture(path: str | Path | None, side: int) -> Picture:
    """Return a picture that fits a square, its shape kept and never enlarged.

    Args:
        path: The file.
        side: Pixels of the square's side.
    """
    if path is None:
        return Picture(reason="no picture")
    path = Path(path)
    try:
        pixels = preview(path, side)
    except FileNotFoundError:
        return Picture(reason="the picture is no longer there")
    except MissingPackageError as error:
        return Picture(reason=str(error))
    except UnusableImageError as error:
        return Picture(reason=f"the picture {error}")
    except OSError as error:
        return Picture(reason=f"the picture cannot be read: {error.strerror}")
    height, width, bands = pixels.shape
    image = Image.fromarray(pixels[..., 0] if bands == 1 else pixels)
    file = io.BytesIO()
    image.save(file, "JPEG", quality=QUALITY, subsampling=0, optimize=True)
    text = base64.b64encode(file.getvalue()).decode("ascii")
    return Picture(f"data:image/jpeg;base64,{text}", width, height)
