"""Passwords are taken out of every text that is shown or stored."""

from __future__ import annotations

import re

MASK = "***"

# A user's password may hold "/", "?" or "@" that should have been percent-encoded, so
# it ends at the last "@". What looks like a port, and is followed by a path, is one.
_IN_USER = re.compile(
    r"(?P<before>[a-z][a-z0-9+.-]*://[^\s/@:?#]*:)"
    r"(?!\d{1,5}(?:[/?#\s]|$))(?P<secret>\S*)@",
    re.IGNORECASE,
)
_IN_QUERY = re.compile(
    r"(?P<before>[?&](?:sig|[a-z0-9_-]*"
    r"(?:password|passwd|pwd|secret|token|signature|api[_-]?key))=)"
    r"(?P<secret>[^&\s'\"]*)",
    re.IGNORECASE,
)


def redact(text: str) -> str:
    """Return a text with `***` in place of the passwords in its URLs."""
    text = _IN_USER.sub(rf"\g<before>{MASK}@", text)
    return _IN_QUERY.sub(rf"\g<before>{MASK}", text)


def secrets_in(text: str) -> list[str]:
    """Return the passwords that `redact` takes out of a text."""
    found = [*_IN_USER.finditer(text), *_IN_QUERY.finditer(text)]
    return [match["secret"] for match in found if match["secret"] not in ("", MASK)]
