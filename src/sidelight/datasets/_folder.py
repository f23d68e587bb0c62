"""A data set's folder: whole or not there, and made once for the same arguments."""

from __future__ import annotations

import csv
import errno
import json
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track

from sidelight.errors import ConfigError, DiskFullError
from sidelight.runs import default_cache

CARD = "dataset.json"


def make_once(
    folder: str | Path | None,
    name: str,
    facts: dict[str, Any],
    edition: int,
    build: Callable[[Path], object],
) -> Path:
    """Return the folder of a data set, made now if it is not there yet.

    Args:
        folder: Where it shall be; None is a folder of the user's cache.
        name: Name of the data set, for its place in the cache.
        facts: The arguments that decide the files; they must survive JSON.
        edition: Raised by a data set whose same arguments begin to give other files.
        build: Fills a folder that does not exist yet, `dataset.json` included.

    Raises:
        ConfigError: If something else is in that place.
        DiskFullError: If the disk filled up; nothing is left of the attempt.
    """
    place = _usual_place(name, facts) if folder is None else Path(folder).absolute()
    if _is_complete(place, facts, edition):
        return place
    if place.exists() and (not place.is_dir() or any(place.iterdir())):
        problem = "something else is here already"
        raise ConfigError(problem, path=place, fix="Name a new or an empty folder.")
    temporary = place.with_name(f".{place.name}.{os.getpid()}.partial")
    shutil.rmtree(temporary, ignore_errors=True)
    try:
        build(temporary)
        _put(temporary, place, facts, edition)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise DiskFullError(place) from error
        raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return place


def make_pictures(
    make: Callable[[int], object], count: int, description: str, *, progress: bool
) -> None:
    """Call `make` for each number below `count` in threads, beside a bar.

    Args:
        make: Writes the picture of a number.
        count: How many there are.
        description: What the bar says.
        progress: Whether the bar is shown where standard error is a terminal.
    """
    console = Console(file=sys.stderr)
    shown = track(
        range(count),
        description=description,
        console=console,
        transient=True,
        disable=not (progress and console.is_terminal),
    )
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        for _ in zip(shown, pool.map(make, range(count)), strict=True):
            pass


def write_table(folder: Path, rows: Sequence[dict[str, Any]]) -> None:
    """Write `table.csv`; every row has the columns of the first, None is empty."""
    with (folder / "table.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def write_card(
    folder: Path, facts: dict[str, Any], edition: int, more: dict[str, Any]
) -> None:
    """Write `dataset.json`: what the folder was made from, and what is to be known."""
    card = {"arguments": facts, "edition": edition, **more}
    text = json.dumps(card, indent=2, ensure_ascii=False)
    (folder / CARD).write_text(text + "\n", "utf-8")


def read_card(folder: Path) -> dict[str, Any]:
    """Return what `dataset.json` of a complete data set says."""
    card: dict[str, Any] = json.loads((folder / CARD).read_text("utf-8"))
    return card


def _usual_place(name: str, facts: dict[str, Any]) -> Path:
    parts = [
        str(part)
        for value in facts.values()
        for part in (value if isinstance(value, list) else [value])
    ]
    return default_cache() / "datasets" / "-".join([name, *parts])


def _put(made: Path, place: Path, facts: dict[str, Any], edition: int) -> None:
    try:
        if place.exists():
            place.rmdir()
        made.rename(place)
    except OSError:
        # Somebody who wanted the same was faster: the files would be equal.
        if not _is_complete(place, facts, edition):
            raise


def _is_complete(folder: Path, facts: dict[str, Any], edition: int) -> bool:
    if not (folder / CARD).exists():
        return False
    try:
        found = read_card(folder)
        return bool(found["arguments"] == facts and found.get("edition", 1) == edition)
    except (ValueError, KeyError, TypeError):
        return False
