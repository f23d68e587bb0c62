"""From which value to which bands are spread: known percentiles, training rows only."""

import numpy as np
import pytest

from sidelight.errors import ConfigError, DataWarning
from sidelight.images import Pack, _scale, fit_scale
from sidelight.pixels import ImageRule


def pack_of(values, depth, **other):
    """A pack of `(slots, height, width, bands)`, one row a slot."""
    height, width, bands = values.shape[1:]
    rule = ImageRule(height=height, width=width, bands=bands, depth=depth, **other)
    return Pack(rule, values.astype(rule.dtype), np.arange(len(values)))


def ramp(depth, start=1):
    values = np.arange(start, start + 100).repeat(4).reshape(100, 2, 2, 1)
    return pack_of(values, depth)


@pytest.mark.parametrize("depth", ["uint16", "int16", "float16"])
def test_percentiles_are_those_of_the_values(depth):
    scale = fit_scale(ramp(depth), (1, 99))
    assert (scale.low, scale.fill, scale.high) == ((1,), (50,), (99,))
    scale = fit_scale(ramp(depth), (0, 100))
    assert (scale.low, scale.high) == ((1,), (100,))


def test_negative_halves_are_in_order():
    scale = fit_scale(ramp("float16", start=-80), (0, 100))
    assert (scale.low, scale.fill, scale.high) == ((-80,), (-31,), (19,))


def test_agrees_with_sorting_on_random_values():
    values = np.random.default_rng(0).normal(0, 30, (40, 9, 7, 3)).astype(np.float16)
    scale = fit_scale(pack_of(values, "float16"), (2, 98))
    ordered = [np.sort(values[..., band].ravel()) for band in range(3)]
    count = len(ordered[0])
    for found, percentile in ((scale.low, 2), (scale.fill, 50), (scale.high, 98)):
        rank = int(np.ceil(count * percentile / 100)) - 1
        assert found == tuple(float(band[rank]) for band in ordered)


@pytest.mark.parametrize(("depth", "absent"), [("uint16", 0), ("float16", np.nan)])
def test_what_is_absent_does_not_count(depth, absent):
    pack = ramp(depth)
    pack.pixels[::2] = absent
    scale = fit_scale(pack, (0, 100))
    assert (scale.low, scale.fill, scale.high) == ((2,), (50,), (100,))


def test_8_bits_stay_as_they_are():
    assert fit_scale(ramp("uint8"), (1, 99)) is None


def test_8_bits_with_nodata_only_get_what_stands_there():
    values = np.full((10, 2, 2, 2), 40)
    values[0], values[..., 1] = 0, 90
    scale = fit_scale(pack_of(values, "uint8", masked=True), (1, 99))
    assert (scale.low, scale.high, scale.fill) == ((0, 0), (255, 255), (40, 90))
    assert scale.zero_is_absent


def test_a_band_without_data_is_said():
    values = np.ones((4, 2, 2, 2))
    values[..., 1] = 0
    with pytest.warns(DataWarning, match="Band 2 has no data in any training picture"):
        scale = fit_scale(pack_of(values, "uint16"), (1, 99))
    assert (scale.low[1], scale.high[1]) == (0, 0)


def test_rows_of_other_parts_do_not_matter():
    pack = ramp("uint16")
    training = pack.take(np.arange(50))
    before = fit_scale(training, (1, 99))
    pack.pixels[50:] = 60000
    assert fit_scale(training, (1, 99)) == before


def test_very_many_pictures_are_sampled_evenly(monkeypatch):
    monkeypatch.setattr(_scale, "ENOUGH_PIXELS", 40)
    monkeypatch.setattr(_scale, "FEWEST_PICTURES", 5)
    scale = fit_scale(ramp("uint16"), (0, 100))
    assert (scale.low, scale.high) == ((1,), (100,))


@pytest.mark.parametrize("percentiles", [(99, 1), (-1, 99), (1, 101), (5, 5)])
def test_percentiles_that_are_no_range_are_refused(percentiles):
    with pytest.raises(ConfigError, match="are no range"):
        fit_scale(ramp("uint16"), percentiles)
