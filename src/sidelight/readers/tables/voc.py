"""Pascal VOC: a folder of XML files, one row per picture with the classes in it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import polars as pl

from sidelight.errors import TableError
from sidelight.readers.tables._base import TableReader
from sidelight.readers.tables._rows import JOINT, joined, to_frame
from sidelight.registry import READERS

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

ANNOTATIONS, PICTURES = "Annotations", "JPEGImages"
SETS = Path("ImageSets", "Main")
PARTS = ("train", "val", "test")
MARK = b"<annotation"
PEEK = 4096


@READERS.register(
    "voc", summary="Pascal VOC: a folder of .xml files; the classes in each picture"
)
class VocReader(TableReader):
    """Reads annotations of whole pictures; boxes, poses and parts are left out.

    The columns are `file`, `class` (one name, or several in order, `cat;dog`; empty
    without any object), `folder`, `database`, `width`, `height` and `depth`; and
    `part` where `ImageSets/Main` says which pictures are train, val and test.
    """

    takes_folder: ClassVar[bool] = True
    image = "file"
    target = "class"
    part = "part"

    def matches(self, source: str) -> bool:
        """Return whether a folder holds Pascal VOC annotations, by one of them."""
        path = self.path_of(source)
        if "://" in source or not path.is_dir():
            return False
        first = next(_files(_annotations(path)), None)
        if first is None:
            return False
        with first.open("rb") as file:
            return MARK in file.read(PEEK)

    def root_of(self, source: str) -> Path:
        """Return JPEGImages beside the annotations, or else the folder itself."""
        path = self.path_of(source).absolute()
        path = path.parent if path.name == ANNOTATIONS else path
        return path / PICTURES if (path / PICTURES).is_dir() else path

    def _read(self, path: Path, sql: str | None) -> pl.DataFrame:  # noqa: ARG002
        folder = _annotations(path)
        records, bad = [], []
        for file in sorted(_files(folder)):
            try:
                records.append(_record(file))
            except ValueError as failure:
                bad.append(f"{file.name}: {failure}")
        if bad:
            what = "1 file is" if len(bad) == 1 else f"{len(bad)} files are"
            message = f"{what} no Pascal VOC annotation: {'; '.join(bad[:5])}"
            raise TableError(message, path=folder, fix="Correct or remove them.")
        frame = to_frame(records)
        parts = _parts(folder.parent / SETS)
        if parts:
            stems = frame["file"].str.replace(r"\.[^.]*$", "")
            part = stems.replace_strict(parts, default=None, return_dtype=pl.String)
            frame = frame.with_columns(part.alias("part"))
        return frame


def _annotations(path: Path) -> Path:
    return path / ANNOTATIONS if (path / ANNOTATIONS).is_dir() else path


def _files(folder: Path) -> Any:
    with os.scandir(folder) as entries:
        names = [e.name for e in entries if e.name.lower().endswith(".xml")]
    return (folder / name for name in names if not name.startswith("."))


def _record(file: Path) -> dict[str, Any]:
    """Return one file's row.

    Raises:
        ValueError: If it is no annotation that can be read.
    """
    from defusedxml import DefusedXmlException  # noqa: PLC0415 - only for such a folder
    from defusedxml.ElementTree import ParseError, parse  # noqa: PLC0415

    try:
        root = parse(file).getroot()
    except ParseError as failure:
        message = f"no XML ({failure})"
        raise ValueError(message) from None
    except DefusedXmlException as failure:
        message = f"refused, since it holds {type(failure).__name__}"
        raise ValueError(message) from None
    if root is None or root.tag != "annotation":
        message = f"begins with <{'' if root is None else root.tag}>"
        raise ValueError(message)
    name = _word(root, "filename")
    if name is None:
        message = "names no picture (<filename>)"
        raise ValueError(message)
    classes = [_word(thing, "name") for thing in root.iter("object")]
    if len(classes) > 1 and any(JOINT in (word or "") for word in classes):
        message = f"a class holds {JOINT!r}, which parts classes"
        raise ValueError(message)
    return {
        "file": name,
        "class": joined(word for word in classes if word is not None),
        "folder": _word(root, "folder"),
        "database": _word(root, "source/database"),
        **{side: _whole(root, side) for side in ("width", "height", "depth")},
    }


def _word(element: Element, place: str) -> str | None:
    text = (element.findtext(place) or "").strip()
    return text or None


def _whole(root: Element, side: str) -> int | None:
    text = _word(root, f"size/{side}")
    if text is None:
        return None
    try:
        return int(float(text))
    except (ValueError, OverflowError):
        message = f"<{side}> is {text!r}, not a number"
        raise ValueError(message) from None


def _parts(folder: Path) -> dict[str, str]:
    """Return the part of each picture by its stem; empty if no lists are there."""
    found: dict[str, str] = {}
    for part in PARTS:
        listed = folder / f"{part}.txt"
        if listed.is_file():
            words = listed.read_text("utf-8").splitlines()
            found |= {word.split()[0]: part for word in words if word.strip()}
    return found
