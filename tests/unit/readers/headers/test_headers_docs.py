"""The page of sources has a section for each header, and a row for each column."""

import re
from pathlib import Path

import pytest

from sidelight.registry import HEADERS

PAGE = (Path(__file__).parents[4] / "docs" / "sources.md").read_text("utf-8")
SECTIONS = dict(re.findall(r"^### `(\w+)`$(.*?)(?=^##|\Z)", PAGE, re.M | re.S))


def test_each_header_has_a_section():
    assert sorted(SECTIONS) == HEADERS.names()


@pytest.mark.parametrize("name", HEADERS.names())
def test_each_column_has_a_row_that_says_what_it_is(name):
    rows = re.findall(
        r"^\| `(\S+)` \| (\w+) \| (.*?) ?\| (.*) \|$", SECTIONS[name], re.M
    )
    columns = HEADERS.get(name).obj.columns
    wanted = [(f"{name}_{c.name}", c.kind, c.unit, c.summary) for c in columns]
    assert rows == wanted
