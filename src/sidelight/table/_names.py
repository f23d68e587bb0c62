"""What a column's name says about it: a place, or an identifier."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

LATITUDE = frozenset({"lat", "latitude"})
LONGITUDE = frozenset({"lon", "lng", "long", "longitude"})
# Things of which one usually has several pictures, which then must stay together.
GROUPS = frozenset(
    {"patient", "lesion", "subject", "participant", "person", "individual"}
    | {"animal", "case", "site", "scene", "station", "camera", "plot", "tile"}
    | {"farm", "trap"}
)
NAMING = frozenset({"name", "code", "key", "no", "nr", "number"})
IDENTIFIERS = frozenset({"id", "ids", "uid", "uuid", "guid", "index", "identifier"})


def words(name: str) -> tuple[str, ...]:
    """Return the lower-case words of a column name.

    "scene_lat", "SceneLat" and "scene lat" all give ("scene", "lat").
    """
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return tuple(w for w in re.split(r"[\W_]+", spaced.casefold()) if w)


def location_pairs(names: Sequence[str]) -> list[tuple[str, str, str]]:
    """Return (affix, latitude column, longitude column) of every pair by name.

    Both names must agree in their other words: "scene_lat" goes with "scene_lon", not
    with "camera_lon". The affix is those words joined, "" for plain "lat" and "lon".
    """
    latitudes = _by_affix(names, LATITUDE)
    longitudes = _by_affix(names, LONGITUDE)
    return [
        ("_".join(affix), latitude, longitudes[affix])
        for affix, latitude in latitudes.items()
        if affix in longitudes
    ]


def names_rows(name: str) -> bool:
    """Return whether a column of that name merely numbers or names the rows."""
    found = words(name)
    return bool(found) and (found[-1] in IDENTIFIERS or found[0] == "unnamed")


def names_group(name: str) -> bool:
    """Return whether a column of that name says which rows belong together."""
    found = words(name)
    if not found:
        return False
    last = found[-1]
    # The last word decides: "station_elevation" is no station.
    named = last in NAMING and any(word in GROUPS for word in found)
    return last.removesuffix("id") in GROUPS or named or names_rows(name)


def _by_affix(
    names: Sequence[str], wanted: frozenset[str]
) -> dict[tuple[str, ...], str]:
    found: dict[tuple[str, ...], str] = {}
    for name in names:
        parts = words(name)
        rest = tuple(w for w in parts if w not in wanted)
        # Exactly one word must say so: "lat_lat" or "long_lon" says nothing.
        if len(rest) == len(parts) - 1:
            found.setdefault(rest, name)
    return found
