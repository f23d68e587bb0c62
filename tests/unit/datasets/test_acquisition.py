"""The sun, the circumstances and what they do to a picture."""

from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest

from sidelight.datasets._acquisition import (
    ALTITUDES_KM,
    ELEVATIONS_DEG,
    SENSORS,
    Acquisition,
    cloud_field,
    draw_acquisition,
    photograph,
    sun_elevation,
)

GREY = np.full((16, 16, 3), 128, np.uint8)
CLEAR = Acquisition(datetime(2024, 6, 1), 900.0, "aurora", 0.0, "clear", 90.0)


@pytest.mark.parametrize(
    ("moment", "latitude", "longitude", "expected"),
    [
        # Equinox: overhead on the equator at local solar noon.
        (datetime(2024, 3, 20, 12, 7), 0, 0, 90),
        (datetime(2024, 3, 20, 18, 7), 0, 0, 0),
        (datetime(2024, 3, 20, 0, 7), 0, 0, -90),
        (datetime(2024, 3, 20, 12, 7), 50, 0, 40),
        (datetime(2024, 3, 20, 6, 7), 0, 90, 90),
        (datetime(2024, 3, 20, 0, 7), 0, 180, 90),
        (datetime(2024, 3, 20, 0, 7), 0, -180, 90),
        # June solstice: overhead on the tropic of Cancer, at the horizon further south.
        (datetime(2024, 6, 20, 12, 2), 23.44, 0, 90),
        (datetime(2024, 6, 20, 12, 2), -66.56, 0, 0),
        (datetime(2024, 6, 20, 0, 2), 66.56, 0, 0),
        (datetime(2024, 6, 20, 3, 0), 90, 0, 23.44),
        # December solstice.
        (datetime(2024, 12, 21, 11, 58), -23.44, 0, 90),
        (datetime(2024, 12, 21, 11, 58), 51.5, 0, 15.06),
    ],
)
def test_the_sun_stands_where_it_should(moment, latitude, longitude, expected):
    found = sun_elevation(moment, latitude, longitude)
    assert found == pytest.approx(expected, abs=0.8)


def test_mornings_and_evenings_are_alike():
    noon_min = 12 * 60 + 7
    morning, evening = (
        sun_elevation(
            datetime(2024, 3, 20, minute // 60, minute % 60), latitude=30, longitude=0
        )
        for minute in (noon_min - 180, noon_min + 180)
    )
    assert morning == pytest.approx(evening, abs=0.5)


@pytest.mark.parametrize("latitude", [-56, 0, 45, 80])
def test_circumstances_are_in_range(latitude):
    rng = np.random.default_rng(0)
    for _ in range(20):
        drawn = draw_acquisition(rng, latitude)
        assert ELEVATIONS_DEG[0] <= drawn.elevation_deg <= ELEVATIONS_DEG[1]
        assert ALTITUDES_KM[0] <= drawn.sensor_altitude_km <= ALTITUDES_KM[1]
        assert drawn.acquired_at.year == 2024
        assert drawn.atmosphere >= 0
        assert drawn.sensor in SENSORS
        assert (
            sun_elevation(drawn.acquired_at, latitude, longitude=0)
            == drawn.elevation_deg
        )


def test_hours_are_local_so_that_noon_is_high_wherever_it_is():
    rng = np.random.default_rng(0)
    drawn = [draw_acquisition(rng, latitude=0) for _ in range(400)]
    hours = np.array([d.acquired_at.hour + d.acquired_at.minute / 60 for d in drawn])
    elevation = np.array([d.elevation_deg for d in drawn])
    assert np.abs(hours - 12).max() < 5.5
    # At the equator 15° of elevation pass in an hour on an equinox, and none is missed.
    assert np.corrcoef(np.abs(hours - 12), elevation)[0, 1] < -0.95


def test_haze_is_drawn_from_the_stated_gamma():
    rng = np.random.default_rng(0)
    depth = np.array([draw_acquisition(rng, 0).atmosphere for _ in range(4000)])
    assert depth.mean() == pytest.approx(1.5 * 0.3, abs=0.02)
    assert depth.var() == pytest.approx(1.5 * 0.3**2, abs=0.02)


def test_the_footprint_grows_with_the_altitude():
    sides = [
        replace(CLEAR, sensor_altitude_km=km).footprint(48) for km in (450, 600, 900)
    ]
    assert sides == [24, 32, 48]


def test_no_altitude_sees_more_than_a_plain_chip():
    highest = replace(CLEAR, sensor_altitude_km=ALTITUDES_KM[1])
    assert highest.footprint(48) == 48


def shot(**changes):
    return photograph(GREY, replace(CLEAR, **changes), np.random.default_rng(0))


def test_a_grey_surface_under_the_zenith_sun_stays_as_it_is():
    # The sensor's gamma undoes the linearisation, and its mixing keeps grey grey.
    assert np.abs(shot().astype(int) - 128).max() <= 1


def test_a_lower_sun_makes_the_picture_darker_by_the_sine():
    # 128 · sin(30°)^(1/2.2)
    assert shot(elevation_deg=30.0)[0, 0, 0] == pytest.approx(
        128 * 0.5 ** (1 / 2.2), abs=1
    )
    means = [shot(elevation_deg=float(d)).mean() for d in (15, 30, 60, 85)]
    assert means == sorted(means)


def test_haze_takes_contrast_away_and_turns_blue():
    surface = np.zeros((16, 16, 3), np.uint8)
    surface[:8] = 255
    rng = np.random.default_rng(0)
    clear, hazy = (
        photograph(surface, replace(CLEAR, atmosphere=t), rng).astype(int)
        for t in (0.0, 1.0)
    )
    assert np.ptp(hazy[..., 0]) < np.ptp(clear[..., 0])
    assert hazy[-1, 0, 2] > hazy[-1, 0, 0] > clear[-1, 0, 0]


def test_sensors_see_colors_differently():
    surface = np.zeros((4, 4, 3), np.uint8)
    surface[..., 0] = 200
    answers = {
        tuple(photograph(surface, replace(CLEAR, sensor=name), None)[0, 0].tolist())
        for name in SENSORS
    }
    assert len(answers) == len(SENSORS)


def test_clouds_cover_the_stated_share_and_brighten_it():
    rng = np.random.default_rng(0)
    for cover in (0.2, 0.45):
        field = cloud_field(64, cover, rng)
        assert field.shape == (64, 64, 1)
        assert (field > 0).mean() == pytest.approx(cover, abs=0.01)
        assert field.max() <= 0.9
    assert not cloud_field(64, 0.0, rng).any()
    assert shot(cloud_cover="broken").mean() > shot().mean()


def test_clouds_are_not_noise():
    # Neighbouring pixels of a fractal field are alike.
    field = cloud_field(64, 0.45, np.random.default_rng(1))[..., 0]
    assert np.corrcoef(field[:, 1:].ravel(), field[:, :-1].ravel())[0, 1] > 0.8
