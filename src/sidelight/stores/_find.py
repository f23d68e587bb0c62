"""Which objects exist, told by listing folders where a store can list them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from sidelight.stores import _web
from sidelight.stores._errors import explained
from sidelight.stores._url import is_web, joined, protocol, split

MIN_OBJECTS = 8  # of a folder; fewer are asked for one by one
THREADS = 16
# How stores say that an object was changed; whatever is there counts.
_VERSION = ("etag", "md5", "generation", "version", "modified", "mtime", "created")


@dataclass(frozen=True, slots=True)
class Found:
    """An object that exists.

    Attributes:
        size: Bytes; None where the store does not say.
        version: A text that changes when the object does.
    """

    size: int | None
    version: str


def find_objects(urls: Iterable[str]) -> dict[str, Found]:
    """Return those of the objects that exist.

    Raises:
        ConfigError: If a store refuses access or does not answer.
        MissingPackageError: If the package for a store is not installed.
    """
    folders: dict[str, list[str]] = defaultdict(list)
    for url in dict.fromkeys(urls):
        folders[split(url)[0]].append(url)
    found: dict[str, Found] = {}
    single: list[str] = []
    for folder, inside in folders.items():
        if is_web(folder) or len(inside) < MIN_OBJECTS:
            single += inside
            continue
        there = _listed(folder)
        found |= {url: there[url] for url in inside if url in there}
    with ThreadPoolExecutor(max_workers=THREADS) as pool:
        answers = pool.map(_asked, single)
        found |= {u: f for u, f in zip(single, answers, strict=True) if f is not None}
    return found


def file_system(url: str) -> tuple[Any, str]:
    """Return fsspec's file system for a URL, and the path in it."""
    import fsspec  # noqa: PLC0415 - an optional package

    system, path = fsspec.core.url_to_fs(protocol(url) + url[len(protocol(url)) :])
    return system, path


def _listed(folder: str) -> dict[str, Found]:
    """Return the objects of a folder by their URLs."""
    with explained(folder):
        try:
            system, path = file_system(folder)
            entries = system.ls(path, detail=True, refresh=True)
        except FileNotFoundError:
            return {}
    return {
        joined(folder, entry["name"].rstrip("/").rpartition("/")[2]): _found(entry)
        for entry in entries
        if entry["type"] == "file"
    }


def _asked(url: str) -> Found | None:
    with explained(url):
        try:
            if is_web(url):
                return _found(_web.info(url))
            system, path = file_system(url)
            entry = system.info(path, refresh=True)
        except FileNotFoundError:
            return None
    return _found(entry) if entry["type"] == "file" else None


def _found(entry: dict[str, Any]) -> Found:
    size = entry.get("size")
    said = [
        f"{name}={value}"
        for name, value in sorted(entry.items())
        if value is not None and any(word in name.lower() for word in _VERSION)
    ]
    return Found(size, " ".join([f"size={size}", *said]))
