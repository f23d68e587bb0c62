"""Each encoder against numbers worked out by hand, and which column gets which."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from sidelight.errors import ConfigError, UnknownNameError
from sidelight.nn.build import metadata_inputs
from sidelight.nn.encoders import encode
from sidelight.nn.encoders.embedding import embedding_width
from sidelight.nn.encoders.hashed import hashed_rows
from sidelight.schema import Feature, MetaSpec


def spec_of(*features):
    """Return a spec of `(name, kind, width, other fields)`, packed in order."""
    packed, widths = [], {"numeric": 0, "categorical": 0}
    for name, kind, width, *fields in features:
        block = "categorical" if kind == "categorical" else "numeric"
        more = fields[0] if fields else {}
        feature = Feature(
            name=name, kind=kind, block=block, start=widths[block], width=width, **more
        )
        widths[block] += width
        packed.append(feature)
    return MetaSpec(
        features=tuple(packed),
        num_numeric=widths["numeric"],
        num_categorical=widths["categorical"],
    )


def model_of(spec, encoders=None, options=None):
    inputs = metadata_inputs(spec)
    encoded = encode(spec, inputs, encoders, options)
    return keras.Model(inputs, encoded.vector), encoded.widths


def answer(spec, numeric=None, categorical=None, encoders=None, options=None):
    model, _ = model_of(spec, encoders, options)
    inputs = {"numeric": numeric, "categorical": categorical}
    kinds = {"numeric": "float32", "categorical": "int32"}
    return np.array(
        model({k: np.array(v, kinds[k]) for k, v in inputs.items() if v is not None})
    )


def place(latitude, longitude):
    lat, lon = np.radians(latitude), np.radians(longitude)
    return [np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)]


LOCATION = spec_of(("at", "location", 3))
GAPS = {"indicator": True}


def test_defaults_give_what_the_preprocessor_gave_and_categories_one_hot():
    spec = spec_of(
        ("x", "numeric", 2, GAPS),
        ("zone", "categorical", 1, {"levels": 3, "unseen": (1,)}),
        ("when", "datetime", 2),
        ("sensor", "categorical", 1, {"levels": 2}),
    )
    numbers = [[0.5, 0, 0.6, 0.8], [1.5, 1, 0, 1]]
    found = answer(spec, numbers, [[2, 0], [1, 1]])
    expected = [[*numbers[0], 0, 0, 1, 1, 0], [*numbers[1], 0, 0, 0, 0, 1]]
    np.testing.assert_allclose(found, expected, atol=1e-7)
    model, widths = model_of(spec)
    assert widths == (2, 2, 3, 2)
    kinds = [type(layer).__name__ for layer in model.layers]
    assert sorted(kinds) == ["Concatenate", "InputLayer", "InputLayer", "OneHotColumns"]


def test_piecewise_by_hand():
    spec = spec_of(("x", "numeric", 2, {**GAPS, "bins": (-1.0, 0.0, 2.0, 3.0)}))
    numbers = [[0.5, 0], [-1.5, 0], [3.5, 0], [2.0, 1], [-99, 0], [99, 0]]
    expected = [
        [1, 0.25, 0, 0],
        [-0.5, 0, 0, 0],
        [1, 1, 1.5, 0],
        [1, 1, 0, 1],
        [-10, 0, 0, 0],  # beyond the edges it goes straight on, but not for ever
        [1, 1, 10, 0],
    ]
    found = answer(spec, numbers, encoders={"x": "piecewise"})
    np.testing.assert_allclose(found, expected)


def test_piecewise_picks_fewer_bins_from_those_fitted():
    spec = spec_of(("x", "numeric", 1, {"bins": tuple(range(9))}))
    model, widths = model_of(spec, {"x": "piecewise"}, {"x": {"bins": 4}})
    assert widths == (4,)
    assert model.get_layer("encoder_piecewise").edges == [[0, 2, 4, 6, 8]]


def test_periodic_by_hand():
    spec = spec_of(("x", "numeric", 1), ("y", "numeric", 1))
    options = {"numeric": {"frequencies": 1, "units": 2}}
    model, widths = model_of(spec, {"numeric": "periodic"}, options)
    assert widths == (2, 2)
    frequency = np.array([[0.5], [0.25]])
    kernel = np.array([[[1.0, -1], [2, 3]], [[1, 0], [0, 1]]])  # (column, wave, unit)
    model.set_weights([frequency, kernel, np.array([[0.0, 0.5], [0, 0]])])
    # x: angle pi/2, so cos 0 and sin 1: (2, 3 + 0.5). y: pi, so (-1, 0), ReLU: (0, 0).
    found = np.array(model({"numeric": np.array([[0.5, 2.0]], "float32")}))
    np.testing.assert_allclose(found, [[2, 3.5, 0, 0]], atol=1e-6)


def test_embedding_looks_rows_up_and_gives_zeros_for_what_training_never_saw():
    fields = {"levels": 4, "unseen": (0, 1)}
    spec = spec_of(("a", "categorical", 1, fields), ("b", "categorical", 1, fields))
    options = {"a": {"units": 2}, "b": {"units": 1}}
    model, widths = model_of(spec, {"a": "embedding", "b": "embedding"}, options)
    assert widths == (2, 1)
    first, second = np.arange(8.0).reshape(4, 2), np.arange(4.0).reshape(4, 1)
    for layer in model.layers:
        if layer.weights:
            layer.set_weights([first] if layer.units == [2] else [second])
    indices = np.array([[2, 3], [1, 2]], "int32")
    found = np.array(model({"categorical": indices}))
    np.testing.assert_array_equal(found, [[4, 5, 3], [0, 0, 2]])


@pytest.mark.parametrize(
    ("levels", "width"), [(2, 2), (10, 6), (100, 21), (1000, 77), (10**6, 600)]
)
def test_embedding_width_is_the_stated_rule(levels, width):
    assert embedding_width(levels) == width


@pytest.mark.parametrize(
    ("levels", "rows"), [(3, 8), (32, 8), (33, 16), (10_000, 4096), (10**7, 32768)]
)
def test_hashed_rows_is_the_stated_rule(levels, rows):
    assert hashed_rows(levels) == rows


def test_hashed_sums_two_rows():
    spec = spec_of(("id", "categorical", 1, {"levels": 100, "unseen": (0, 1)}))
    model, widths = model_of(spec, {"id": "hashed"}, {"id": {"rows": 64, "units": 1}})
    assert widths == (1,)
    model.set_weights([np.arange(64.0)[:, None]])
    # 25817 * 7 + 30363 = 211082; mod 46337 = 25734; mod 64 = 6.
    # 6175 * 7 + 38587 = 81812; mod 46337 = 35475; mod 64 = 19.
    found = np.array(model({"categorical": np.array([[7], [1]], "int32")}))
    np.testing.assert_array_equal(found, [[6 + 19], [0]])


@pytest.mark.parametrize("levels", [1_000, 10_000, 100_000])
def test_few_levels_share_both_of_their_hashed_rows(levels):
    from sidelight.nn.layers import HashedRows

    layer = HashedRows(hashed_rows(levels), 1)
    pairs = np.sort([np.array(h) for h in layer.hashes(np.arange(levels))], axis=0)
    assert len(np.unique(pairs, axis=1).T) > 0.99 * levels


def test_harmonics_by_hand():
    spec = spec_of(("when", "datetime", 5, GAPS))
    angles = np.array([0.3, 2.0])
    pairs = [[f(a) for a in angles for f in (np.sin, np.cos)] + [0], [0, 0, 0, 0, 1]]
    found = answer(spec, pairs, encoders={"datetime": "harmonics"})
    turns = [f(k * a) for a in angles for k in (1, 2, 3) for f in (np.sin, np.cos)]
    np.testing.assert_allclose(found, [[*turns, 0], [0] * 12 + [1]], atol=1e-6)


def test_wrap_by_hand_and_poles_differ():
    half, side = 0.5, np.sqrt(3) / 2
    found = answer(
        LOCATION,
        [place(30, 90), place(-60, 180), [0, 0, 1], [0, 0, -1], [0, 0, 0]],
        encoders={"at": "wrap"},
    )
    expected = [
        [1, 0, half, side],
        [0, -1, -side, half],
        [0, 1, 1, 0],
        [0, 1, -1, 0],
        [0, 0, 0, 0],
    ]
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_grid_by_hand():
    options = {"at": {"scales": 3, "smallest_deg": 90, "largest_deg": 360}}
    found = answer(
        LOCATION, [place(15, 30), [0, 0, -1], [0, 0, 0]], None, {"at": "grid"}, options
    )
    # Periods of 90, 180 and 360 degrees: 4, 2 and 1 times the angle.
    expected = [
        [f(np.radians(turn * angle)) for turn in (4, 2, 1) for angle in pair for f in F]
        for pair in ((30, 15), (0, -90))
    ]
    np.testing.assert_allclose(found[:2], expected, atol=1e-5)
    np.testing.assert_array_equal(found[2], 0)


F = (np.sin, np.cos)


def harmonics(degrees, points):
    from sidelight.nn.layers import SphericalHarmonics

    layer = SphericalHarmonics(degrees)
    values = np.array(layer(np.array(points, "float32")))
    assert layer.compute_output_shape((None, 3)) == (None, values.shape[1])
    return values


def test_spherical_harmonics_against_closed_forms():
    x, y, z = place(35, -50)
    by_one, by_two = np.sqrt(3 / (4 * np.pi)), np.sqrt(15 / (4 * np.pi))
    expected = [
        np.sqrt(1 / (4 * np.pi)),
        by_one * y,
        by_one * z,
        by_one * x,
        by_two * x * y,
        by_two * y * z,
        np.sqrt(5 / (16 * np.pi)) * (3 * z**2 - 1),
        by_two * x * z,
        by_two / 2 * (x**2 - y**2),
    ]
    np.testing.assert_allclose(harmonics(3, [[x, y, z]])[0], expected, atol=1e-6)
    np.testing.assert_allclose(harmonics(1, [[x, y, z]])[0], expected[:1], atol=1e-6)


@pytest.mark.parametrize("degrees", [1, 2, 10, 40])
def test_squares_of_spherical_harmonics_add_up_at_every_point(degrees):
    rng = np.random.default_rng(0)
    points = rng.normal(size=(50, 3))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    points = [*points, [0, 0, 1], [0, 0, -1], [-1, 0, 0]]
    total = (harmonics(degrees, points).astype("float64") ** 2).sum(axis=1)
    np.testing.assert_allclose(total, degrees**2 / (4 * np.pi), rtol=2e-4)


def test_spherical_harmonics_are_orthonormal():
    # Gauss nodes in z, even steps in longitude: exact for these degrees.
    nodes, weights = np.polynomial.legendre.leggauss(8)
    turns = 2 * np.pi * np.arange(16) / 16
    z, turn = np.meshgrid(nodes, turns, indexing="ij")
    flat = np.sqrt(1 - z**2)
    points = np.stack([flat * np.cos(turn), flat * np.sin(turn), z], -1).reshape(-1, 3)
    values = harmonics(6, points)
    weight = np.repeat(weights, 16) * 2 * np.pi / 16
    np.testing.assert_allclose(
        values.T @ (values * weight[:, None]), np.eye(36), atol=1e-5
    )


def test_spherical_is_harmonics_through_sines():
    spec = spec_of(("at", "location", 4, GAPS))
    options = {"at": {"degrees": 2, "units": 1, "layers": 2, "features": 1}}
    model, widths = model_of(spec, {"at": "spherical"}, options)
    assert widths == (2,)
    first, second = np.array([[0.1, 0, 0.2, 0]]).T, np.array([[0.7]])
    bias = [np.array([b]) for b in (0.01, 0.2, 0.3)]
    last = np.array([[2.0]])
    model.set_weights([first, bias[0], second, bias[1], last, bias[2]])
    found = np.array(
        model({"numeric": np.array([[*place(35, -50), 0], [0, 0, 0, 1]], "float32")})
    )
    constant, slope = np.sqrt(1 / (4 * np.pi)), np.sqrt(3 / (4 * np.pi))
    inner = 0.1 * constant + 0.2 * slope * np.sin(np.radians(35)) + 0.01
    expected = 2 * np.sin(0.7 * np.sin(30 * inner) + 0.2) + 0.3
    np.testing.assert_allclose(found, [[expected, 0], [0, 1]], atol=1e-5)


def test_sine_layers_start_within_the_bounds_of_siren():
    spec = spec_of(("at", "location", 3))
    keras.utils.set_random_seed(0)
    model, _ = model_of(spec, {"at": "spherical"}, {"at": {"layers": 3, "units": 96}})
    kernels = [w for w in model.weights if "sine" in w.path and "kernel" in w.path]
    for kernel, bound in zip(kernels, (1 / 100, 0.25, 0.25), strict=True):
        largest = float(np.abs(np.array(kernel)).max())
        assert 0.98 * bound < largest <= bound  # sqrt(6 / 96) = 0.25


def test_a_column_keeps_its_place_and_its_indicator_whatever_encodes_it():
    spec = spec_of(
        ("x", "numeric", 2, GAPS),
        ("zone", "categorical", 1, {"levels": 2}),
        ("y", "numeric", 2, {**GAPS, "bins": (0.0, 1.0, 2.0)}),
        ("id", "categorical", 1, {"levels": 3}),
        ("z", "numeric", 1),
    )
    found = answer(
        spec, [[5, 1, 1.5, 0, 7]], [[1, 2]], {"y": "piecewise", "id": "one_hot"}
    )
    np.testing.assert_allclose(found, [[5, 1, 1, 0.5, 0, 7, 0, 1, 0, 0, 1]])


def test_positions_that_no_training_row_fills_are_left_out():
    spec = spec_of(
        ("tags", "multi_hot", 5, {**GAPS, "unseen": (3,)}), ("x", "numeric", 1)
    )
    found = answer(spec, [[1, 0, 1, 1, 0, 9]])
    np.testing.assert_array_equal(found, [[1, 0, 1, 0, 9]])
    assert model_of(spec)[1] == (4, 1)


def test_five_hundred_columns_take_as_few_layers_as_five():
    def layers(num, encoders):
        kinds = ("numeric", "boolean")
        fields = {**GAPS, "bins": (-1.0, 0.0, 1.0)}
        features = [(f"c{i}", kinds[i % 2], 2, fields) for i in range(num)]
        return len(model_of(spec_of(*features), encoders)[0].layers)

    assert layers(500, {}) == layers(5, {}) == 1
    assert layers(500, {"numeric": "piecewise"}) == 6
    assert layers(5, {"numeric": "piecewise"}) == 6


def test_a_spec_without_features_is_a_number_per_position():
    spec = MetaSpec(num_numeric=3)
    model, widths = model_of(spec)
    assert widths == (1, 1, 1)
    assert len(model.layers) == 1


def test_a_columns_own_encoder_wins_over_its_kinds_and_so_do_its_options():
    spec = spec_of(*((name, "location", 3) for name in ("from", "to", "via")))
    encoders = {"location": "grid", "to": "wrap", "via": "grid"}
    options = {"location": {"scales": 2}, "via": {"scales": 3}}
    assert model_of(spec, encoders, options)[1] == (8, 4, 12)
    assert model_of(spec, {"location": "grid"}, {"location": {"scales": 5}})[1] == (
        (20,) * 3
    )


@pytest.mark.parametrize(
    ("encoders", "options", "words"),
    [
        ({"lat": "grid"}, {}, ["'lat'", "Did you mean 'location'", "Kinds: numeric"]),
        ({"place": "piecewise"}, {}, ["'place'", "location", "grid, spherical"]),
        ({"locaton": "grid"}, {}, ["Did you mean 'location'"]),
        ({}, {"plac": {"scales": 3}}, ["options", "Did you mean 'place'"]),
        ({"place": "grid"}, {"place": {"scale": 3}}, ["'scale'", "Did you mean"]),
        ({"place": "grid"}, {"place": {"scales": 1}}, ["'scales'", "'place'"]),
        ({"place": "grid"}, {"place": {"smallest_deg": 400}}, ["below largest_deg"]),
        ({"place": "grid"}, {"location": {"scales": 0}, "zone": {"x": 1}}, ["'x'"]),
        ({"x": "piecewise"}, {}, ["'x'", "bins"]),
    ],
)
def test_what_does_not_fit_is_refused(encoders, options, words):
    spec = spec_of(
        ("place", "location", 3),
        ("zone", "categorical", 1, {"levels": 2}),
        ("x", "numeric", 1),
    )
    with pytest.raises(ConfigError) as caught:
        model_of(spec, encoders, options)
    for word in words:
        assert word in str(caught.value)


def test_unknown_encoder_suggests_the_nearest():
    with pytest.raises(UnknownNameError, match="Did you mean 'spherical'"):
        model_of(LOCATION, {"at": "sphericl"})
