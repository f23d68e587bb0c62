"""The files that were fetched: what they are called, and which are let go of first."""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path, PurePosixPath

from sidelight.errors import ConfigError
from sidelight.runs import default_cache
from sidelight.stores._find import Found
from sidelight.stores._url import file_name

VARIABLE = "SIDELIGHT_CACHE_LIMIT"
DEFAULT_LIMIT = "50GB"
_UNITS = {"MB": 10**6, "GB": 10**9, "TB": 10**12}


def cache_folder() -> Path:
    """Return the folder of all fetched objects."""
    return default_cache() / "objects"


def cache_limit() -> int:
    """Return how many bytes it may hold: SIDELIGHT_CACHE_LIMIT, or 50 GB.

    Raises:
        ConfigError: If the variable is not a size such as 500MB, 20GB or 2TB.
    """
    text = os.environ.get(VARIABLE, DEFAULT_LIMIT)
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(MB|GB|TB)\s*", text, re.IGNORECASE)
    if match is None:
        message = f"{VARIABLE}={text!r} is not a size"
        raise ConfigError(message, fix="For example 500MB, 20GB or 2TB.")
    return round(float(match[1]) * _UNITS[match[2].upper()])


def place_of(url: str, found: Found) -> Path:
    """Return where an object's contents are kept: another version, another file."""
    told = hashlib.sha256(f"{url}\0{found.version}".encode()).hexdigest()[:40]
    suffix = "".join(PurePosixPath(file_name(url)).suffixes[-1:])
    return cache_folder() / told[:2] / f"{told[2:]}{suffix}"


def check_room(size: int) -> None:
    """Check that objects of so many bytes fit into the cache together.

    Raises:
        ConfigError: If they do not; nothing was fetched then.
    """
    limit = cache_limit()
    if size > limit:
        message = (
            f"the objects take {size / 1e9:.1f} GB, more than the cache may hold "
            f"({limit / 1e9:g} GB)"
        )
        fix = f"Raise it, for example {VARIABLE}={size // 10**9 + 1}GB."
        raise ConfigError(message, path=cache_folder(), fix=fix)


def mark_used(path: Path) -> bool:
    """Return whether a file is there; it is then the last to be let go of."""
    try:
        modified = path.stat().st_mtime_ns  # stays: packs know their files by it
        os.utime(path, ns=(time.time_ns(), modified))
    except FileNotFoundError:
        return False
    return True


def trim(keep: Collection[Path]) -> None:
    """Delete what was not used for longest, until the cache is within its limit.

    Args:
        keep: Files that stay, whatever their age.
    """
    limit, kept = cache_limit(), {str(path) for path in keep}
    files = []
    for folder in _folders(cache_folder()):
        with os.scandir(folder) as entries:
            for entry in entries:
                with suppress(FileNotFoundError):  # another process trims as well
                    found = entry.stat()
                    files.append((found.st_atime, found.st_size, entry.path))
    size = sum(file[1] for file in files)
    for _, freed, path in sorted(files):
        if size <= limit:
            break
        if path not in kept:
            Path(path).unlink(missing_ok=True)
            size -= freed


def _folders(folder: Path) -> list[str]:
    if not folder.is_dir():
        return []
    with os.scandir(folder) as entries:
        return [entry.path for entry in entries if entry.is_dir()]
