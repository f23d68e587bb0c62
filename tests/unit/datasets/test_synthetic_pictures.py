"""What a picture shows can be read from it: shapes by template, brightness by mean."""

import itertools

import numpy as np
import pytest

from sidelight.datasets._synthetic._glyphs import SHAPES, mask
from sidelight.datasets._synthetic.where import PLACES
from sidelight.datasets._synthetic.where import SHAPES as SHAPES_WHERE
from sidelight.datasets.synthetic import _to_bytes
from sidelight.registry import SYNTHETIC

PI = np.pi


@pytest.mark.parametrize(
    ("shape", "area"),
    [
        ("disc", PI),
        ("square", 1.8**2),
        ("cross", 2 * 2 * 0.6 - 0.6**2),
        ("ring", PI * (1 - 0.5**2)),
        ("flat", 2 * 0.6),
        ("upright", 2 * 0.6),
    ],
)
def test_shapes_cover_their_area(shape, area):
    covered = mask(shape, 64, 0.5, 0.5, 0.25)
    assert covered.sum() == pytest.approx(area * 16**2, rel=0.02)
    assert covered.min() == 0
    assert covered.max() == 1


def test_bars_lie_and_stand_and_shapes_are_where_they_shall_be():
    flat = mask("flat", 32, 0.5, 0.5, 0.25)
    np.testing.assert_allclose(mask("upright", 32, 0.5, 0.5, 0.25), flat.T)
    assert flat.any(axis=0).sum() > 2 * flat.any(axis=1).sum()
    down, across = np.nonzero(mask("disc", 32, 0.25, 0.75, 0.1) > 0.5)
    assert (across.mean(), down.mean()) == pytest.approx((7.5, 23.5), abs=0.1)


def templates(shapes, size, radius, reach):
    """Return each shape at many places and sizes, without mean and of length one."""
    steps = np.linspace(-reach, reach, 7)
    made = {}
    for shape in shapes:
        planes = [
            mask(shape, size, 0.5 + dx, 0.5 + dy, radius * grown).ravel()
            for dx, dy, grown in itertools.product(steps, steps, (0.9, 1.0, 1.1))
        ]
        block = np.array(planes) - np.mean(planes, axis=1, keepdims=True)
        made[shape] = block / np.linalg.norm(block, axis=1, keepdims=True)
    return made


def best_match(picture, made):
    flat = picture.ravel().astype(float)
    return max(made, key=lambda shape: (made[shape] @ flat).max())


@pytest.mark.parametrize(
    "kind", ["irrelevant", "additive", "interacting", "missing", "shortcut"]
)
def test_the_shape_can_be_read_without_error(kind):
    import importlib

    names = importlib.import_module(f"sidelight.datasets._synthetic.{kind}").SHAPES
    made = templates(names, 32, 0.28, 0.08)
    model, rng = SYNTHETIC.get(kind).obj(), np.random.default_rng(0)
    for scene in np.arange(60) % len(names):
        picture = _to_bytes(model.paint(scene, 32, rng))
        assert best_match(picture, made) == names[scene]


def test_each_of_the_nine_shapes_is_in_its_place_and_read_without_error():
    made = templates(SHAPES_WHERE, 11, 0.36, 0.08)
    model = SYNTHETIC.get("where").obj()
    scenes = model.draw(np.random.default_rng(0), 40, "test").scene
    rng = np.random.default_rng(1)
    for scene in scenes:
        picture = _to_bytes(model.paint(scene, 33, rng))
        for shape, place in zip(scene, PLACES, strict=True):
            top, left = 11 * "ABC".index(place[0]), 11 * (int(place[1]) - 1)
            cell = picture[top : top + 11, left : left + 11]
            assert best_match(cell, made) == SHAPES_WHERE[shape]


def test_the_mean_of_the_field_is_what_the_sensor_saw():
    model = SYNTHETIC.get("nuisance").obj()
    drawn = model.draw(np.random.default_rng(0), 300, "test")
    rng = np.random.default_rng(1)
    means = [_to_bytes(model.paint(seen, 32, rng)).mean() for seen in drawn.scene]
    # A tenth of a grey level, where the classes are 5 to 48 levels apart.
    np.testing.assert_allclose(means, 255 * drawn.scene, atol=0.1)


def test_two_pictures_of_the_same_are_not_the_same():
    rng = np.random.default_rng(0)
    for kind in SYNTHETIC.names():
        model = SYNTHETIC.get(kind).obj()
        scene = model.draw(rng, 2, "test").scene[0]
        first, second = (model.paint(scene, 32, rng) for _ in range(2))
        assert np.abs(first - second).mean() > 0.01


def test_every_shape_is_shown_somewhere():
    import importlib

    shown = set()
    for kind in SYNTHETIC.names():
        room = importlib.import_module(f"sidelight.datasets._synthetic.{kind}")
        shown |= set(getattr(room, "SHAPES", ()))
    assert shown == set(SHAPES)
