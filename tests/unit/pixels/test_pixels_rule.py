"""The one rule by which pictures are resized, by hand on tiny pictures."""

import numpy as np
import pytest
from PIL import Image
from pydantic import ValidationError

from sidelight.errors import ConfigError
from sidelight.pixels import ImageRule, parse_size


def grey(rows):
    return Image.fromarray(np.array(rows, dtype=np.uint8))


def apply(image, height, width, resize, bands=1):
    rule = ImageRule(height=height, width=width, bands=bands, resize=resize)
    return rule.apply(image)[..., 0].tolist()


@pytest.mark.parametrize("resize", ["stretch", "pad", "crop"])
def test_the_right_size_is_left_alone(resize):
    rows = np.random.default_rng(0).integers(0, 256, (3, 5)).tolist()
    assert apply(grey(rows), 3, 5, resize) == rows


def test_stretch_shrinks_by_the_mean_of_the_footprint():
    # Whole blocks are averaged: 2 × 1 pixels, and then nothing is left to resize.
    assert apply(grey([[0, 0, 80, 160]]), 1, 2, "stretch") == [[0, 120]]
    assert apply(grey([[8, 16] * 3] * 3), 1, 2, "stretch") == [[11, 13]]
    # Below a factor of two the triangle filter alone, 1.5 pixels to either side:
    # weights of 5/6 and 1/2 for pixels 1/4 and 3/4 away.
    assert apply(grey([[0, 90, 240]]), 1, 2, "stretch") == [[34, 184]]


def test_stretch_does_not_keep_the_aspect():
    found = apply(grey([[0, 255]]), 4, 2, "stretch")
    assert found == [[0, 255]] * 4


def test_pad_centres_the_whole_picture_between_black():
    wide = grey(np.full((2, 4), 200))
    assert apply(wide, 4, 4, "pad") == [[0] * 4, [200] * 4, [200] * 4, [0] * 4]
    tall = grey(np.full((4, 2), 200))
    assert apply(tall, 4, 4, "pad") == [[0, 200, 200, 0]] * 4


def test_pad_never_loses_a_thin_picture():
    line = grey(np.full((1, 100), 200))
    found = np.array(apply(line, 8, 8, "pad"))
    assert (found == 200).sum() == 8


def test_crop_keeps_the_middle():
    assert apply(grey([[1, 50, 60, 4]]), 1, 2, "crop") == [[50, 60]]
    assert apply(grey([[1], [50], [60], [4]]), 2, 1, "crop") == [[50], [60]]


def test_crop_stays_inside_whatever_is_rounded():
    # 413 / (413 / 2861) is a hair more than 2861.
    found = ImageRule(height=349, width=413, bands=1, resize="crop").apply(
        Image.new("L", (2861, 2973), 7)
    )
    assert (found == 7).all()


@pytest.mark.parametrize("resize", ["stretch", "pad", "crop"])
@pytest.mark.parametrize("size", [(7, 19), (40, 3), (8, 8), (1, 1)])
def test_the_result_always_has_the_size_and_bands_asked_for(resize, size):
    image = Image.new("RGB", (size[1], size[0]), (9, 8, 7))
    rule = ImageRule(height=12, width=10, bands=3, resize=resize)
    pixels = rule.apply(image)
    assert (pixels.shape, pixels.dtype) == ((12, 10, 3), np.uint8)


def test_bands_are_converted_both_ways():
    grey_to_rgb = ImageRule(height=2, width=2, bands=3).apply(grey([[5, 5], [5, 5]]))
    assert grey_to_rgb.tolist() == [[[5, 5, 5]] * 2] * 2
    rgb = Image.new("RGB", (2, 2), (255, 0, 0))
    # ITU-R 601: 0.299 of red.
    assert ImageRule(height=2, width=2, bands=1).apply(rgb).tolist() == [[[76]] * 2] * 2


def test_the_key_differs_wherever_pixels_may_differ():
    rules = [
        ImageRule(height=h, width=w, bands=b, resize=r)
        for h in (8, 9)
        for w in (8, 9)
        for b in (1, 3)
        for r in ("stretch", "pad", "crop")
    ]
    assert len({rule.key for rule in rules}) == len(rules)
    assert rules[0].key == ImageRule(height=8, width=8, bands=1, resize="stretch").key


def test_an_unknown_way_of_resizing_is_refused():
    with pytest.raises(ValidationError):
        ImageRule(height=8, width=8, bands=3, resize="squash")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("64", (64, 64)),
        ("64x48", (64, 48)),
        ("64X48", (64, 48)),
        (" 64 × 48 ", (64, 48)),
        ("8", (8, 8)),
        ("4096x8", (4096, 8)),
    ],
)
def test_sizes_are_read_height_first(text, expected):
    assert parse_size(text) == expected


@pytest.mark.parametrize(
    "text", ["", "big", "64x", "x64", "-64", "64.5", "64x48x3", "7", "4097", "64x0"]
)
def test_other_sizes_are_refused(text):
    with pytest.raises(ConfigError, match="size"):
        parse_size(text)
