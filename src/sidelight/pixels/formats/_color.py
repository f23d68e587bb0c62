"""Colours as they were meant: a picture's own colour profile applied."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import Any

from PIL import Image, ImageCms

# What a profile's colours are converted to; other modes are left as they are.
TARGETS = {"RGB": "RGB", "RGBA": "RGBA", "CMYK": "RGB"}


def to_srgb(image: Image.Image) -> Image.Image:
    """Return the picture in sRGB if it has a colour profile that says otherwise.

    Grey pictures stay as they are, and so do those whose profile is damaged or is of
    another kind of colour: their pixels are sound.
    """
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in TARGETS:
        return image
    transform = _transform(bytes(profile), image.mode)
    if transform is None:
        return image
    converted = ImageCms.applyTransform(image, transform)
    return image if converted is None else converted


@lru_cache(maxsize=32)
def _transform(profile: bytes, mode: str) -> Any:
    """Return what converts colours, or None where nothing has to be converted."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        name = ImageCms.getProfileDescription(source)
        if "srgb" in name.lower():  # sparing what would only round
            return None
        return ImageCms.buildTransform(
            source, ImageCms.createProfile("sRGB"), mode, TARGETS[mode]
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None
