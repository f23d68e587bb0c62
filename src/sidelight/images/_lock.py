"""One process packs into a folder at a time; who waits is told for whom."""

from __future__ import annotations

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
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("a+", encoding="utf-8") as file:
        _acquire(file, folder)
        try:
            _sign(file)
            yield
        finally:
            file.truncate(0)
            fcntl.flock(file, fcntl.LOCK_UN)


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
