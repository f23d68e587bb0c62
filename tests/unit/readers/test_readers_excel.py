"""Workbooks that are written here cell by cell, as the format says."""

from __future__ import annotations

import datetime as dt
import zipfile
from xml.sax.saxutils import escape

import polars as pl
import pytest

from sidelight.errors import TableError
from sidelight.readers.tables.excel import ExcelReader

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"


class Error(str):
    """A cell whose formula failed."""


def xml_cell(place, cell):
    if cell is None:
        return ""
    if isinstance(cell, Error):
        return f'<c r="{place}" t="e"><v>{cell}</v></c>'
    if isinstance(cell, dt.datetime):
        days = (cell - dt.datetime(1899, 12, 30)) / dt.timedelta(days=1)
        return f'<c r="{place}" s="1"><v>{days}</v></c>'
    if isinstance(cell, bool):
        return f'<c r="{place}" t="b"><v>{int(cell)}</v></c>'
    if isinstance(cell, str):
        text = f'<t xml:space="preserve">{escape(cell)}</t>'
        return f'<c r="{place}" t="inlineStr"><is>{text}</is></c>'
    return f'<c r="{place}"><v>{cell}</v></c>'


def xml_sheet(rows):
    lines = "".join(
        f'<row r="{y}">'
        + "".join(xml_cell(f"{chr(65 + x)}{y}", cell) for x, cell in enumerate(row))
        + "</row>"
        for y, row in enumerate(rows, 1)
    )
    return f'<worksheet xmlns="{MAIN}"><sheetData>{lines}</sheetData></worksheet>'


def write(path, **sheets):
    """Write a workbook with these rows on these sheets."""
    names = dict(enumerate(sheets, 1))
    parts = "".join(
        f'<Override PartName="/xl/worksheets/sheet{i}.xml" '
        f'ContentType="{SHEET_TYPE}.worksheet+xml"/>'
        for i in names
    )
    links = "".join(
        f'<Relationship Id="s{i}" Type="{OFFICE}/worksheet" '
        f'Target="worksheets/sheet{i}.xml"/>'
        for i in names
    )
    listed = "".join(
        f'<sheet name="{name}" sheetId="{i}" r:id="s{i}"/>' for i, name in names.items()
    )
    files = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default '
        'Extension="rels" ContentType="application/vnd.openxmlformats-package.'
        'relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{SHEET_TYPE}.sheet.main'
        f'+xml"/>{parts}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship '
        f'Id="w" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
        "</Relationships>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'{links}<Relationship Id="f" Type="{OFFICE}/styles" Target="styles.xml"/>'
        "</Relationships>",
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><cellXfs><xf numFmtId="0"/>'
        '<xf numFmtId="22"/></cellXfs></styleSheet>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">'
        f"<sheets>{listed}</sheets></workbook>",
    }
    for i, name in names.items():
        files[f"xl/worksheets/sheet{i}.xml"] = xml_sheet(sheets[name])
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return str(path)


NOON = dt.datetime(2021, 1, 1, 12)


def test_cells_are_typed_as_excel_stores_them(tmp_path, capfd):
    rows = [
        [],
        ["file", "n", "when", "mixed", "yes", "none"],
        ["a.png", 1, NOON, 1, True],
        ["007", 2.5, None, "u", False],
        [],
        [None, Error("#N/A"), NOON, Error("#N/A"), True],
        ["  "],
    ]
    frame = ExcelReader().read(write(tmp_path / "t.xlsx", Scenes=rows, Empty=[]))
    assert frame.columns == rows[1]
    assert frame.rows() == [
        ("a.png", 1.0, NOON, "1", True, None),
        ("007", 2.5, None, "u", False, None),
        (None,) * 6,
        (None, None, NOON, None, True, None),
    ]
    kinds = [pl.String, pl.Float64, pl.Datetime("ms"), pl.String, pl.Boolean, pl.String]
    assert frame.dtypes == kinds
    assert capfd.readouterr() == ("", "")


def test_one_of_several_sheets_is_named(tmp_path):
    path = write(tmp_path / "t.xlsx", One=[["a"], [1]], Two=[["b"], [2]], Three=[])
    assert ExcelReader().read(path, sql="Two").rows() == [(2.0,)]
    with pytest.raises(
        TableError, match=r"2 sheets with cells: 'One', 'Two'.*--sql 'One'"
    ):
        ExcelReader().read(path)
    with pytest.raises(TableError, match=r"no sheet 'two'\. Did you mean 'Two'\?"):
        ExcelReader().read(path, sql="two")
    with pytest.raises(TableError, match="sheet 'Three' holds no cells"):
        ExcelReader().read(path, sql="Three")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([["a", "a"], [1, 2]], "'a' is the name of columns 1 and 2"),
        ([["a", None, "c"], [1, 2, 3]], "column 2 of 3 has no name"),
        ([["a", "b"]], "columns but no rows"),
        ([], "workbook holds no cells"),
        (
            [
                ["a", "b"],
                [1, Error("#DIV/0!")],
                [Error("#N/A"), 1],
                [2, Error("#REF!")],
            ],
            r"Column 'b'.*2 cells hold an error.*\(rows 1, 3: 'Div0', 'Ref'\)",
        ),
    ],
)
def test_what_is_wrong_with_a_sheet_is_said(tmp_path, rows, said):
    with pytest.raises(TableError, match=said):
        ExcelReader().read(write(tmp_path / "t.xlsx", S=rows))


@pytest.mark.parametrize("keep", [100, 1500])
def test_a_cut_or_other_file_is_refused(tmp_path, keep):
    path = tmp_path / "t.xlsx"
    write(path, S=[["a"], [1]])
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(TableError, match=r"no workbook that can be read.*as \.xlsx"):
        ExcelReader().read(str(path))
