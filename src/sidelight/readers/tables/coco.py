"""COCO: one row per image, with the names of the categories annotated in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from sidelight.errors import TableError
from sidelight.readers.tables import _document
from sidelight.readers.tables._base import TableReader
from sidelight.readers.tables._rows import JOINT, to_column, to_frame
from sidelight.registry import READERS


@READERS.register(
    "coco", summary="COCO annotations (.json): the categories in each image"
)
class CocoReader(TableReader):
    """Reads annotations of whole images; boxes, masks and counts are left out.

    The columns are those of "images", with the licence by name, and `category`: one
    category's name, or several in order, `cat;dog`; empty for an image without any.
    """

    image = "file_name"
    target: str = "category"

    def matches(self, source: str) -> bool:
        """Return whether a file is COCO, by its content."""
        content = _document.peek(source)
        return _is_records(content.get("images")) and (
            "annotations" in content or "categories" in content
        )

    def _read(self, path: Path, sql: str | None) -> pl.DataFrame:  # noqa: ARG002
        content = _document.document(path)
        _document.forget()
        images = _records(content, "images", path)
        if not images:
            message = 'the list "images" is empty'
            raise TableError(message, path=path)
        frame = _with_licence(to_frame(images), content, path)
        if not {"id", "file_name"} <= set(frame.columns):
            message = 'the images have no "id" or no "file_name"'
            raise TableError(message, path=path)
        _check_unique(frame["id"], "image", path)
        if not content.get("annotations"):  # as COCO publishes its test images
            return frame
        if self.target in frame.columns:  # a field of the images' own
            frame = frame.rename({self.target: f"images.{self.target}"})
        return frame.join(
            _categories(content, frame["id"], path),
            on="id",
            how="left",
            maintain_order="left",
        )


def _is_records(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(v, dict) for v in value[:5])


def _records(content: dict[str, Any], name: str, path: Path) -> list[dict[str, Any]]:
    found = content.get(name) or []
    if not isinstance(found, list) or not all(isinstance(v, dict) for v in found):
        message = f'"{name}" is not a list of objects'
        raise TableError(message, path=path)
    return found


def _with_licence(
    frame: pl.DataFrame, content: dict[str, Any], path: Path
) -> pl.DataFrame:
    licences = _records(content, "licenses", path)
    if "license" not in frame.columns or not licences:
        return frame
    numbers = to_column("license", [one.get("id") for one in licences])
    names = to_column("name", [one.get("name") for one in licences])
    if numbers.dtype != frame["license"].dtype:
        return frame
    return frame.with_columns(
        pl.col("license").replace_strict(numbers, names, default=None)
    )


def _categories(content: dict[str, Any], images: pl.Series, path: Path) -> pl.DataFrame:
    """Return "id" of each image that has annotations, and "category"."""
    categories = _records(content, "categories", path)
    numbers = to_column("category_id", [one.get("id") for one in categories])
    names = to_column("category", [one.get("name") for one in categories])
    _check_unique(numbers, "category", path)
    nameless = numbers.filter(names.is_null())
    if len(nameless):
        message = f'categories have no "name": {", ".join(map(str, nameless.head(5)))}'
        raise TableError(message, path=path, fix="Give every category a name.")
    known = pl.DataFrame([numbers, names.cast(pl.String)])
    marks = _records(content, "annotations", path)
    frame = pl.DataFrame(
        [
            to_column("id", [mark.get("image_id") for mark in marks]),
            to_column("category_id", [mark.get("category_id") for mark in marks]),
        ]
    )
    for column, there, what in (
        ("id", images, "an image"),
        ("category_id", numbers, "a category"),
    ):
        _check_known(frame[column], there, what, path)
    marked = frame.unique().join(known, on="category_id")
    grouped = marked.group_by("id").agg(pl.col("category").unique().sort())
    _check_separable(grouped, path)
    return grouped.with_columns(pl.col("category").list.join(JOINT))


def _check_unique(numbers: pl.Series, what: str, path: Path) -> None:
    twice = numbers.filter(numbers.is_duplicated()).unique(maintain_order=True)
    if len(twice):
        shown = ", ".join(map(str, twice.head(5)))
        stand = "id stands" if len(twice) == 1 else "ids stand"
        message = f"{len(twice)} {what} {stand} more than once: {shown}"
        raise TableError(message, path=path, fix="Every id has to be a different one.")


def _check_known(found: pl.Series, known: pl.Series, what: str, path: Path) -> None:
    if found.dtype == known.dtype:
        wrong = ~found.is_in(known.implode()) | found.is_null()
    else:
        wrong = pl.Series([True] * len(found))
    if wrong.any():
        shown = ", ".join(map(repr, found.filter(wrong).unique().sort().head(5)))
        number = int(wrong.sum())
        name = "annotation names" if number == 1 else "annotations name"
        message = f"{number} {name} {what} that is not there: {shown}"
        fix = "The file may be half of one; take these annotations out."
        raise TableError(message, path=path, fix=fix)


def _check_separable(grouped: pl.DataFrame, path: Path) -> None:
    several = grouped.filter(pl.col("category").list.len() > 1)
    names = several["category"].explode().unique()
    wrong = names.filter(names.str.contains(JOINT, literal=True)).sort()
    if len(wrong):
        message = f"the category {wrong[0]!r} holds {JOINT!r}, which parts categories"
        raise TableError(message, path=path, fix="Rename the category in the file.")
