import json

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidelight.errors import TableError
from sidelight.readers.tables.jsonl import JsonLinesReader


@pytest.fixture
def read(tmp_path):
    def write_and_read(text):
        path = tmp_path / "t.jsonl"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return JsonLinesReader().read(str(path))

    return write_and_read


def test_keys_that_a_line_lacks_are_empty_cells(read):
    frame = read('\ufeff{"a": 1, "b": "x"}\n\n{"a": 2.5, "c": true}\r\n\n')
    assert frame.rows() == [(1.0, "x", None), (2.5, None, True)]
    assert frame.columns == ["a", "b", "c"]


def test_objects_within_become_columns_with_dotted_names(read):
    frame = read('{"f": "a", "s": {"gain": 1, "at": {"x": 2}}}\n{"f": "b", "s": null}')
    assert frame.to_dict(as_series=False) == {
        "f": ["a", "b"],
        "s.gain": [1, None],
        "s.at.x": [2, None],
    }


def test_lists_stay_lists_and_odd_numbers_become_usual_ones(read):
    frame = read('{"l": [1, 2], "big": 12345678901234567890, "none": null}')
    assert frame.rows() == [([1, 2], 12345678901234567890.0, None)]
    assert frame.dtypes == [pl.List(pl.Int64), pl.Float64, pl.String]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            '{"a": 1}\n{"a":\n5',
            r"2 lines are no JSON object \(rows 2, 3: '{\"a\":', '5",
        ),
        ('[{"a": 1}]', r"1 line is no JSON object \(row 1"),
        ('{"a": NaN}', "no JSON object"),
        ('{"a": 1, "b": 2, "a": 3}', r"key 'a' stands twice in one object \(row 1\)"),
        ('{"s": {"a": 1, "a": 3}}', "key 'a' stands twice"),
        ('{"a.b": 1, "a": {"b": 2}}', "'a.b' is the name of columns 1 and 2"),
        ('{"a": 1}\n{"a": true}', r"'a'.*several types \(rows 1, 2: 'int', 'bool'"),
        ('{"a": "\\u0000"}', r"'a'.*NUL character \(row 1"),
        ('{"a": "x"}\n{"a": "\\ud83d"}', r"lone surrogates.*\(row 2\)"),
        (b'{"a": "\xff"}', "not UTF-8: byte 0xff at offset 7, line 1"),
        ('{"": 1}', "no name"),
        ("{}\n{}", "objects are empty"),
        ("\n \n", "white space only"),
    ],
)
def test_what_is_wrong_is_said_with_its_rows(read, text, said):
    with pytest.raises(TableError, match=said):
        read(text)


CELLS = st.fixed_dictionaries(
    {
        "text": st.none() | st.text(st.characters(exclude_categories=["Cs"])),
        "n": st.none() | st.integers(-(2**63), 2**63 - 1),
        "x": st.none() | st.floats(allow_nan=False, allow_infinity=False, width=32),
        "b": st.none() | st.booleans(),
    }
)


@given(st.lists(CELLS, min_size=1, max_size=5), st.booleans())
def test_what_is_written_is_read(tmp_path_factory, rows, ascii_only):
    for row in rows:
        row["text"] = row["text"] and row["text"].replace("\0", "")
    path = tmp_path_factory.mktemp("jsonl") / "t.ndjson"
    lines = [json.dumps(row, ensure_ascii=ascii_only) for row in rows]
    path.write_text("\n".join(lines), encoding="utf-8", newline="")
    frame = JsonLinesReader().read(str(path))
    assert frame.to_dicts() == rows
