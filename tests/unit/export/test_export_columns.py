"""Each kind's nodes give what preprocessing gives, to the last figure that counts."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import onnxruntime
import polars as pl
import pytest

from sidelight.export._onnx.graph import OnnxGraph
from sidelight.export._subject import input_names
from sidelight.predictor import raw_cells
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


def run(fitted, inputs):
    """Return what the graph makes of raw inputs, and what it takes for missing."""
    raw = GRAPHS.get(fitted.column.kind).obj(fitted, NULLS)
    graph = OnnxGraph()
    sources = [graph.input(name, raw.dtype, ["rows"]) for name in inputs]
    values = graph.cast(raw.encode(graph, sources), np.float32)
    graph.output(values, "out", np.float32, ["rows", fitted.width])
    graph.output(raw.absent(graph, sources), "absent", np.bool_, ["rows"])
    session = onnxruntime.InferenceSession(graph.model("c").SerializeToString())
    given = {
        name: np.asarray(value, object if raw.dtype is np.str_ else raw.dtype)
        for name, value in inputs.items()
    }
    return session.run(["out", "absent"], given)


def as_raw(fitted, cells):
    kind = fitted.column.kind
    return {name: raw_cells(kind, pl.Series(v)) for name, v in cells.items()}


def test_every_kind_of_column_can_be_exported():
    assert GRAPHS.names() == KINDS.names()


@pytest.mark.parametrize("scale", ["standard", "robust", "log"])
@pytest.mark.parametrize("missing", ["auto", "mean", "error"])
def test_numbers(scale, missing):
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


def test_large_numbers_keep_their_digits():
    # In float32 both would be 1.7e9 and the difference gone.
    fitted = fit("numeric", {"x": [1.7e9, 1.7e9 + 4, 1.7e9 + 8]})
    found, _ = run(fitted, {"x": [1.7e9, 1.7e9 + 8]})
    assert found[1, 0] - found[0, 0] == pytest.approx(2 * 1.2247449, rel=1e-6)


def test_words_with_gaps_unknown_rare_and_in_any_script():
    train = ["ä", "ä", "b c", "b c", "seltен", "7", "7", None, "日本", "日本"]
    fitted = fit("categorical", {"x": train})
    given = ["ä", "b c", "日本", "seltен", "", "NA", "-", "nowhere", "7", "7.0", "a\nb"]
    found, absent = run(fitted, {"x": given})
    code = {word: 3 + i for i, word in enumerate(fitted.words)}
    wanted = [code["ä"], code["b c"], code["日本"], 2, 0, 0, 0, 1, code["7"]]
    assert found[:, 0].tolist() == [*wanted, code["7"], 1]
    assert absent.tolist() == [word in ("", "NA", "-") for word in given]


def test_words_filled_with_the_most_frequent():
    fitted = fit("categorical", {"x": ["a", "b", "b"]}, missing="most_frequent")
    found, absent = run(fitted, {"x": ["", "b"]})
    assert found[0] == found[1]
    assert absent.tolist() == [True, False]


def test_yes_and_no():
    fitted = fit("boolean", {"x": [True, False, None]})
    found, _ = run(fitted, {"x": [1.0, 0.0, np.nan]})
    assert found.tolist() == [[1, 0], [-1, 0], [0, 1]]


def test_every_day_of_five_centuries_is_the_day_of_year_it_is():
    days = pl.datetime_range(
        datetime(1799, 1, 1), datetime(2301, 1, 1), "1d", eager=True
    )
    fitted = fit("datetime", {"x": days[:400]})
    found, _ = run(fitted, as_raw(fitted, {"x": days}))
    np.testing.assert_allclose(found, encoded(fitted, {"x": days}), atol=3e-7)


def test_moments_before_1970_at_the_ends_of_time_and_missing():
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


def test_places():
    cells = {
        "lat": [90.0, -90.0, 0.0, 51.5, None, 3.0],
        "lon": [0.0, 180.0, -180.0, -0.1, 5.0, None],
    }
    fitted = fit("location", cells)
    found, absent = run(fitted, as_raw(fitted, cells))
    np.testing.assert_allclose(found, encoded(fitted, cells), atol=1e-6)
    assert absent.tolist() == [False] * 4 + [True] * 2


def test_several_words_a_cell():
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


def test_a_thousand_words_in_one_column():
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
