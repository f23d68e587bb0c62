"""What holds for every registry and every entry."""

from __future__ import annotations

import pytest

from sidelight.errors import UnknownNameError
from sidelight.registry import ALL, Registry


@pytest.mark.parametrize("kind", list(ALL))
def test_file_names_are_the_names_and_each_entry_describes_itself(kind):
    entries = ALL[kind].entries()
    assert entries
    for entry in entries:
        assert entry.summary
        assert len(entry.summary) <= 80
        assert entry.name in ALL[kind].names()


@pytest.mark.parametrize("kind", list(ALL))
def test_unknown_name_suggests_the_nearest(kind):
    name = ALL[kind].names()[0]
    with pytest.raises(UnknownNameError, match=name):
        ALL[kind].get(name + "x")


def test_a_name_can_be_taken_once():
    registry = Registry("thing", "sidelight.nn.fusions")
    registry.register("mine", summary="one")(object())
    with pytest.raises(ValueError, match="registered already"):
        registry.register("mine", summary="two")(object())
