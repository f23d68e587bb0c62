"""A table becomes a folder of files, whole or not at all."""

from __future__ import annotations

import errno
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sidelight.errors import ConfigError, DiskFullError
from sidelight.registry import WRITERS

if TYPE_CHECKING:
    from sidelight.table import Table


@dataclass(frozen=True)
class Written:
    """What was written.

    Attributes:
        folder: Where it is.
        num_rows: Number of rows.
        num_pictures: Number of pictures, as they were encoded.
        num_shards: Number of files that hold rows.
        num_bytes: Size of these files.
    """

    folder: Path
    num_rows: int
    num_pictures: int
    num_shards: int
    num_bytes: int


def write_table(
    table: Table,
    folder: str | Path,
    *,
    to: str = "tfrecord",
    num_shards: int | None = None,
) -> Written:
    """Write a table with its pictures into a new folder.

    Args:
        table: From `read_table`.
        folder: Where; it must not be there yet, or be empty.
        to: Registry name of the format; `sidelight list writers`.
        num_shards: Number of files; None makes one for each 128 MiB.

    Raises:
        UnknownNameError: If there is no such format.
        ConfigError: If the folder holds something, or the number of files is no
            number from 1 to that of rows.
        TableError: If the format has no place for a column.
        ImageError: If a picture is gone.
        DiskFullError: If the disk filled up; nothing is left behind.
        MissingPackageError: If the format needs a package that is not installed.
    """
    write = WRITERS.get(to).obj
    place = Path(folder).expanduser()
    if place.exists() and not (place.is_dir() and not any(place.iterdir())):
        problem = f"there is already {place}"
        raise ConfigError(problem, fix="Choose another folder, or delete it first.")
    if num_shards is not None and not 1 <= num_shards <= len(table):
        problem = f"{len(table)} rows cannot be put into {num_shards} files"
        raise ConfigError(problem, fix="Correct --shards (num_shards).")
    partial = place.with_name(f".{place.name}.{os.getpid()}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        partial.mkdir(parents=True)
        written: Written = write(table, partial, place, num_shards)
        partial.rename(place)
    except OSError as failure:
        if failure.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFullError(place) from failure
        if isinstance(failure, NotADirectoryError | PermissionError | FileExistsError):
            problem = f"{place} cannot be made: {failure.strerror}"
            raise ConfigError(problem, fix="Choose another folder.") from failure
        raise
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return written
