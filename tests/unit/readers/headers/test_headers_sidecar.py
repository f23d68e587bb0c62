import json

import pytest

from sidelight.errors import ConfigError, TableError
from sidelight.registry import HEADERS


@pytest.fixture
def read(tmp_path):
    """Return a function that writes files beside pictures and reads them."""

    def read(files, names=("a.jpg", "b.jpg")):
        for name, text in files.items():
            said = text if isinstance(text, str) else json.dumps(text)
            (tmp_path / name).write_text(said)
        return HEADERS.get("sidecar").obj().read([str(tmp_path / n) for n in names])

    return read


def test_flat_and_one_level_deep(read):
    first = {"gain": 3, "on": True, "who": "Ann", "lens": {"mm": 50.5, "maker": "Z"}}
    found = read(
        {
            "a.jpg.json": {**first, "tags": ["x", "y"], "deep": {"er": {"no": 1}}},
            "a.json": {"gain": 99},
            "b.json": {"gain": None, "who": " ", "extra": 1e999},
        }
    )
    assert found.frame.to_dict(as_series=False) == {
        "gain": [3.0, None],
        "on": [True, None],
        "who": ["Ann", None],
        "lens.mm": [50.5, None],
        "lens.maker": ["Z", None],
        "tags": ["x;y", None],
    }
    assert found.notes == []


def test_cells_of_several_types_are_text(read):
    found = read({"a.json": {"v": 1.5, "w": True}, "b.json": {"v": "x", "w": 2}})
    assert found.frame["v"].to_list() == ["1.5", "x"]
    assert found.frame["w"].to_list() == ["true", "2"]


def test_a_key_that_is_empty_is_no_column(read):
    found = read({"a.json": {"": 1, "x": 2, "o": {"": 3}}, "b.json": {}})
    assert found.frame.to_dict(as_series=False) == {"x": [2, None], "o": [3, None]}


def test_damage_is_counted(read):
    found = read({"a.json": "{", "b.json": "[1]"})
    assert found.frame.width == 0
    (note,) = found.notes
    assert "2 of 2 pictures have a JSON file beside it that cannot be read" in note
    assert read({"a.json": {"x": 1}, "b.json": "[1]"}).frame["x"].to_list() == [1, None]


def test_no_file_at_all_is_said(read):
    assert read({}).notes == ["None of the 2 pictures has a JSON file beside it."]


def test_keys_that_are_values_are_refused(read):
    wide = {f"file{i}.jpg": i for i in range(501)}
    with pytest.raises(TableError, match=r"501 keys: 'file0\.jpg'"):
        read({"a.json": wide})


def test_all_keys_are_read_anyway():
    with pytest.raises(ConfigError, match="further fields cannot be asked"):
        HEADERS.get("sidecar").obj(["x"])
