"""From a STAC file to all of its items, by links between local files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlparse

from sidelight.errors import NUM_SHOWN, TableError
from sidelight.optional import import_optional
from sidelight.readers.tables import _document

if TYPE_CHECKING:
    import pystac

FOLLOWED = frozenset({"child", "item", "items"})


def is_stac(content: dict[str, Any]) -> bool:
    """Return whether a JSON object is an item, a collection of them or a catalogue."""
    if "stac_version" in content:
        return True
    features = content.get("features")
    if content.get("type") != "FeatureCollection" or not isinstance(features, list):
        return False
    first = features[0] if features else None
    return isinstance(first, dict) and "assets" in first


def items(path: Path) -> Iterator[pystac.Item]:
    """Yield every item of a catalogue once; nothing is fetched.

    Raises:
        TableError: If links lead in a circle, to nothing or away from this machine, or
            an item is damaged.
        MissingPackageError: If pystac is not installed.
    """
    content = _document.document(path)
    _document.forget()
    remote: list[str] = []
    for number, (place, found) in enumerate(_walk(path, content, (), set(), remote)):
        yield _item(place, found, number + 1)
    if remote:
        what = "1 link leads" if len(remote) == 1 else f"{len(remote)} links lead"
        shown = ", ".join(remote[:NUM_SHOWN])
        message = f"{what} away from this machine: {shown}"
        fix = "Only local files are read: download the catalogue with its items first."
        raise TableError(message, path=path, fix=fix)


def _walk(
    path: Path,
    content: Any,
    trail: tuple[Path, ...],
    seen: set[Path],
    remote: list[str],
) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield the file and the content of every item, in the order of the links."""
    if not isinstance(content, dict):
        message = f"this is {_document.described(path)}, not part of a STAC catalogue"
        raise TableError(message, path=path)
    kind = content.get("type")
    if kind == "Feature":
        yield path, content
        return
    if kind == "FeatureCollection":
        for feature in content.get("features") or ():
            yield path, feature
        return
    trail = (*trail, path)
    for link in content.get("links") or ():
        relation = link.get("rel") if isinstance(link, dict) else None
        if relation not in FOLLOWED:
            continue
        target = _target(path, str(link.get("href") or ""))
        if target is None:
            # A service lists under "items" what the other links lead to one by one.
            if relation != "items" or not _has_other_items(content):
                remote.append(str(link["href"]))
            continue
        if target in trail:
            circle = [*trail[trail.index(target) :], target]
            message = f"the links go in a circle: {' → '.join(map(str, circle))}"
            fix = "Take the last of these links out of its file."
            raise TableError(message, path=trail[0], fix=fix)
        if target not in seen:
            seen.add(target)
            yield from _walk(target, _linked(target, path), trail, seen, remote)


def _has_other_items(content: dict[str, Any]) -> bool:
    links = [link for link in content["links"] if isinstance(link, dict)]
    return any(link.get("rel") in FOLLOWED - {"items"} for link in links)


def _target(path: Path, href: str) -> Path | None:
    """Return the local file behind a link, None if it is not local."""
    scheme = urlparse(href).scheme
    if scheme == "file":
        href = unquote(urlparse(href).path)
    elif scheme:
        return None
    return Path(path.parent, href).resolve()


def _linked(target: Path, path: Path) -> Any:
    if not target.is_file():
        message = f"it links to {target}, where there is no file"
        raise TableError(message, path=path, fix="Correct the link, or add the file.")
    content = _document.document(target)
    _document.forget()
    return content


def _item(path: Path, content: Any, number: int) -> pystac.Item:
    package = import_optional("pystac", "Reading a STAC catalogue", extra="geo")
    try:
        # Old versions are brought to the newest; references start at the item's file.
        found: pystac.Item = package.Item.from_dict(
            content, href=str(path), preserve_dict=False
        )
        return found
    except Exception as failure:  # pystac lets whatever goes wrong through
        reason = str(failure).split("\n", 1)[0] or type(failure).__name__
        reason = reason.rstrip(".")
        message = f"item {number} is no STAC item that can be read: {reason}"
        raise TableError(message, path=path) from None
