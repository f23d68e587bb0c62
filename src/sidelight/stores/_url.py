"""Which texts are URLs of objects, and what their parts are."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

# fsspec's own memory store is for tests and notebooks.
REMOTE = r"(?i)^(s3|gs|gcs|az|abfss?|https?|memory)://"
_REMOTE = re.compile(REMOTE)


def is_remote(text: object) -> bool:
    """Return whether a source, folder or cell is in a store."""
    return isinstance(text, str) and _REMOTE.match(text) is not None


def protocol(url: str) -> str:
    """Return the part before `://`, in small letters."""
    return url.split("://", 1)[0].lower()


def is_web(url: str) -> bool:
    """Return whether a URL is asked by HTTP, where folders cannot be listed."""
    return protocol(url) in ("http", "https")


def joined(folder: str, name: str) -> str:
    """Return the URL of a name in a folder of a store."""
    return f"{folder.rstrip('/')}/{name}"


def split(url: str) -> tuple[str, str]:
    """Return the folder, without its last slash, and the name of an object."""
    folder, _, name = url.rpartition("/")
    return folder, name


def file_name(url: str) -> str:
    """Return the name of the file that an object holds, without a query."""
    path = urlsplit(url).path if is_web(url) else url
    return path.rpartition("/")[2]
