"""Excel: one sheet of a workbook, its cells typed as Excel stores them."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any, ClassVar

import polars as pl

from sidelight.errors import TableError, nearest
from sidelight.optional import import_optional
from sidelight.readers.tables._base import TableReader, check_names
from sidelight.registry import READERS

if TYPE_CHECKING:
    from pathlib import Path

_NONE = "NA"  # #N/A is how a sheet says that there is no value
_FOUND = re.compile(r"Error\((\w+)\)")


@READERS.register(
    "excel",
    summary="a workbook: .xlsx, with --sql for the sheet if there are several",
    extra="excel",
)
class ExcelReader(TableReader):
    """Reads one sheet; its first row that is not empty names the columns."""

    suffixes = frozenset({".xlsx", ".xlsm"})
    takes_sql: ClassVar[bool] = True

    def _read(self, path: Path, sql: str | None) -> pl.DataFrame:
        driver = _driver()
        try:
            book = driver.read_excel(path)
            sheet = _sheet(book, sql, path)
            header = _cells(book, sheet, header_row=None, n_rows=1, dtypes="string")
            names = ["" if name is None else str(name) for name in header.row(0)]
            check_names(names, path)
            return _body(book, sheet, names, path)
        except driver.FastExcelError as failure:
            reason = str(failure).split("\n", 1)[0]
            message = f"this is no workbook that can be read: {reason}"
            fix = "Save it again as .xlsx; one with a password cannot be read."
            raise TableError(message, path=path, fix=fix) from None


def _driver() -> Any:
    driver = import_optional("fastexcel", "Reading .xlsx", extra="excel")
    # It tells of every empty column, which is nothing unusual.
    logging.getLogger("fastexcel").setLevel(logging.ERROR)
    return driver


def _sheet(book: Any, wanted: str | None, path: Path) -> str:
    """Return the sheet that is asked for, or the only one with cells."""
    names: list[str] = book.sheet_names
    if wanted is not None and wanted not in names:
        close = nearest(wanted, names)
        hint = f"Did you mean {close[0]!r}? " if close else ""
        message = f"the workbook has no sheet {wanted!r}"
        fix = f"{hint}The sheets are {', '.join(map(repr, names))}."
        raise TableError(message, path=path, fix=fix)
    chosen = names if wanted is None else [wanted]
    filled = [
        name
        for name in chosen
        if _cells(book, name, header_row=None, n_rows=1, dtypes="string").height
    ]
    if not filled:
        what = "the workbook holds" if wanted is None else f"the sheet {wanted!r} holds"
        message = f"{what} no cells"
        raise TableError(message, path=path)
    if len(filled) > 1:
        message = f"the workbook has {len(filled)} sheets with cells: "
        message += ", ".join(map(repr, filled))
        fix = f"Say which: --sql {filled[0]!r} (sql={filled[0]!r})."
        raise TableError(message, path=path, fix=fix)
    return filled[0]


def _cells(book: Any, sheet: str, **options: Any) -> pl.DataFrame:
    frame: pl.DataFrame = book.load_sheet(sheet, **options).to_polars()
    return frame


def _body(book: Any, sheet: str, names: list[str], path: Path) -> pl.DataFrame:
    loaded = book.load_sheet(
        sheet, header_row=0, schema_sample_rows=None, skip_whitespace_tail_rows=True
    )
    batch, errors = loaded.to_arrow_with_errors()
    frame = pl.DataFrame(batch)
    frame.columns = names
    _refuse_errors(errors.errors if errors else [], names, path)
    return frame.with_columns(pl.selectors.by_dtype(pl.Null).cast(pl.String))


def _refuse_errors(errors: list[Any], names: list[str], path: Path) -> None:
    """Refuse cells whose formula failed."""
    found: dict[int, list[tuple[int, str]]] = {}
    for error in errors:
        row, column = error.offset_position
        kind = _FOUND.search(error.detail)
        said = kind[1] if kind else error.detail
        if said != _NONE:
            found.setdefault(column, []).append((row + 1, said))
    if found:
        column, cells = next(iter(sorted(found.items())))
        holds = "1 cell holds" if len(cells) == 1 else f"{len(cells)} cells hold"
        message = f"{holds} an error in place of a value"
        raise TableError(
            message,
            path=path,
            column=names[column],
            rows=[row for row, _ in cells],
            values=[said for _, said in cells],
            fix="Correct the formulas, or leave these cells empty.",
        )
