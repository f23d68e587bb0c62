"""A folder of photographs, and what they say of themselves, from door to door."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest
import yaml
from PIL import Image
from PIL.ExifTags import IFD, Base

import sidelight as sl
from tests.end_to_end.test_train import TINY

ASKED = ("--headers", "exif", "--from-name", "{site}_{n:int}.png")


@pytest.fixture
def photos(tmp_path):
    """Write photos/PART/CLASS/SITE_NUMBER.png with EXIF; return the folder."""
    rng = np.random.default_rng(0)
    for number in range(48):
        label = ("dark", "light")[number % 2]
        part = ("train", "train", "val", "test")[number // 2 % 4]
        folder = tmp_path / "photos" / part / label
        folder.mkdir(parents=True, exist_ok=True)
        noise = rng.integers(-30, 30, (16, 16, 3)) + (60, 190)[number % 2]
        exif = Image.Exif()
        exif[Base.Model] = "One"
        exif.get_ifd(IFD.Exif)[Base.ISOSpeedRatings] = 100 + int(rng.integers(9))
        site = ("north", "south")[number // 8 % 2]
        name = f"{site}_{number:03d}.png"
        Image.fromarray(noise.astype(np.uint8)).save(folder / name, exif=exif)
    return tmp_path / "photos"


@pytest.mark.slow
def test_a_folder_is_trained_on_and_answered(sidelight, photos, tmp_path):
    runs = tmp_path / "runs"
    answer = sidelight(
        *("train", photos, *ASKED, *TINY, "--epochs", 1, "--split-column", "part"),
        *("--runs", runs, "--name", "r"),
    )
    assert answer.code == 0, answer.err
    assert "divided already" not in answer.err
    schema = json.loads((runs / "r" / "schema.json").read_text())
    assert (schema["image"], schema["target"]) == ("file", "label")
    assert [column["name"] for column in schema["columns"]] == ["site", "exif_iso"]
    table = yaml.safe_load((runs / "r" / "config.yaml").read_text())["table"]
    assert (table["headers"], table["from_name"]) == (["exif"], ASKED[3])

    # The same headers and names are read again, whoever asks.
    found = sidelight("evaluate", runs / "r", photos / "test", "--by", "site", "--json")
    assert json.loads(found.out)["rows"] == 12
    flat = photos / "test" / "dark"
    out = tmp_path / "p.parquet"
    assert sidelight("predict", runs / "r", flat, "-o", out).code == 0
    predicted = pl.read_parquet(out)
    assert predicted.height == 6
    assert (
        sl.load(runs / "r").predict(flat).tolist() == predicted["prediction"].to_list()
    )
    page = sidelight("report", runs / "r", "--json")
    assert page.code == 0
    assert "exif_iso" in (runs / "r" / "report.html").read_text()


def test_inspect_takes_a_folder_and_saves_what_was_asked(sidelight, photos, tmp_path):
    saved = tmp_path / "schema.json"
    answer = sidelight("inspect", photos, *ASKED, "--json", "--save", saved)
    assert answer.code == 0, answer.err
    assert "--split-column part keeps that" in answer.err
    kinds = {row["name"]: row["kind"] for row in json.loads(answer.out)}
    assert kinds["file"], kinds["label"] == ("image", "target")
    assert (kinds["site"], kinds["exif_iso"]) == ("categorical", "numeric")
    assert kinds["part"] == "ignored"
    schema = json.loads(saved.read_text())
    assert (schema["headers"], schema["from_name"]) == (["exif"], ASKED[3])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--headers", "exit"), "there is no header 'exit'. Did you mean 'exif'?"),
        (("--headers", "exif:Izo"), "there is no field 'Izo' in an EXIF header"),
        (("--from-name", "{site}_{n}.jpg"), "no name follows the pattern"),
        (("--from-name", "{site_{n}.png"), "is no pattern"),
        (("--from-name", "north_{n}.png"), "24 of 48 names do not follow"),
        (("--target", "lable"), "Did you mean 'label'?"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_left(
    sidelight, photos, tmp_path, words, said
):
    runs = tmp_path / "runs"
    answer = sidelight(
        "train", photos, *words, "--split-column", "part", "--runs", runs
    )
    assert answer.code == 2
    assert said in answer.err
    assert "Traceback" not in answer.err
    assert not list(tmp_path.glob("runs/*"))


def test_a_flat_folder_needs_a_target(sidelight, photos):
    answer = sidelight("train", photos / "test" / "dark")
    assert answer.code == 2
    assert "no target was given" in answer.err
