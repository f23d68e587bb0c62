"""DICOM: values in the units of their modality, or as their window shows them."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np

from sidelight.optional import import_optional
from sidelight.pixels.formats._base import (
    Depth,
    Header,
    Raster,
    UnusableImageError,
    check_size,
)
from sidelight.registry import FORMATS

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

MARK = slice(128, 132)


@FORMATS.register(
    "dicom", summary="DICOM with rescale and window; frames are bands", extra="medical"
)
class DicomFormat:
    """Rescaled by slope and intercept; through the file's window where asked for."""

    def recognises(self, head: bytes) -> bool:
        """Return whether the file has DICOM's mark behind its preamble."""
        return head[MARK] == b"DICM"

    def header(self, source: Path | bytes, *, picked: bool) -> Header:
        """Return what is known without decoding."""
        del picked
        dataset = _dataset(source, stop_before_pixels=True)
        height, width, bands = _shape(dataset)
        return Header(
            height=height,
            width=width,
            bands=bands,
            depth=_depth(dataset),
            masked=dataset.get("PixelPaddingValue") is not None,
            window=_window(dataset) is not None,
        )

    def read(self, data: bytes, *, picked: bool, window: bool) -> Raster:
        """Return the values; with `window`, from 0 to 255."""
        del picked
        dataset = _dataset(data)
        shape = _shape(dataset)
        stored = _stored(dataset)
        if _is_color(dataset):
            return Raster(stored.reshape(shape))
        stored = np.moveaxis(stored.reshape(-1, *shape[:2]), 0, -1)
        valid = _valid(dataset, stored)
        shown = _window(dataset)
        if window and shown is None:
            problem = "has no window; train with --set image.window=none"
            raise UnusableImageError(problem)
        if not (window and shown):
            values = _rescaled(dataset, _upright_grey(dataset, stored))
            byte = _depth(dataset) == "uint8"
            return Raster(values.astype(np.uint8) if byte else values, valid)
        grey = _seen(_rescaled(dataset, stored).astype(np.float64), *shown)
        if dataset.PhotometricInterpretation == "MONOCHROME1":
            grey = 255 - grey
        return Raster(grey.round().astype(np.uint8), valid)


def _dataset(source: Path | bytes, *, stop_before_pixels: bool = False) -> Any:
    pydicom = import_optional("pydicom", "Reading DICOM pictures", extra="medical")
    try:
        file = io.BytesIO(source) if isinstance(source, bytes) else source
        return pydicom.dcmread(file, stop_before_pixels=stop_before_pixels)
    except OSError as error:
        if error.errno is not None:
            raise
        raise _damaged(error) from error
    except Exception as error:  # its readers let anything through on damaged files
        raise _damaged(error) from error


def _damaged(error: Exception) -> UnusableImageError:
    return UnusableImageError(f"cannot be decoded: {error}")


def _shape(dataset: Any) -> tuple[int, int, int]:
    try:
        height, width = int(dataset.Rows), int(dataset.Columns)
        samples = int(dataset.get("SamplesPerPixel", 1))
        frames = int(dataset.get("NumberOfFrames", 1) or 1)
    except (AttributeError, TypeError, ValueError) as error:
        problem = "is a DICOM file without a picture"
        raise UnusableImageError(problem) from error
    if samples > 1 and frames > 1:
        problem = f"has {frames} frames in colour; save one picture a file"
        raise UnusableImageError(problem)
    # A palette is colour that is looked up.
    bands = 3 if _is_color(dataset) else samples * frames
    check_size(height, width, bands)
    return height, width, bands


def _is_color(dataset: Any) -> bool:
    palette = dataset.get("PhotometricInterpretation") == "PALETTE COLOR"
    return palette or int(dataset.get("SamplesPerPixel", 1)) == 3


def _depth(dataset: Any) -> Depth:
    bits = int(dataset.get("BitsStored", 0) or dataset.get("BitsAllocated", 16))
    signed = bool(dataset.get("PixelRepresentation", 0))
    slope, intercept = _rescale(dataset)
    if _is_color(dataset):
        return "uint8"
    if bits > 16:
        return "float16"
    if slope == 1 and intercept == 0:
        return "int16" if signed else "uint8" if bits <= 8 else "uint16"
    whole = slope.is_integer() and intercept.is_integer()
    stored = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
    ends = [slope * end + intercept for end in stored]
    fits = min(ends) >= -(2**15) and max(ends) < 2**15
    return "int16" if whole and fits else "float16"


