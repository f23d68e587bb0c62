import polars as pl
import pytest

from sidelight.errors import ConfigError, TableError
from sidelight.readers.tables import _layout
from sidelight.readers.tables.csv import CsvReader


@pytest.fixture
def read(tmp_path):
    def read(content, name="t.csv"):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return CsvReader().read(str(path))

    return read


def refused(read, content, said, name="t.csv"):
    with pytest.raises(TableError, match=said) as caught:
        read(content, name)
    assert name in str(caught.value)
    return caught.value


def test_every_cell_is_text(read):
    frame = read("id,x,when\n007,1.50,2021-03-04\n8,,x\n")
    assert frame.dtypes == [pl.String] * 3
    assert frame.rows() == [("007", "1.50", "2021-03-04"), ("8", None, "x")]


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        ('a,b\n"x, y",2\n', [("x, y", "2")]),
        ('a,b\n"x\ny","q""r"\n', [("x\ny", 'q"r')]),
        ('a,b\r\n1,2\r\n3,"4\r\n5"\r\n', [("1", "2"), ("3", "4\r\n5")]),
        ("a,b\n1,2", [("1", "2")]),
        ("a,b\n1,2\n\n\n", [("1", "2")]),
        ("\ufeffa,b\n1,2\n", [("1", "2")]),
        ("a;b\n1,5;2\n", [("1,5", "2")]),
        ("a\tb\n1,5\t2\n", [("1,5", "2")]),
        ('a,b\n"",2\n', [(None, "2")]),
        ('a,b\n5" pipe,2\n6",3\n', [('5" pipe', "2"), ('6"', "3")]),
        ("a,b\r1,2\r3,4\r", [("1", "2"), ("3", "4")]),
        ("a\n1\n\n2\n", [("1",), (None,), ("2",)]),
        ('"a, b",c\n1,2\n', [("1", "2")]),
        ("a,b\n 1 ,ü北\n", [(" 1 ", "ü北")]),
        ("a,b\n#1,2\n", [("#1", "2")]),
    ],
)
def test_what_is_written_is_read(read, content, rows):
    assert read(content).rows() == rows


def test_tabs_separate_by_suffix(read):
    assert read("a,x\tb\n1\t2\n", "t.tsv").columns == ["a,x", "b"]


def test_a_header_is_taken_literally(read):
    assert read('"a, b"," c",a_duplicated_0\n1,2,3\n').columns == [
        *("a, b", " c", "a_duplicated_0")
    ]


@pytest.mark.parametrize("chunk", [1, 3, 7, 64])
def test_chunks_do_not_matter(read, monkeypatch, chunk):
    monkeypatch.setattr(_layout, "CHUNK", chunk)
    content = b'a,b\n"x,\ny",2\n"q""r",\n,4'
    assert _layout.is_regular(content, 2, ord(",")) == 4
    assert _layout.is_regular(content + b",5", 2, ord(",")) is None
    assert _layout.is_regular(content + b'\n"', 2, ord(",")) is None
    assert read(content).height == 3


def test_good_files_do_not_take_the_slow_way(read, monkeypatch):
    monkeypatch.setattr("sidelight.readers.tables.csv._slowly", None)
    assert read('a,b\r\n"x, y",2\r\n,"4\n5"\r\n').height == 2


def test_ragged_rows_are_named(read):
    error = refused(
        read,
        "a,b\n1,2\n3\n4,5,6\n\n7,8\n9,10,11\n",
        "4 rows have 0 or 1 or 3 cells where the header has 2",
    )
    assert error.rows == [2, 3, 4, 6]


def test_ragged_rows_after_a_quoted_line_end_are_numbered_as_rows(read):
    assert refused(read, 'a,b\n"x\ny",2\n3\n', "1 row has 1 cells? where").rows == [2]


def test_one_column_too_many_in_every_row_is_ragged(read):
    assert refused(read, "a,b\n1,2,\n3,4,\n", "2 rows have 3 cells").rows == [1, 2]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"\n \n", "empty"),
        (b"a,b\n", "columns but no rows"),
        (b"a,b,a,c,c\n1,2,3,4,5\n", "'a' is the name of columns 1 and 3; 'c' is"),
        (b",b, \n1,2,3\n", "columns 1 and 3 of 3 have no name"),
        (b"a,b\n1,2\n3,\xe9\n", r"byte 0xe9 at offset 10, line 3.*iconv"),
        ("a,b\n1,2\n".encode("utf-16"), "UTF-16"),
        (b"a,b\n1,\0\n", "line 2 holds a NUL"),
        (b'a,b\n1,"2\n3,4\n', r"row 1 \(line 2\) cannot be read"),
        (b'a,b\n1,2\n3,"4"x\n', r"row 2 \(line 3\) cannot be read"),
        (b'a,"b\n1,2\n', "header line cannot be read"),
        (b"\na,b\n1,2\n", "first line is empty.*Remove the empty lines"),
    ],
)
def test_what_cannot_be_read_is_refused(read, content, said):
    refused(read, content, said)


def test_a_missing_file_suggests_its_neighbour(tmp_path):
    (tmp_path / "scenes.csv").write_text("a\n1\n")
    with pytest.raises(TableError, match=r"no such file.*Did you mean .*scenes\.csv"):
        CsvReader().read(str(tmp_path / "scene.csv"))


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(TableError, match="no folder"):
        CsvReader().read(str(tmp_path / "data" / "scene.csv"))


def test_a_folder_is_no_table(tmp_path):
    (tmp_path / "t.csv").mkdir()
    with pytest.raises(TableError, match="folder"):
        CsvReader().read(str(tmp_path / "t.csv"))


def test_a_query_needs_a_database(tmp_path):
    with pytest.raises(ConfigError, match="sqlite:///"):
        CsvReader().read(str(tmp_path / "t.csv"), sql="select 1")


def test_a_cell_may_be_as_long_as_an_outline(read):
    outline = "x" * 200_000
    assert read(f'{outline},b\n{outline},5"6\n').rows() == [(outline, '5"6')]
