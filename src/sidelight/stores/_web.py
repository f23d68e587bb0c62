"""Files behind HTTP, one by one: there is no listing that could be relied on."""

from __future__ import annotations

import base64
import re
import shutil
import urllib.error
import urllib.request
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

if TYPE_CHECKING:
    from email.message import Message
    from pathlib import Path

TIMEOUT = 60  # seconds without a byte
_GONE, _REFUSED = (404, 410), (401, 403)
_NO_HEAD = (405, 501)  # a server that only gives whole files
_PARTS = re.compile(r"(https?://)(?:([^/?#]*)@)?([^/?#]*)(.*)", re.IGNORECASE | re.S)
_MEANT = "%/?#&=:;,+~!$'()*@[]"  # signs that stand for themselves in a path or query


def info(url: str) -> dict[str, object]:
    """Return what a server's header says of a file: size and version.

    Raises:
        FileNotFoundError: If there is no such file.
        PermissionError: If it may not be read.
    """
    try:
        with _open(url, "HEAD") as answer:
            return _described(answer.headers)
    except PermissionError:  # an address that is signed for getting the file alone
        pass
    except urllib.error.HTTPError as error:
        if error.code not in _NO_HEAD:
            raise
    with _open(url, "GET") as answer:  # which is closed before the file has come
        return _described(answer.headers)


def get(url: str, path: Path) -> None:
    """Write a file's contents to a path."""
    with _open(url, "GET") as answer, path.open("wb") as file:
        shutil.copyfileobj(answer, file)


def _open(url: str, method: str):  # type: ignore[no-untyped-def]  # noqa: ANN202
    request = _request(url, method)
    try:
        return urllib.request.urlopen(request, timeout=TIMEOUT)
    except urllib.error.HTTPError as error:
        error.close()  # it holds the connection
        if error.code in _GONE:
            raise FileNotFoundError(url) from error
        if error.code in _REFUSED:
            raise PermissionError(url) from error
        raise


def _request(url: str, method: str) -> urllib.request.Request:
    """Return a request; user and password of the address go to this host alone."""
    match = _PARTS.match(url)
    if match is None:
        message = "the address is neither http nor https"
        raise ValueError(message)
    scheme, user, host, rest = match.groups()
    # Names with spaces or letters beyond ASCII are written as they are in tables.
    request = urllib.request.Request(
        f"{scheme}{host}{quote(rest, safe=_MEANT)}", method=method
    )
    if user is not None:
        name, _, password = user.partition(":")
        said = f"{unquote(name)}:{unquote(password)}".encode()
        token = base64.b64encode(said).decode()
        request.add_unredirected_header("Authorization", f"Basic {token}")
    return request


def _described(headers: Message) -> dict[str, object]:
    said = {"etag": headers["ETag"], "modified": headers["Last-Modified"]}
    size = headers["Content-Length"]
    return said | {"size": None if size is None else int(size)}
