"""Files behind HTTP, one by one: there is no listing that could be relied on."""

from __future__ import annotations

import shutil
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from email.message import Message
    from pathlib import Path

TIMEOUT = 60  # seconds without a byte
_GONE, _REFUSED = (404, 410), (401, 403)
_NO_HEAD = (405, 501)  # a server that only gives whole files


def info(url: str) -> dict[str, object]:
    """Return what a server's header says of a file: size and version.

    Raises:
        FileNotFoundError: If there is no such file.
        PermissionError: If it may not be read.
    """
    try:
        with _open(url, "HEAD") as answer:
            return _described(answer.headers)
    except urllib.error.HTTPError as error:
        if error.code in _NO_HEAD:
            return {}
        raise


def get(url: str, path: Path) -> None:
    """Write a file's contents to a path."""
    with _open(url, "GET") as answer, path.open("wb") as file:
        shutil.copyfileobj(answer, file)


def _open(url: str, method: str):  # type: ignore[no-untyped-def]  # noqa: ANN202
    # The protocol is http or https: that is how the URL came here.
    request = urllib.request.Request(url, method=method)
    try:
        return urllib.request.urlopen(request, timeout=TIMEOUT)
    except urllib.error.HTTPError as error:
        error.close()  # it holds the connection
        if error.code in _GONE:
            raise FileNotFoundError(url) from error
        if error.code in _REFUSED:
            raise PermissionError(url) from error
        raise


def _described(headers: Message) -> dict[str, object]:
    said = {"etag": headers["ETag"], "modified": headers["Last-Modified"]}
    size = headers["Content-Length"]
    return said | {"size": None if size is None else int(size)}
