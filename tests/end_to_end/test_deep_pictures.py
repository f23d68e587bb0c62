"""13 bands of 16 bits from the table to predictions: fitted on training rows only."""

from __future__ import annotations

import json
import re
import warnings

import keras
import numpy as np
import polars as pl
import pytest
from PIL import Image

import sidelight as sl
from sidelight.feed import Source
from sidelight.images import Pack
from sidelight.nn import assemble, split
from sidelight.predictor import load_predictor
from sidelight.training import FeatureStore
from sidelight.workflow import make_config, prepare

BANDS = [f"B{n}" for n in range(1, 14)]
QUICK = ("--epochs", "1", "--split", "column", "--split-column", "part")


def write_chip(path, values, names=BANDS):
    import rasterio

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with rasterio.open(
            path,
            "w",
            driver="GTiff",
            height=values.shape[1],
            width=values.shape[2],
            count=len(values),
            dtype=values.dtype,
            nodata=0,
        ) as file:
            file.write(values)
            file.descriptions = tuple(names[: len(values)])


@pytest.fixture
def scenes(tmp_path):
    """Chips whose 8th band tells the label, a quarter of each without data."""
    rng = np.random.default_rng(0)
    rows = []
    for number in range(36):
        label = number % 2
        chip = rng.integers(400, 4000, (13, 16, 16)).astype(np.uint16)
        chip[7] += 3000 * label
        chip[:, :8, :8] = 0
        write_chip(tmp_path / f"{number}.tif", chip)
        part = ("train", "train", "train", "train", "val", "test")[number // 2 % 6]
        rows.append(
            {
                "file": f"{number}.tif",
                "height_m": 10.0 + number % 7,
                "label": ("dry", "wet")[label],
                "part": part,
            }
        )
    path = tmp_path / "scenes.csv"
    pl.DataFrame(rows).write_csv(path)
    return path


ASKED = ("--image", "file", "--target", "label", *QUICK)


@pytest.mark.slow
def test_a_run_on_13_bands_predicts_what_it_answered(sidelight, scenes, tmp_path):
    options = ("--scale-percentiles", "2,98")
    done = sidelight(
        "train", scenes, *ASKED, *options, "--runs", tmp_path, "--name", "run"
    )
    assert done.code == 0, done.err
    rule = json.loads((tmp_path / "run" / "image.json").read_text())
    assert (rule["bands"], rule["depth"]) == (13, "uint16")
    network = load_predictor(tmp_path / "run").network
    assert len(network.get_layer("band_scaling").low) == 13
    answer = sidelight(
        "predict", tmp_path / "run", scenes, "-o", tmp_path / "answers.parquet"
    )
    assert answer.code == 0, answer.err
    stored = pl.read_parquet(tmp_path / "run" / "predictions.parquet").sort("row")
    again = pl.read_parquet(tmp_path / "answers.parquet").sort("row")
    np.testing.assert_allclose(
        again["probability_wet"], stored["probability_wet"], atol=1e-6
    )
    page = sidelight("report", tmp_path / "run")
    assert page.code == 0, page.err


def test_bands_and_percentiles_are_options(scenes, tmp_path):
    asked = {"bands": "B8,4", "scale_percentiles": (5, 95)}
    prepared = prepared_of(scenes, tmp_path / "cache", **asked)
    assert (prepared.rule.bands, prepared.rule.select) == (2, ("B8", 4))
    scale = prepared.scale
    assert len(scale.low) == 2
    assert scale.low[0] > 500  # the 1st percentile is about 430
    assert scale.fill[0] == pytest.approx(3700, abs=400)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (("--bands", "B8,B99"), "36 pictures of 36 cannot be used.*no band 'B99'"),
        (("--bands", "1,,2"), "names no bands"),
        (("--scale-percentiles", "99,1"), "99 and 1 are no range"),
        (("--scale-percentiles", "1"), "is not two numbers"),
    ],
)
def test_bad_bands_are_answered(sidelight, scenes, tmp_path, options, problem):
    done = sidelight(
        "train", scenes, *ASKED, *options, "--runs", tmp_path, "--name", "run"
    )
    assert done.code == 2
    assert not (tmp_path / "run").exists()
    text = " ".join(done.err.split())
    assert re.search(problem, text), text


def test_chips_that_differ_or_are_empty_are_named_or_dropped(
    sidelight, scenes, tmp_path
):
    write_chip(tmp_path / "3.tif", np.ones((12, 16, 16), np.uint16))
    write_chip(tmp_path / "5.tif", np.zeros((13, 16, 16), np.uint16))
    Image.new("RGB", (16, 16)).save(tmp_path / "6.tif")
    done = sidelight("train", scenes, *ASKED, "--runs", tmp_path, "--name", "run")
    assert done.code == 2
    text = " ".join(done.err.split())
    assert "row 4" in text
    assert "has 12 bands; most pictures have 13" in text
    assert "row 7" in text
    assert "has 8 bits a band" in text
    kept = prepared_of(scenes, tmp_path / "cache", on_bad="drop").table
    assert sum(kept.dropped.values()) == 3
    assert set(range(1, 37)) - set(kept.rows.tolist()) == {4, 6, 7}


def prepared_of(scenes, cache, on_bad="error", **image):
    table = sl.read_table(
        scenes, image="file", target="label", drop=["part"], keep=("part",)
    )
    config = make_config(
        {
            "table": {"on_bad": on_bad},
            "image": {"cache": str(cache), **image},
            "split": {"method": "column", "column": "part"},
        }
    )
    return prepare(table, config, progress=False)


def test_other_rows_than_training_ones_decide_nothing(scenes, tmp_path):
    before = prepared_of(scenes, tmp_path / "one")
    parts = pl.read_csv(scenes)["part"]
    for number, part in enumerate(parts):
        if part != "train":
            write_chip(
                tmp_path / f"{number}.tif", np.full((13, 16, 16), 60000, np.uint16)
            )
    after = prepared_of(scenes, tmp_path / "two")
    assert after.scale == before.scale
    assert before.scale.zero_is_absent
    assert after.images.gather(np.array([8])).max() == 60000


def test_folds_with_scalings_of_their_own_do_not_share_maps(scenes, tmp_path):
    prepared = prepared_of(scenes, tmp_path / "cache")
    config = make_config({"network": {"fusion": "concat", "backbone": "small"}}).network
    pack = prepared.images
    found = []
    with FeatureStore(tmp_path) as store:
        for factor in (1, 2):
            scale = prepared.scale.model_copy(
                update={"high": tuple(factor * h for h in prepared.scale.high)}
            )
            spec = prepared.spec(config)
            image = spec.image.model_copy(update={"scale": scale})
            keras.utils.set_random_seed(0)
            network, layers = assemble(spec.model_copy(update={"image": image}))
            front, _ = split(network, layers.boundary)
            rows = Source(meta={}, pack=Pack(pack.rule, pack.pixels, pack.slots))
            maps = store.in_place_of_pictures(front, [rows])[0].pack
            found.append(maps.gather(np.arange(4)))
    assert np.abs(found[0] - found[1]).max() > 0
