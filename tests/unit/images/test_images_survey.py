"""What all headers say together."""

import warnings

import numpy as np
import pytest
from PIL import Image

from sidelight.errors import ConfigError, DataWarning, ImageError, TableError
from sidelight.images import survey
from sidelight.pixels import parse_bands


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
    """Rows 2 and 4 are no pictures, row 5 is deeper than the others."""
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
    table = table_of(*(("I;16", 9, 9),) * 8, *(("L", 9, 9),) * 9)
    with pytest.raises(ImageError, match="and 3 more") as caught:
        survey(table)
    assert caught.value.rows == list(range(1, 9))


def test_dropped_rows_are_counted_by_reason(damaged):
    found = survey(damaged, on_bad="drop")
    assert found.table.rows.tolist() == [1, 3]
    assert found.table.images == (damaged.images[0], damaged.images[2])
    assert sum(found.table.dropped.values()) == 3
    assert found.table.dropped["the file is not a picture"] == 1
    assert found.table.dropped["the file is an empty file (0 bytes)"] == 1


def test_counts_add_up_with_earlier_ones(damaged):
    reason = "the file is not a picture"
    damaged.dropped[reason] = 10
    assert survey(damaged, on_bad="drop").table.dropped[reason] == 11


def test_dropping_everything_is_an_error(table_of):
    table = table_of(("L", 9, 9))
    table.images[0].write_text("text")
    with pytest.raises(TableError, match="no row has a picture"):
        survey(table, on_bad="drop")


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


@pytest.fixture
def arrays_of(tmp_path, make_table):
    """A table of NumPy arrays, each given by its dtype and number of bands."""

    def make(*pictures):
        paths = []
        for number, (dtype, bands) in enumerate(pictures):
            paths.append(tmp_path / f"{number}.npy")
            np.save(paths[-1], np.ones((9, 9, bands), dtype))
        return make_table(paths)

    return make


@pytest.mark.parametrize(
    ("dtype", "depth"),
    [("u1", "uint8"), ("u2", "uint16"), ("i2", "int16"), ("f4", "float16")],
)
def test_bands_and_depth_are_those_of_the_files(arrays_of, dtype, depth):
    rule = survey(arrays_of((dtype, 13), (dtype, 13))).rule
    assert (rule.bands, rule.depth) == (13, depth)


def test_13_bands_in_some_files_and_12_in_others_are_one_error(arrays_of):
    table = arrays_of(("u2", 13), ("u2", 12), ("u2", 13), ("u2", 12), ("u2", 13))
    with pytest.raises(ImageError, match="has 12 bands; most pictures have 13") as e:
        survey(table)
    assert e.value.rows == [2, 4]
    assert survey(table, on_bad="drop").table.rows.tolist() == [1, 3, 5]


def test_8_and_16_bits_do_not_mix(arrays_of):
    table = arrays_of(("u2", 3), ("u1", 3), ("u2", 3))
    problem = "has 8 bits a band; most pictures have more than 8"
    with pytest.raises(ImageError, match=problem) as caught:
        survey(table)
    assert caught.value.rows == [2]


def test_signed_and_unsigned_become_half_precision_with_a_warning(arrays_of):
    table = arrays_of(("u2", 3), ("i2", 3), ("u2", 3))
    with pytest.warns(DataWarning, match="2 of uint16, 1 of int16.*half-precision"):
        assert survey(table).rule.depth == "float16"


def test_picked_bands_are_looked_for_in_every_file(tmp_path, make_table, write_tiff):
    ones = np.ones((9, 9, 3), np.uint16)
    names = [("B2", "B3", "B8"), ("B8", "B3", "B2"), ("B2", "B3", "B4")]
    paths = [
        write_tiff(tmp_path / f"{n}.tif", ones, names=given)
        for n, given in enumerate(names)
    ]
    table = make_table(paths)
    with pytest.raises(ImageError, match=r"no band 'B8'.*B2, B3, B4") as caught:
        survey(table, bands=("B8", "B2"))
    assert caught.value.rows == [3]
    rule = survey(table[:2], bands=("B8", "B2")).rule
    assert (rule.bands, rule.select) == (2, ("B8", "B2"))


def test_8_bit_pictures_with_nodata_are_noticed(tmp_path, make_table, write_tiff):
    ones = np.ones((9, 9, 3), np.uint8)
    paths = [write_tiff(tmp_path / f"{n}.tif", ones, nodata=n) for n in (0, 255)]
    assert survey(make_table(paths)).rule.masked


@pytest.mark.parametrize(
    ("having", "window", "expected"),
    [
        ((True, True), "auto", (True, "uint8")),
        ((True, False), "auto", (False, "int16")),
        ((True, True), "none", (False, "int16")),
        ((True, True), "file", (True, "uint8")),
    ],
)
def test_a_window_is_used_if_every_file_has_one(
    tmp_path, make_table, write_dicom, having, window, expected
):
    paths = []
    for number, has in enumerate(having):
        tags = {"WindowCenter": "40", "WindowWidth": "400"} if has else {}
        stored = np.ones((9, 9), np.int16)
        path = write_dicom(tmp_path / f"{number}.dcm", stored, bits=12, **tags)
        paths.append(path)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        rule = survey(make_table(paths), window=window).rule
    assert (rule.window, rule.depth) == expected
    said = [str(warning.message) for warning in caught]
    if all(having):
        assert said == []
    else:
        assert said[0].startswith("1 of 2 DICOM files have no window; all are packed")


def test_a_window_that_is_asked_for_and_missing_is_named(
    tmp_path, make_table, write_dicom
):
    stored = np.ones((9, 9), np.int16)
    tags = {"WindowCenter": "40", "WindowWidth": "400"}
    paths = [
        write_dicom(tmp_path / "0.dcm", stored, bits=12, **tags),
        write_dicom(tmp_path / "1.dcm", stored, bits=12),
    ]
    with pytest.raises(ImageError, match="has no window") as caught:
        survey(make_table(paths), window="file")
    assert caught.value.rows == [2]


def test_an_empty_file_with_any_name_is_no_picture(tmp_path, make_table):
    paths = [tmp_path / name for name in ("a.tif", "b.npy", "c.dcm", "d.jpg")]
    for path in paths:
        path.touch()
    with pytest.raises(ImageError, match="is an empty file") as caught:
        survey(make_table(paths))
    assert caught.value.rows == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("4,3,2", (4, 3, 2)), ("B8, B4", ("B8", "B4")), ("1,nir", (1, "nir"))],
)
def test_bands_are_read_by_number_and_name(text, expected):
    assert parse_bands(text) == expected


@pytest.mark.parametrize("text", ["", "4,,2", "0"])
def test_no_bands_are_refused(text):
    with pytest.raises(ConfigError, match=r"names no bands.*--bands"):
        parse_bands(text)
