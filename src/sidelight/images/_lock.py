"""One process packs into a folder at a time; who waits is told for whom."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from sidelight.errors import ConfigError

# Who waits longer than this is told why.
PATIENCE_S = 1.0
POLL_S = 0.05


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a folder against other processes; the lock goes with its process.

    The file "lock" names the holder: its process, its machine and since when. Who has
    to wait for more than a second says so on standard error, once.

    Args:
        folder: Made if it is not there.

    Raises:
        ConfigError: If the folder cannot be made, written to or locked.
    """
    with _opened(folder) as file:
        try:
            _sign(file)
            yield
        finally:
            file.truncate(0)
            fcntl.flock(file, fcntl.LOCK_UN)


def _opened(folder: Path) -> IO[str]:
    """Return the file "lock", held by this process."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / "lock").open("a+", encoding="utf-8")
        try:
            _acquire(file, folder)
        except BaseException:
            file.close()
            raise
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise
        problem = f"pictures cannot be packed into {folder}: {error.strerror or error}"
        fix = "Choose a folder of your own: --cache DIR."
        raise ConfigError(problem, fix=fix) from error
    return file


def _acquire(file: IO[str], folder: Path) -> None:
    started, told = time.monotonic(), False
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if not told and time.monotonic() - started > PATIENCE_S:
                sys.stderr.write(f"{_waiting_for(file)} ({folder})\n")
                sys.stderr.flush()
                told = True
            time.sleep(POLL_S)
        else:
            return


def _sign(file: IO[str]) -> None:
    since = time.strftime("%Y-%m-%d %H:%M:%S")
    holder = {"process": os.getpid(), "host": socket.gethostname(), "since": since}
    # Who is named helps those who wait; a full disk is found out elsewhere.
    with suppress(OSError):
        file.truncate(0)
        os.write(file.fileno(), json.dumps(holder).encode())


def _waiting_for(file: IO[str]) -> str:
    try:
        file.seek(0)
        holder = json.loads(file.read())
        return (
            f"waiting for process {holder['process']} on {holder['host']}, which has "
            f"been packing pictures since {holder['since']}"
        )
    except (ValueError, KeyError, TypeError):  # it has just begun, or just ended
        return "waiting for another process that is packing pictures"
