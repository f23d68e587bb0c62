"""A folder of chips and a table: the same for the same seed, and whole or not there."""

import csv
import json
from datetime import datetime

import numpy as np
import pytest
from PIL import Image

# `sidelight.datasets.blue_marble` is the function, which hides its module's name.
from sidelight.datasets import blue_marble
from sidelight.datasets._acquisition import CLOUD_COVER, SENSORS
from sidelight.errors import ConfigError, DiskFullError
from sidelight.registry import DATASETS

ROOM = "sidelight.datasets.blue_marble"
FACTS = ("acquired_at", "sensor_altitude_km", "sensor", "atmosphere", "cloud_cover")


@pytest.fixture(autouse=True)
def cached_earth(earth, patch_room):
    patch_room("load_earth", lambda: earth)


@pytest.fixture
def patch_room(monkeypatch):
    import sys

    return lambda name, value: monkeypatch.setattr(sys.modules[ROOM], name, value)


def make(folder, **options):
    return blue_marble(
        folder, **{"chips": 12, "size": 16, "progress": False, **options}
    )


def rows_of(folder):
    with (folder / "table.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def bytes_of(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("flavour", ["plain", "acquired"])
def test_the_same_arguments_give_the_same_bytes(tmp_path, flavour):
    first = make(tmp_path / "a", flavour=flavour)
    again = make(tmp_path / "b", flavour=flavour)
    other = make(tmp_path / "c", flavour=flavour, seed=8)
    assert bytes_of(first) == bytes_of(again)
    assert (first / "table.csv").read_bytes() != (other / "table.csv").read_bytes()


def test_the_plain_flavour_is_the_imagery_and_the_place(tmp_path, earth):
    folder = make(tmp_path / "a", chips=20)
    rows = rows_of(folder)
    assert list(rows[0]) == ["file", "climate", "lat", "lon"]
    assert len(rows) == len({row["file"] for row in rows}) == 20
    for row in rows:
        latitude, longitude = float(row["lat"]), float(row["lon"])
        assert -56 <= latitude <= 80
        found = earth.climate(np.array([latitude]), np.array([longitude]))
        assert row["climate"] == found[0] != "ocean"
        with Image.open(folder / row["file"]) as image:
            assert (image.size, image.mode, image.format) == ((16, 16), "RGB", "JPEG")
            gap = np.asarray(image).astype(int) - earth.cut(latitude, longitude, 16)
        assert np.abs(gap).mean() < 12  # JPEG


def test_the_acquired_flavour_adds_the_circumstances(tmp_path):
    folder = make(tmp_path / "a", flavour="acquired", chips=40)
    rows = rows_of(folder)
    assert list(rows[0]) == ["file", "climate", "lat", "lon", *FACTS]
    for row in rows:
        if row["acquired_at"]:
            assert datetime.fromisoformat(row["acquired_at"]).year == 2024
        assert (
            not row["sensor_altitude_km"]
            or 500 <= float(row["sensor_altitude_km"]) <= 900
        )
        assert row["sensor"] in {*SENSORS, ""}
        assert row["cloud_cover"] in {*CLOUD_COVER, ""}
        assert not row["atmosphere"] or float(row["atmosphere"]) >= 0


def test_both_flavours_show_the_same_places(tmp_path):
    plain = rows_of(make(tmp_path / "a"))
    acquired = rows_of(make(tmp_path / "b", flavour="acquired"))
    assert plain == [{name: row[name] for name in plain[0]} for row in acquired]


def test_the_circumstances_change_the_picture(tmp_path):
    plain = make(tmp_path / "a")
    acquired = make(tmp_path / "b", flavour="acquired")
    for row in rows_of(plain):
        left, right = ((f / row["file"]).read_bytes() for f in (plain, acquired))
        assert left != right


def test_three_per_cent_of_the_circumstances_are_missing_and_nothing_else(
    tmp_path, patch_room
):
    patch_room("_picture", stub_picture)
    rows = rows_of(make(tmp_path / "a", flavour="acquired", chips=3000, size=8))
    empty = {name: np.mean([row[name] == "" for row in rows]) for name in rows[0]}
    assert all(empty[name] == pytest.approx(0.03, abs=0.012) for name in FACTS)
    assert all(share == 0 for name, share in empty.items() if name not in FACTS)


def stub_picture(earth, row, number, facts):
    """A stand-in where only the table counts."""
    row.update(dict.fromkeys(FACTS, "1"))
    return np.zeros((8, 8, 3), np.uint8)


def test_positions_are_uniform_on_the_sphere(tmp_path, earth):
    import sys

    room = sys.modules[ROOM]
    positions = list(room._positions(earth, 4000, seed=0))
    latitude = np.array([p["lat"] for p in positions])
    # Shares of the land's area; uniform in degrees they would be 0.80 and 0.24.
    assert (latitude > 0).mean() == pytest.approx(0.737, abs=0.03)
    assert (latitude > 60).mean() == pytest.approx(0.126, abs=0.03)
    assert {p["climate"] for p in positions} == {
        "tropical",
        "arid",
        "temperate",
        "continental",
        "polar",
    }


def test_the_card_says_what_is_real(tmp_path):
    folder = make(tmp_path / "a", flavour="acquired")
    card = json.loads((folder / "dataset.json").read_text("utf-8"))
    assert card["arguments"] == {
        "flavour": "acquired",
        "chips": 12,
        "size": 16,
        "seed": 7,
    }
    assert card["simulated"] == list(FACTS)
    assert set(card["real"]) >= {"climate", "lat", "lon"}
    assert set(card["parameters"]["sensor"]) == set(SENSORS)
    assert "public domain" in card["imagery"]


def test_the_card_of_plain_chips_says_that_nothing_is_simulated(tmp_path):
    card = json.loads((make(tmp_path / "a") / "dataset.json").read_text("utf-8"))
    assert card["simulated"] == []
    assert "parameters" not in card


def test_chips_of_an_older_simulation_are_not_taken_for_these(tmp_path):
    folder = make(tmp_path / "a", flavour="acquired")
    place = folder / "dataset.json"
    card = json.loads(place.read_text("utf-8"))
    del card["edition"]
    place.write_text(json.dumps(card), "utf-8")
    with pytest.raises(ConfigError, match="something else is here"):
        make(folder, flavour="acquired")


def test_whoever_is_slower_takes_what_the_faster_one_made(tmp_path, patch_room):
    import sys

    room = sys.modules[ROOM]
    build = room._build

    def overtaken(folder, facts, earth, progress):
        build(folder, facts, earth, progress)
        build(tmp_path / "a", facts, earth, progress)

    patch_room("_build", overtaken)
    folder = make(tmp_path / "a")
    assert len(rows_of(folder)) == 12
    assert list(tmp_path.iterdir()) == [folder]


def test_what_was_made_before_is_found(tmp_path, patch_room):
    folder = make(tmp_path / "a")
    before = bytes_of(folder)
    patch_room("load_earth", None)
    assert make(tmp_path / "a") == folder
    assert bytes_of(folder) == before


@pytest.mark.parametrize(
    "change", [{"seed": 8}, {"chips": 13}, {"flavour": "acquired"}]
)
def test_a_folder_of_other_arguments_is_refused(tmp_path, change):
    folder = make(tmp_path / "a")
    before = bytes_of(folder)
    with pytest.raises(ConfigError, match="something else is here"):
        make(folder, **change)
    assert bytes_of(folder) == before


def test_a_folder_with_other_files_is_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(ConfigError, match="something else is here"):
        make(tmp_path)
    assert bytes_of(tmp_path) == {"notes.txt": b"mine"}


def test_a_file_in_that_place_is_refused(tmp_path):
    (tmp_path / "a").write_text("mine")
    with pytest.raises(ConfigError, match="something else is here"):
        make(tmp_path / "a")
    assert (tmp_path / "a").read_text() == "mine"


def test_a_card_that_is_no_card_is_refused(tmp_path):
    (tmp_path / "dataset.json").write_text("[1, 2")
    with pytest.raises(ConfigError, match="something else is here"):
        make(tmp_path)


def test_an_empty_folder_is_filled(tmp_path):
    (tmp_path / "a").mkdir()
    assert len(rows_of(make(tmp_path / "a"))) == 12


def test_nothing_half_written_is_left_when_building_fails(tmp_path, patch_room):
    import sys

    original = sys.modules[ROOM]._picture

    def failing(earth, row, number, facts):
        if number == 7:
            raise OSError(28, "No space left on device")
        return original(earth, row, number, facts)

    patch_room("_picture", failing)
    with pytest.raises(DiskFullError, match="disk is full"):
        make(tmp_path / "a")
    assert list(tmp_path.iterdir()) == []
    patch_room("_picture", original)
    assert len(rows_of(make(tmp_path / "a"))) == 12


@pytest.mark.parametrize(
    "options", [{"chips": 0}, {"size": 7}, {"size": 513}, {"flavour": "sweet"}]
)
def test_arguments_out_of_range_are_refused(tmp_path, options):
    with pytest.raises(ConfigError, match="8 to 512 pixels"):
        make(tmp_path / "a", **options)
    assert list(tmp_path.iterdir()) == []


def test_the_usual_place_is_in_the_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("SIDELIGHT_CACHE", str(tmp_path))
    folder = make(None)
    assert folder.parent == tmp_path / "datasets"
    assert folder != make(None, seed=8)


def test_a_relative_folder_is_in_the_working_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    make("chips")
    assert (tmp_path / "chips" / "table.csv").exists()


def test_it_is_registered_by_name():
    assert DATASETS.get("blue_marble").obj is blue_marble
