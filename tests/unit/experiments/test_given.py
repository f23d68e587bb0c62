"""What a Python call hands over: all options of the table hold for frames as well."""

import polars as pl
import pytest

from sidelight.errors import ConfigError
from sidelight.experiments._given import given_options, given_table

COLUMNS = {
    "file": [f"{'ab'[i % 2]}_{i}.jpg" for i in range(8)],
    "depth": ["1,5", "?"] * 4,
    "y": ["u", "v", "v", "u"] * 2,
}


@pytest.fixture
def given(tmp_path):
    for name in COLUMNS["file"]:
        (tmp_path / name).write_bytes(b"x")

    def given(target, **table):
        names = {"image": "file", "target": target, "images": tmp_path}
        frame = pl.DataFrame(COLUMNS)
        _, config = given_options(frame, {"table": table}, **names)
        return given_table(frame, config)

    return given


def test_every_option_of_the_table_holds(given):
    table = given("y", decimal=",", null_values=["?"], from_name="{site}_{n:int}.jpg")
    assert table.frame["depth"].to_list() == [1.5, None] * 4
    assert table.frame["site"].to_list() == ["a", "b"] * 4


def test_a_target_is_needed(given):
    with pytest.raises(ConfigError, match="no target was given"):
        given(None, decimal=",", null_values=["?"])
