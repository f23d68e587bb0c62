"""JSON files: parsed once, whichever readers look at them."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from sidelight.errors import TableError
from sidelight.readers.tables._base import check_file

SUFFIXES = frozenset({".json", ".geojson"})
_HALF_PAIR = re.compile(rb"\\u[dD][89a-fA-F]")


def peek(source: str) -> dict[str, Any]:
    """Return the object in a JSON file; empty for any other source.

    Raises:
        TableError: If a file that is named .json holds no JSON.
    """
    path = Path(source).expanduser()
    if "://" in source or path.suffix.lower() not in SUFFIXES or not path.is_file():
        return {}
    content = document(path)
    return content if isinstance(content, dict) else {}


def document(path: Path) -> Any:
    """Return what a JSON file holds.

    Raises:
        TableError: If there is no such file, or it is no JSON; says in which line.
    """
    check_file(path)
    found = path.stat()
    return _parsed(path, found.st_size, found.st_mtime_ns)


def forget() -> None:
    """Let go of what was parsed last; it may be large."""
    _parsed.cache_clear()


# Several readers look into a file until one knows it, and a large one takes seconds.
@lru_cache(maxsize=1)
def _parsed(path: Path, size: int, mtime_ns: int) -> Any:  # noqa: ARG001 - the key
    try:
        data = path.read_bytes()
        content = json.loads(data)
        if _HALF_PAIR.search(data):  # most often it is a whole one
            json.dumps(content, ensure_ascii=False).encode()
        return content
    except json.JSONDecodeError as failure:
        where = f"line {failure.lineno}, column {failure.colno}"
        message = f"this is no JSON: {failure.msg} ({where})"
        fix = "It may have been cut off while copying."
        raise TableError(message, path=path, fix=fix) from None
    except UnicodeEncodeError:
        message = "a text holds half of a surrogate pair, which is no character"
        fix = "Look for \\ud8 to \\udf in it, and write the character itself."
        raise TableError(message, path=path, fix=fix) from None
    except (UnicodeDecodeError, RecursionError) as failure:
        message = f"this is no JSON that can be read ({type(failure).__name__})"
        raise TableError(message, path=path) from None
    except OSError as failure:
        message = f"the file cannot be read: {failure.strerror or failure}"
        raise TableError(message, path=path) from None


def described(path: str | Path) -> str:
    """Return what is in a JSON file that no reader knows, in a few words."""
    content = document(Path(path).expanduser())
    if isinstance(content, dict):
        names = ", ".join(repr(str(name)) for name in list(content)[:8])
        more = ", …" if len(content) > 8 else ""
        return f"an object with {names}{more}" if names else "an empty object"
    return f"a {type(content).__name__}, and no object"
