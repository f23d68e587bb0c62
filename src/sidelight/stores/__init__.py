"""Objects in stores as local files, fetched once."""

from sidelight.stores._cache import cache_folder, cache_limit
from sidelight.stores._fetch import fetch, fetch_one
from sidelight.stores._find import Found, find_objects
from sidelight.stores._url import REMOTE, is_remote, joined

__all__ = [
    "REMOTE",
    "Found",
    "cache_folder",
    "cache_limit",
    "fetch",
    "fetch_one",
    "find_objects",
    "is_remote",
    "joined",
]
