"""Deep pixels resized and packed: every band alike, and what is absent stays absent."""

import numpy as np
import pytest
from PIL import Image

from sidelight.pixels import ImageRule, Raster, UnusableImageError, packed


def rule(height, width, depth="float16", resize="stretch", bands=1, **other):
    return ImageRule(
        height=height, width=width, bands=bands, depth=depth, resize=resize, **other
    )


def apply(values, chosen, valid=None):
    values = np.asarray(values, np.float32)[..., None]
    valid = None if valid is None else np.asarray(valid, bool)
    return packed(Raster(values, valid), chosen)[..., 0]


def test_deep_pictures_shrink_as_8_bit_ones_do():
    # The numbers of the same tests on 8 bits.
    assert apply([[0, 0, 80, 160]], rule(1, 2)).tolist() == [[0, 120]]
    assert apply([[8, 16] * 3] * 3, rule(1, 2)).tolist() == [
        pytest.approx([10.667, 13.333], abs=0.01)
    ]
    found = apply([[0, 90, 240]], rule(1, 2))
    assert found.tolist() == [pytest.approx([33.75, 183.75], abs=0.1)]


@pytest.mark.parametrize("resize", ["stretch", "pad", "crop"])
@pytest.mark.parametrize("size", [(9, 23), (40, 13), (8, 8), (20, 16)])
def test_16_bits_give_what_8_bits_give_but_for_rounding(resize, size):
    values = np.random.default_rng(1).integers(1, 256, (*size, 3)).astype(np.uint8)
    shallow = rule(8, 8, "uint8", resize, 3).apply(Image.fromarray(values))
    deep = packed(Raster(values.astype(np.uint16)), rule(8, 8, "uint16", resize, 3))
    assert np.abs(deep.astype(int) - shallow).max() <= 1


def test_bands_do_not_depend_on_one_another():
    values = np.random.default_rng(2).integers(1, 9999, (30, 20, 13)).astype(np.uint16)
    together = packed(Raster(values), rule(9, 9, "uint16", bands=13))
    for band in range(13):
        alone = packed(Raster(values[..., [band]]), rule(9, 9, "uint16"))
        assert (together[..., [band]] == alone).all()


def test_what_is_absent_has_no_weight():
    valid = [[1, 1, 0, 0], [1, 0, 0, 0]]
    values = [[10, 20, -9999, -9999], [30, -9999, -9999, -9999]]
    found = apply(values, rule(1, 2), valid)
    assert found[0, 0] == 20  # the mean of the three that are there
    assert np.isnan(found[0, 1])


def test_less_than_half_a_pixel_is_no_pixel():
    valid = [[1, 0], [0, 0]]
    found = apply([[10, 0], [0, 0]] * 1, rule(1, 1), valid)
    assert np.isnan(found).all()


def test_padding_of_deep_pictures_is_no_data():
    found = apply(np.full((2, 4), 200), rule(4, 4, "uint16", "pad"))
    assert found[:, 0].tolist() == [0, 200, 200, 0]
    assert np.isnan(apply(np.full((2, 4), 200), rule(4, 4, resize="pad"))[0]).all()


@pytest.mark.parametrize("depth", ["uint16", "int16"])
def test_a_value_that_marks_absence_is_moved_by_one(depth):
    lowest = 0 if depth == "uint16" else -32768
    found = apply([[lowest, lowest + 1, 7]], rule(1, 3, depth))
    assert found[0].tolist() == [1, 1, 7 - lowest]


@pytest.mark.parametrize(
    ("value", "depth", "ends"),
    [(-1, "uint16", "0 to 65535"), (40000, "int16", "-32768 to 32767")],
)
def test_values_that_the_pack_cannot_hold_are_refused(value, depth, ends):
    with pytest.raises(UnusableImageError, match=f"{value}, outside the {ends}"):
        apply([[value, 5]], rule(1, 2, depth))


def test_another_number_of_bands_is_refused():
    raster = Raster(np.ones((4, 4, 12), np.uint16))
    with pytest.raises(UnusableImageError, match="has 12 bands; 13 bands are wanted"):
        packed(raster, rule(4, 4, "uint16", bands=13))


def test_half_precision_keeps_eleven_bits():
    values = np.random.default_rng(0).uniform(-60000, 60000, (50, 50))
    found = apply(values, rule(50, 50)).astype(np.float64)
    assert (np.abs(found / values - 1) <= 2**-11).all()


@pytest.mark.parametrize("depth", ["uint16", "int16", "float16"])
@pytest.mark.parametrize("dtype", ["uint16", "int16", "int32", "float64"])
def test_any_dtype_fits_a_pack_if_its_values_do(dtype, depth):
    values = np.array([[[1], [5], [30000]]], dtype)
    valid = np.array([[True, False, True]])
    found = packed(Raster(values, valid), rule(1, 3, depth))[0, :, 0]
    expected = {"uint16": (1, 30000), "int16": (32769, 62768), "float16": (1, 30000)}
    assert (found[0], found[2]) == expected[depth]
    assert np.isnan(found[1]) if depth == "float16" else found[1] == 0


def test_the_lowest_of_32_bits_is_beyond_half_precision_too():
    values = np.full((1, 1, 1), -(2**31), np.int32)
    with pytest.raises(UnusableImageError, match="more than half-precision"):
        packed(Raster(values), rule(1, 1))


@pytest.mark.parametrize("bands", [1, 3])
def test_grey_or_colour_is_no_picture_of_four_bands(bands):
    # Fewer bytes than a slot holds would shift every picture behind it.
    chosen = ImageRule(height=4, width=4, bands=4)
    with pytest.raises(UnusableImageError, match=f"has {bands} band.*4 bands are"):
        packed(Raster(np.ones((4, 4, bands), np.uint8)), chosen)
