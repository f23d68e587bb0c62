"""What all headers say together."""

import warnings

import pytest
from PIL import Image

from sidelight.errors import DataWarning, ImageError, TableError
from sidelight.images import survey


@pytest.fixture
def table_of(tmp_path, make_table):
    def make(*pictures):
        paths = []
        for number, (mode, height, width) in enumerate(pictures):
            paths.append(tmp_path / f"{number}.png")
            Image.new(mode, (width, height)).save(paths[-1])
        return make_table(paths)

    return make


def test_one_size_is_kept_without_a_word(table_of):
    found = survey(table_of(("RGB", 20, 30), ("RGB", 20, 30)))
    assert (found.rule.height, found.rule.width, found.rule.bands) == (20, 30, 3)
    assert found.sizes == {(20, 30): 2}
    assert found.rule.resize == "stretch"


def test_the_default_is_the_median_and_mixed_sizes_are_reported(table_of):
    table = table_of(("RGB", 20, 30), ("RGB", 40, 50), ("RGB", 90, 100))
    with pytest.warns(DataWarning, match=r"1 of 20 × 30.*resized to 40 × 50 by pad"):
        found = survey(table, resize="pad")
    assert (found.rule.height, found.rule.width) == (40, 50)


def test_many_sizes_are_summed_up(table_of):
    table = table_of(*(("L", side, side) for side in (10, 11, 12, 13, 14)))
    with pytest.warns(DataWarning, match="and 2 other sizes"):
        survey(table)


@pytest.mark.parametrize(
    ("size", "expected"),
    [((256, 256), (128, 128)), ((300, 600), (64, 128)), ((2, 2000), (8, 128))],
)
def test_the_default_is_at_most_128_and_keeps_the_aspect(table_of, size, expected):
    found = survey(table_of(("RGB", *size)))
    assert (found.rule.height, found.rule.width) == expected


def test_a_given_size_wins(table_of):
    found = survey(table_of(("RGB", 256, 256)), size=(200, 100), resize="crop")
    rule = found.rule
    assert (rule.height, rule.width, rule.resize) == (200, 100, "crop")


@pytest.mark.parametrize(
    ("modes", "bands"),
    [("L L L", 1), ("1 L LA", 1), ("L RGB L", 3), ("L P", 3), ("RGBA RGB", 3)],
)
def test_grey_only_if_every_picture_is(table_of, modes, bands):
    table = table_of(*((mode, 9, 9) for mode in modes.split()))
    assert survey(table).rule.bands == bands


@pytest.fixture
def damaged(table_of):
    """Rows 2 and 4 are no pictures, row 5 is deep."""
    table = table_of(*(("RGB", 9, 9),) * 4, ("I;16", 9, 9))
    table.images[1].write_text("text")
    table.images[3].write_bytes(b"")
    return table


def test_all_bad_files_are_named_in_one_error(damaged):
    with pytest.raises(ImageError) as caught:
        survey(damaged)
    assert caught.value.rows == [2, 4, 5]
    message = str(caught.value)
    for position in (1, 3, 4):
        assert f"row {position + 1}, {str(damaged.images[position])!r}" in message
    assert "3 pictures of 5 cannot be used" in message
    assert "--on-bad drop" in message


def test_a_long_list_is_cut_in_the_message_only(table_of):
    table = table_of(*(("I;16", 9, 9),) * 8, ("L", 9, 9))
    with pytest.raises(ImageError, match="and 3 more") as caught:
        survey(table)
    assert caught.value.rows == list(range(1, 9))


def test_dropped_rows_are_counted_by_reason(damaged):
    found = survey(damaged, on_bad="drop")
    assert found.table.rows.tolist() == [1, 3]
    assert found.table.images == (damaged.images[0], damaged.images[2])
    assert sum(found.table.dropped.values()) == 3
    assert found.table.dropped["the file is not a picture"] == 2


def test_counts_add_up_with_earlier_ones(damaged):
    reason = "the file is not a picture"
    damaged.dropped[reason] = 10
    assert survey(damaged, on_bad="drop").table.dropped[reason] == 12


def test_dropping_everything_is_an_error(table_of):
    with pytest.raises(TableError, match="no row has a picture"):
        survey(table_of(("I;16", 9, 9)), on_bad="drop")


def test_a_file_that_is_gone_is_named(table_of):
    table = table_of(("L", 9, 9), ("L", 9, 9))
    table.images[1].unlink()
    with pytest.raises(ImageError, match="cannot be read: No such file") as caught:
        survey(table)
    assert caught.value.rows == [2]


def test_reading_in_threads_leaves_the_warning_filters_alone(table_of):
    table = table_of(*(("L", 9, 9),) * 40)
    before = list(warnings.filters)
    survey(table)
    assert warnings.filters == before
