"""Objects to local files: in threads, each once, whole or not at all."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from sidelight.errors import SidelightError, TableError
from sidelight.redact import redact
from sidelight.runs import write_atomically
from sidelight.stores import _web
from sidelight.stores._cache import check_room, mark_used, place_of, trim
from sidelight.stores._errors import explained
from sidelight.stores._find import THREADS, Found, file_system, find_objects
from sidelight.stores._url import is_web


def fetch(objects: Mapping[str, Found]) -> dict[str, Path]:
    """Return the objects' contents as local files; what is there is not fetched again.

    Args:
        objects: From `find_objects`.

    Returns:
        The file of each URL; an object that is gone by now has none.

    Raises:
        ConfigError: If they do not fit into the cache, or the store fails twice.
        DiskFullError: If the disk is full; no half file is left.
    """
    check_room(sum(found.size or 0 for found in objects.values()))
    places = {url: place_of(url, found) for url, found in objects.items()}
    absent = []
    for url, place in places.items():
        if not mark_used(place):
            absent.append(url)
    if absent:
        gone = _fetch_all(objects, places, absent)
        trim(places.values())
        places = {url: place for url, place in places.items() if url not in gone}
    return places


def fetch_one(url: str) -> Path:
    """Return a table's contents as a local file.

    Raises:
        TableError: If there is no such object.
        ConfigError: If the store refuses access or does not answer.
    """
    files = fetch(find_objects([url]))
    if url not in files:
        message = "there is no such object"
        raise TableError(message, path=redact(url), fix="Check its bucket and name.")
    return files[url]


def _fetch_all(
    objects: Mapping[str, Found], places: Mapping[str, Path], urls: list[str]
) -> set[str]:
    """Fetch these objects; return those that are gone."""

    def fetch_to_place(url: str) -> bool:
        return _fetch(url, objects[url], places[url])

    gone = set()
    with _bar() as bar, ThreadPoolExecutor(max_workers=THREADS) as pool:
        task = bar.add_task("fetch", total=len(urls))
        try:
            for url, there in zip(urls, pool.map(fetch_to_place, urls), strict=True):
                bar.advance(task)
                if not there:
                    gone.add(url)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return gone


def _fetch(url: str, found: Found, place: Path) -> bool:
    """Fetch one object; return whether it was still there."""
    with explained(url):
        for last in (False, True):  # a connection may break once
            try:
                write_atomically(place, lambda path: _get(url, found, path))
                return True
            except FileNotFoundError:
                return False
            except (PermissionError, SidelightError):
                raise
            except Exception:
                if last:
                    raise
    return False


def _get(url: str, found: Found, path: Path) -> None:
    if is_web(url):
        _web.get(url, path)
    else:
        system, inside = file_system(url)
        system.get_file(inside, str(path))
    size = path.stat().st_size
    if found.size is not None and size != found.size:
        message = f"{size} of {found.size} bytes came"
        raise ConnectionError(message)


def _bar() -> Progress:
    console = Console(file=sys.stderr)
    return Progress(
        "fetching objects",
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