def _rescale(dataset: Any) -> tuple[float, float]:
    try:
        slope = float(dataset.get("RescaleSlope", 1) or 1)
        return slope, float(dataset.get("RescaleIntercept", 0) or 0)
    except (TypeError, ValueError) as error:
        problem = "has a rescale slope or intercept that is not one number"
        raise UnusableImageError(problem) from error


def _stored(dataset: Any) -> NDArray[Any]:
    """Return the stored values; colour as RGB of 8 bits."""
    from pydicom.pixels.processing import apply_color_lut  # noqa: PLC0415
    from pydicom.pixels.utils import pixel_array  # noqa: PLC0415

    try:
        values: NDArray[Any] = pixel_array(dataset)
        if dataset.PhotometricInterpretation == "PALETTE COLOR":
            values = apply_color_lut(values, dataset)
    except Exception as error:  # each decoder has its own
        raise UnusableImageError(_undecodable(dataset, error)) from error
    if _is_color(dataset) and values.dtype != np.uint8:
        looked_up = dataset.PhotometricInterpretation == "PALETTE COLOR"
        bits = 8 * values.dtype.itemsize if looked_up else int(dataset.BitsStored)
        values = (values >> max(0, bits - 8)).astype(np.uint8)
    return values


def _undecodable(dataset: Any, error: Exception) -> str:
    """Return why the pixels cannot be had: no decoder, or damage."""
    from pydicom.pixels.decoders.base import get_decoder  # noqa: PLC0415

    syntax = getattr(dataset.file_meta, "TransferSyntaxUID", None)
    try:
        known = syntax is not None and get_decoder(syntax).is_available
    except NotImplementedError:
        known = False
    if known:
        return f"cannot be decoded: {error}"
    name = getattr(syntax, "name", "an unknown way")
    return (
        f"has pixels compressed by {name}, which no installed decoder reads; install "
        "pylibjpeg with its plug-ins, or decompress the file"
    )


def _valid(dataset: Any, stored: NDArray[Any]) -> NDArray[np.bool_] | None:
    """Return where there is data: not where the file was padded to its shape."""
    value, limit = map(dataset.get, ("PixelPaddingValue", "PixelPaddingRangeLimit"))
    if value is None:  # not there, or empty
        return None
    written = [value, value if limit is None else limit]
    # Some scanners write them unsigned beside signed pixels: 63536 for −2000.
    ends = np.array(written, np.int64).astype(stored.dtype)
    outside: NDArray[np.bool_] = (stored < ends.min()) | (stored > ends.max())
    return outside


def _upright_grey(dataset: Any, stored: NDArray[Any]) -> NDArray[Any]:
    """Return stored values that rise with brightness."""
    if dataset.PhotometricInterpretation != "MONOCHROME1":
        return stored
    bits = int(dataset.BitsStored)
    ends = -1 if dataset.PixelRepresentation else 2**bits - 1
    return (ends - stored.astype(np.int64)).astype(stored.dtype)


def _rescaled(dataset: Any, stored: NDArray[Any]) -> NDArray[Any]:
    slope, intercept = _rescale(dataset)
    if (slope, intercept) == (1, 0):
        return stored
    return stored.astype(np.float32) * np.float32(slope) + np.float32(intercept)


def _window(dataset: Any) -> tuple[float, float, str] | None:
    """Return centre, width and function of a file's first window."""
    centre, width = dataset.get("WindowCenter"), dataset.get("WindowWidth")
    if centre is None or width is None or _is_color(dataset):
        return None
    first = [v[0] if hasattr(v, "__len__") and not isinstance(v, str) else v
             for v in (centre, width)]  # fmt: skip
    try:
        middle, breadth = map(float, first)
    except (TypeError, ValueError):
        return None
    function = str(dataset.get("VOILUTFunction", "LINEAR") or "LINEAR")
    return (middle, breadth, function) if breadth >= 1 else None


def _seen(
    values: NDArray[np.float64], centre: float, width: float, function: str
) -> NDArray[np.float64]:
    """Return values through a window, 0 to 255, by DICOM PS3.3 C.11.2.1."""
    if function == "SIGMOID":
        rate = np.clip(-4 * (values - centre) / width, -500, 500)
        return 255 / (1 + np.exp(rate))
    if function != "LINEAR_EXACT":
        # DICOM's linear window counts whole values: half a value off at either end.
        centre, width = centre - 0.5, max(width - 1, 1e-6)
    return np.clip((values - centre) / width + 0.5, 0, 1) * 255
