"""GeoTIFF, multi-page TIFF and deep colour PNG, as GDAL reads them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from sidelight.optional import import_optional
from sidelight.pixels.formats._base import (
    Header,
    Raster,
    UnusableImageError,
    check_size,
    depth_of,
)

if TYPE_CHECKING:
    from pathlib import Path

PURPOSE = "Reading pictures of many bands or more than 8 bits"
# A file's own bytes decide: no side-cars, no listing of its folder.
SETTINGS = {"GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR", "GDAL_PAM_ENABLED": "NO"}


def header(source: Path | bytes, driver: str, *, picked: bool) -> Header:
    """Return a file's header; GDAL is told the driver, so that nothing else opens.

    Raises:
        UnusableImageError: If it is not readable or too large.
        MissingPackageError: If rasterio is not there.
    """
    with _pages(source, driver) as pages:
        first = pages[0]
        bands = [_bands(page, picked) for page in pages]
        names = _names(pages, bands)
        return Header(
            height=first.height,
            width=first.width,
            bands=sum(map(len, bands)),
            depth=depth_of(_dtype(pages)),
            names=names if any(names) else (),
            masked=any(_is_masked(page, picked) for page in pages),
        )


def read(data: bytes, driver: str, *, picked: bool) -> Raster:
    """Return the pixels of a file's contents; pages are bands.

    Raises:
        UnusableImageError: If they are not readable or too large.
        MissingPackageError: If rasterio is not there.
    """
    with _pages(data, driver) as pages:
        bands = [_bands(page, picked) for page in pages]
        total = sum(map(len, bands))
        check_size(pages[0].height, pages[0].width, total)
        values = np.concatenate(
            [page.read(n) for page, n in zip(pages, bands, strict=True)]
        )
        valid = None
        if any(_is_masked(page, picked) for page in pages):
            masks = [
                _valid(page, n, picked) for page, n in zip(pages, bands, strict=True)
            ]
            valid = np.moveaxis(np.concatenate(masks), 0, -1)
        return Raster(np.moveaxis(values, 0, -1), valid, _names(pages, bands))


@contextmanager
def _pages(source: Path | bytes, driver: str) -> Iterator[list[Any]]:
    """Open every page of a file, all of one size."""
    rasterio = import_optional("rasterio", PURPOSE, extra="geo")
    with ExitStack() as stack:
        try:
            stack.enter_context(rasterio.Env(**SETTINGS))
            if isinstance(source, bytes):
                memory = stack.enter_context(rasterio.MemoryFile(source))
                source = memory.name
            first = stack.enter_context(rasterio.open(source, driver=driver))
            pages = [
                stack.enter_context(rasterio.open(name, driver=driver))
                for name in first.subdatasets
            ] or [first]
            _check_pages(pages)
            yield pages
        except rasterio.errors.RasterioError as error:
            problem = f"cannot be decoded: {_first_line(error)}"
            raise UnusableImageError(problem) from error


def _check_pages(pages: list[Any]) -> None:
    sizes = {(page.height, page.width) for page in pages}
    if len(sizes) > 1:
        problem = f"has {len(pages)} pages that differ in size; keep one of them"
        raise UnusableImageError(problem)
    check_size(pages[0].height, pages[0].width, sum(page.count for page in pages))


def _bands(page: Any, picked: bool) -> list[int]:
    """Return the numbers of a page's bands, from 1, without one of transparency."""
    numbers = list(range(1, page.count + 1))
    if picked or not _has_alpha(page):
        return numbers
    return [n for n in numbers if page.colorinterp[n - 1].name != "alpha"]


def _has_alpha(page: Any) -> bool:
    return any(flag.name == "alpha" for flag in page.mask_flag_enums[0])


def _is_masked(page: Any, picked: bool) -> bool:
    flags = {flag.name for band in page.mask_flag_enums for flag in band}
    if "alpha" in flags:
        return not picked
    # NaN is never data, whether or not a file says so.
    return bool(flags - {"all_valid"}) and not _only_nan(page)


def _only_nan(page: Any) -> bool:
    return all(value is not None and np.isnan(value) for value in page.nodatavals)


def _valid(page: Any, bands: list[int], picked: bool) -> Any:
    if not _is_masked(page, picked):
        return np.ones((len(bands), page.height, page.width), dtype=bool)
    return page.read_masks(bands) > 0


def _dtype(pages: list[Any]) -> np.dtype[Any]:
    names = {name for page in pages for name in page.dtypes}
    if "complex_int16" in names:  # NumPy has no such type; GDAL reads it as complex64
        names = names - {"complex_int16"} | {"complex64"}
    return np.result_type(*names)


def _names(pages: list[Any], bands: list[list[int]]) -> tuple[str, ...]:
    return tuple(
        page.descriptions[n - 1] or ""
        for page, numbers in zip(pages, bands, strict=True)
        for n in numbers
    )


def _first_line(error: Exception) -> str:
    cause = error.__cause__ or error  # GDAL's own words stand in the cause
    # Names of GDAL's files in memory say nothing to anybody.
    text = str(cause).splitlines()[0] if str(cause) else type(cause).__name__
    return text.split("/vsimem/")[0].strip(" '\":,") or "the file is damaged"
