"""Each kind's nodes give what preprocessing gives, to the last figure that counts."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone

import numpy as np
import onnxruntime
import polars as pl
import pytest
import tensorflow as tf

from sidelight.export._litert.statistics import column_statistics
from sidelight.export._onnx.graph import OnnxGraph
from sidelight.export._subject import identifiers, input_names
from sidelight.export._tensorflow.graph import TensorFlowGraph
from sidelight.export.columns.datetime import NOT_A_TIME
from sidelight.predictor import raw_cells
from sidelight.predictor._litert_reader import ENCODERS, Reader
from sidelight.registry import GRAPHS, KINDS
from sidelight.schema import Column

NULLS = ("NA", "-")


def fit(kind, cells, **options):
    frame = pl.DataFrame(cells)
    column = Column(name="c", kind=kind, sources=tuple(cells), **options)
    return KINDS.get(kind).obj.fit(column, frame)


def encoded(fitted, cells):
    out = np.zeros((len(next(iter(cells.values()))), fitted.width), np.float32)
    fitted.encode(pl.DataFrame(cells), out)
    return out


def by_onnx(fitted, inputs):
    graph = OnnxGraph()
    _write(graph, fitted, list(inputs))
    session = onnxruntime.InferenceSession(graph.model("c").SerializeToString())
    given = {
        n: v.astype(object) if v.dtype.kind == "U" else v for n, v in inputs.items()
    }
    return session.run(["out", "absent"], given)


def by_tensorflow(fitted, inputs):
    def traced(**given):
        graph = TensorFlowGraph(given)
        _write(graph, fitted, list(inputs))
        return graph.outputs

    ask = tf.function(traced, autograph=False)
    found = ask(**{name: tf.constant(value) for name, value in inputs.items()})
    return found["out"].numpy(), found["absent"].numpy()


def _write(graph, fitted, names):
    raw = GRAPHS.get(fitted.column.kind).obj(fitted, NULLS)
    sources = [graph.input(name, raw.dtype, ["rows"]) for name in names]
    values = graph.cast(raw.encode(graph, sources), np.float32)
    graph.output(values, "out", np.float32, ["rows", fitted.width])
    graph.output(raw.absent(graph, sources), "absent", np.bool_, ["rows"])


def by_reader(fitted, inputs):
    reader = Reader.__new__(Reader)
    names = {source: source for source in fitted.column.sources}
    column = column_statistics(fitted, names, NULLS)
    reader.about = {"missing_words": NULLS, "blocks": [fitted.block], "present": True}
    reader.columns = [json.loads(json.dumps(column))]
    values, absent = [], []
    for row in zip(*inputs.values(), strict=True):
        cells = [None if cell == NOT_A_TIME else cell.item() for cell in row]
        found = reader.inputs(dict(zip(inputs, cells, strict=True)))
        values.append(found[fitted.block])
        absent.append(not found["present"][0])
    return np.array(values, np.float32), np.array(absent)


@pytest.fixture(params=[by_onnx, by_tensorflow, by_reader])
def run(request):
    """Return what each engine makes of raw inputs, and what it takes for missing."""

    def called(fitted, inputs):
        raw = GRAPHS.get(fitted.column.kind).obj(fitted, NULLS)
        arrays = {name: np.asarray(v, raw.dtype) for name, v in inputs.items()}
        return request.param(fitted, arrays)

    return called


def as_raw(fitted, cells):
    kind = fitted.column.kind
    return {name: raw_cells(kind, pl.Series(v)) for name, v in cells.items()}


def test_every_kind_of_column_can_be_exported():
    assert GRAPHS.names() == KINDS.names()


@pytest.mark.parametrize("scale", ["standard", "robust", "log"])
@pytest.mark.parametrize("missing", ["auto", "mean", "error"])
def test_numbers(run, scale, missing):
    gap = [] if missing == "error" else [None]
    fitted = fit(
        "numeric",
        {"x": [1.0, 2.0, 5.0, 11.0, 300.0, *gap]},
        scale=scale,
        missing=missing,
    )
    cells = {"x": [0.0, -1e30, 1e30, 3.3, -7.0, 1e-30, None]}
    found, absent = run(fitted, as_raw(fitted, cells))
    np.testing.assert_allclose(found, encoded(fitted, cells), rtol=1e-6, atol=1e-7)
    assert absent.tolist() == [False] * 6 + [True]


def test_large_numbers_keep_their_digits(run):
    # In float32 both would be 1.7e9 and the difference gone.
    fitted = fit("numeric", {"x": [1.7e9, 1.7e9 + 4, 1.7e9 + 8]})
    found, _ = run(fitted, {"x": [1.7e9, 1.7e9 + 8]})
    assert found[1, 0] - found[0, 0] == pytest.approx(2 * 1.2247449, rel=1e-6)


def test_words_with_gaps_unknown_rare_and_in_any_script(run):
    train = ["ä", "ä", "b c", "b c", "seltен", "7", "7", None, "日本", "日本"]
    fitted = fit("categorical", {"x": train})
    given = ["ä", "b c", "日本", "seltен", "", "NA", "-", "nowhere", "7", "7.0", "a\nb"]
    found, absent = run(fitted, {"x": given})
    code = {word: 3 + i for i, word in enumerate(fitted.words)}
    wanted = [code["ä"], code["b c"], code["日本"], 2, 0, 0, 0, 1, code["7"]]
    assert found[:, 0].tolist() == [*wanted, code["7"], 1]
    assert absent.tolist() == [word in ("", "NA", "-") for word in given]


def test_words_filled_with_the_most_frequent(run):
    fitted = fit("categorical", {"x": ["a", "b", "b"]}, missing="most_frequent")
    found, absent = run(fitted, {"x": ["", "b"]})
    assert found[0] == found[1]
    assert absent.tolist() == [True, False]


def test_yes_and_no(run):
    fitted = fit("boolean", {"x": [True, False, None]})
    found, _ = run(fitted, {"x": [1.0, 0.0, np.nan]})
    assert found.tolist() == [[1, 0], [-1, 0], [0, 1]]


def test_every_day_of_five_centuries_is_the_day_of_year_it_is(run):
    days = pl.datetime_range(
        datetime(1799, 1, 1), datetime(2301, 1, 1), "1d", eager=True
    )
    fitted = fit("datetime", {"x": days[:400]})
    found, _ = run(fitted, as_raw(fitted, {"x": days}))
    np.testing.assert_allclose(found, encoded(fitted, {"x": days}), atol=3e-7)


def test_moments_before_1970_at_the_ends_of_time_and_missing(run):
    moments = [
        datetime(1, 1, 1),
        datetime(1969, 12, 31, 23, 59, 59),
        datetime(2000, 2, 29, 13, 5, 7),
        datetime(9999, 12, 31, 23, 59, 59),
        None,
    ]
    fitted = fit("datetime", {"x": moments})
    found, absent = run(fitted, as_raw(fitted, {"x": moments}))
    np.testing.assert_allclose(found, encoded(fitted, {"x": moments}), atol=3e-7)
    assert absent.tolist() == [False] * 4 + [True]
    nat, _ = run(fitted, {"x": np.array(["NaT"], "datetime64[s]").astype(np.int64)})
    assert nat.tolist() == [[0, 0, 0, 0, 1]]


def test_places(run):
    cells = {
        "lat": [90.0, -90.0, 0.0, 51.5, None, 3.0],
        "lon": [0.0, 180.0, -180.0, -0.1, 5.0, None],
    }
    fitted = fit("location", cells)
    found, absent = run(fitted, as_raw(fitted, cells))
    np.testing.assert_allclose(found, encoded(fitted, cells), atol=1e-6)
    assert absent.tolist() == [False] * 4 + [True] * 2


def test_several_words_a_cell(run):
    train = ["sand;mud", "sand", "sea grass|mud", "a*b", "sea grass", None, "日本;sand"]
    fitted = fit("multi_hot", {"x": train})
    cells = {
        "x": [
            "sand",
            " sand ;\tsea grass",
            "mud|sand|mud",
            "a*b",
            "ab",
            "sand dune",
            "nowhere;mud",
            "日本",
            ";",
            None,
            "\u3000mud\u00a0",
            "x\nmud;sand",
        ]
    }
    found, absent = run(fitted, as_raw(fitted, cells))
    wanted = encoded(fitted, cells)
    unknown = len(fitted.words) + 1
    assert unknown in fitted.unseen  # no network reads it
    wanted[:, unknown] = 0
    assert found.tolist() == wanted.tolist()
    assert absent.tolist() == [cell is None for cell in cells["x"]]


def test_a_thousand_words_in_one_column(run):
    words = [f"w{i}" for i in range(1000)]
    fitted = fit("multi_hot", {"x": [*words[:700], ";".join(words[:300])]})
    cells = {"x": ["w5;w699", "w299", "w700", "w69"]}
    found, _ = run(fitted, as_raw(fitted, cells))
    wanted = encoded(fitted, cells)
    wanted[:, -1] = 0
    assert found.tolist() == wanted.tolist()


def test_names_that_are_taken_are_changed_and_no_two_are_alike():
    sources = ["depth", "image", "meta_image", "row", "network/x", "größe"]
    assert input_names(sources) == {
        "depth": "depth",
        "image": "meta_meta_image",
        "meta_image": "meta_image",
        "row": "meta_row",
        "network/x": "meta_network/x",
        "größe": "größe",
    }


def test_identifiers_are_ascii_and_no_two_are_alike():
    sources = [
        "depth",
        "Depth",
        "Größe (m²)",
        "深さ",
        "image",
        "2m",
        "class",
        "a b",
        "a_b",
    ]
    assert identifiers(sources) == {
        "depth": "depth",
        "Depth": "Depth_2",
        "Größe (m²)": "Groe_m2",
        "深さ": "meta",
        "image": "meta_image",
        "2m": "meta_2m",
        "class": "meta_class",
        "a b": "a_b",
        "a_b": "a_b_2",
    }


@pytest.mark.parametrize(
    "moment",
    [
        1714557600,
        "2024-05-01T10:00:00",
        "2024-05-01T12:00:00+02:00",
        datetime(2024, 5, 1, 10),
        datetime(2024, 5, 1, 12, tzinfo=timezone(timedelta(hours=2))),
    ],
)
def test_the_reader_takes_a_moment_in_any_form(moment):
    column = {"has_hours": True}
    day = 121 + 10 / 24
    angles = [2 * np.pi * day / 365.2425, 2 * np.pi * 10 / 24]
    wanted = [f(angle) for angle in angles for f in (np.sin, np.cos)]
    assert ENCODERS["datetime"](column, [moment]) == pytest.approx(wanted, abs=1e-6)


def test_the_reader_says_numbers_in_their_units_and_labels_in_words():
    reader = Reader.__new__(Reader)
    scale = {
        "targets": ["area"],
        "spreads": [2.0],
        "centers": [1.0],
        "largest_log": 80.0,
    }
    reader.about = {"task": "regression", "log": False, **scale}
    assert reader.answer([3.0]) == {"area": 7.0}
    reader.about["log"] = True
    assert reader.answer([0.5]) == {"area": pytest.approx(np.e**2 - 1)}
    reader.about = {"task": "binary", "classes": ["no", "yes"]}
    assert reader.answer([0.75]) == {
        "label": "yes",
        "probability": {"no": 0.25, "yes": 0.75},
    }
    reader.about = {"task": "multilabel", "classes": ["a", "b"]}
    assert reader.answer([0.9, 0.8]) == {"probability": {"a": 0.9, "b": 0.8}}
