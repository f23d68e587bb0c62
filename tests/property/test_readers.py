"""Reading gives back what was written, and the order of rows and columns is idle."""

import csv
import io

import polars as pl
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sidelight.errors import TableError
from sidelight.readers.tables.csv import CsvReader
from sidelight.table import check_table, infer_schema

# Everything UTF-8 can hold but NUL; "\r" alone is a line end to some programs.
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
NAMES = st.lists(TEXT.filter(str.strip), min_size=1, max_size=4, unique=True)


@st.composite
def tables(draw):
    names = draw(NAMES)
    row = st.lists(TEXT, min_size=len(names), max_size=len(names))
    rows = draw(st.lists(row, min_size=1, max_size=6))
    if len(names) == 1:  # an empty last line is not told from no line
        rows.append(["end"])
    return names, rows


def written(names, rows, quoting, line_end):
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, quoting=quoting, lineterminator=line_end)
    writer.writerow(names)
    writer.writerows(rows)
    return stream.getvalue()


@given(
    tables(),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_csv_gives_back_what_was_written(tmp_path_factory, table, quoting, line_end):
    names, rows = table
    text = written(names, rows, quoting, line_end)
    # The writer leaves a carriage return unquoted where it ends no line of its own.
    cells = [cell for row in (names, *rows) for cell in row]
    assume(quoting == csv.QUOTE_ALL or not any("\r" in cell for cell in cells))
    # The separator of a single column is told from the characters in its name.
    assume(len(names) > 1 or not set(";\t") & set(names[0]))
    path = tmp_path_factory.mktemp("csv") / "t.csv"
    path.write_text(text, encoding="utf-8", newline="")
    frame = CsvReader().read(str(path))
    assert frame.columns == names
    assert frame.rows() == [tuple(cell or None for cell in row) for row in rows]


PIECES = st.sampled_from(
    ["", "a", " ", '""', '"a"', '"a,b"', '"a\nb"', '"a""b"', 'a"b', ' "a"', '"a"b', '"']
)
LINES = st.lists(st.lists(PIECES, min_size=1, max_size=3), min_size=1, max_size=5)


@given(LINES, st.sampled_from(["\n", "\r\n"]))
def test_csv_is_read_like_the_standard_library_or_refused(
    tmp_path_factory, lines, line_end
):
    text = line_end.join(["x,y", *map(",".join, lines)]).rstrip("\r\n")
    path = tmp_path_factory.mktemp("csv") / "t.csv"
    path.write_text(text, encoding="utf-8", newline="")
    try:
        expected = list(csv.reader(io.StringIO(text, newline=""), strict=True))[1:]
    except csv.Error:
        expected = []
    if expected and all(len(row) == 2 for row in expected):
        frame = CsvReader().read(str(path))
        assert frame.rows() == [tuple(c or None for c in row) for row in expected]
    else:
        with pytest.raises(TableError):
            CsvReader().read(str(path))


CELLS = {
    "n": st.sampled_from(["1", "2.5", "-3e2", "", "NA"]),
    "c": st.sampled_from(["a", "b", " a", "ü", "", "null"]),
    "t": st.sampled_from(["2021-03-04", "1999-12-31", ""]),
    "b": st.sampled_from(["yes", "no", ""]),
    "lat": st.sampled_from(["1", "-90", "89.5"]),
    "lon": st.sampled_from(["1", "-180", "359"]),
}


@given(st.data())
def test_order_of_rows_and_columns_changes_nothing(data):
    rows = data.draw(st.lists(st.fixed_dictionaries(CELLS), min_size=1, max_size=8))
    frame = pl.DataFrame(rows, schema=dict.fromkeys(CELLS, pl.String))
    order = data.draw(st.permutations(range(len(rows))))
    names = data.draw(st.permutations(frame.columns))

    def check(frame):
        schema = infer_schema(frame, source="t", image=None, target=None)
        return check_table(frame, schema, source="t", image_root=".")

    table, other = check(frame), check(frame[order].select(names))
    assert {c.name: c for c in table.schema.columns} == {
        c.name: c for c in other.schema.columns
    }
    assert table.schema.ignored == other.schema.ignored
    assert table.frame[order].select(names).equals(other.frame)
