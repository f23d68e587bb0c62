"""Catalogues and records on the command line: packed, trained on, asked again."""

from __future__ import annotations

import json

import pytest

from tests.end_to_end.conftest import make_rows, write_table

FAST = ["--epochs", 1, "--size", 16, "--backbone", "small"]


def as_items(folder, rows):
    """Write a STAC collection of the rows' pictures, with the label as a property."""
    links = []
    for number, row in enumerate(rows):
        minute = f"2021-05-01T10:{number:02d}:00Z"
        box = [[number, 0], [number + 1, 0], [number + 1, 1], [number, 1], [number, 0]]
        item = {
            "type": "Feature",
            "stac_version": "1.0.0",
            "id": f"scene {number}",
            "geometry": {"type": "Polygon", "coordinates": [box]},
            "bbox": [number, 0, number + 1, 1],
            "properties": {"datetime": minute, "label": row["label"]},
            "assets": {"visual": {"href": row["file"], "type": "image/png"}},
            "links": [],
        }
        (folder / f"{number}.json").write_text(json.dumps(item))
        links.append({"rel": "item", "href": f"./{number}.json"})
    content = {"type": "Catalog", "id": "c", "description": "d", "links": links}
    place = folder / "catalog.json"
    place.write_text(json.dumps(content | {"stac_version": "1.0.0"}))
    return place


def test_a_catalogue_is_packed_ahead(sidelight, tmp_path):
    catalogue = as_items(tmp_path, make_rows(tmp_path, 24))
    ahead = sidelight("pack", catalogue, "--size", 16, "--json")
    assert ahead.code == 0, ahead.err
    assert json.loads(ahead.out)["decoded"] == 24
    again = sidelight("pack", catalogue, "--size", 16)
    assert "24 rows, 0 pictures decoded to 16 × 16 × 3" in again.out


@pytest.mark.slow
def test_records_of_a_catalogue_give_the_same_run(sidelight, tmp_path):
    catalogue = as_items(tmp_path, make_rows(tmp_path, 24))
    shards = tmp_path / "shards"
    written = sidelight(
        *("pack", catalogue, "--asset", "visual", "--to", "tfrecord"),
        *("-o", shards, "--shards", 3, "--json"),
    )
    assert written.code == 0, written.err
    assert json.loads(written.out)["pictures"] == 24
    runs = tmp_path / "runs"
    trained = sidelight(
        *("train", shards, "--target", "label", "--runs", runs, "--name", "one"), *FAST
    )
    assert trained.code == 0, trained.err
    scored = sidelight("evaluate", runs / "one", catalogue, "--json")
    assert scored.code == 0, scored.err
    same = sidelight("evaluate", runs / "one", shards, "--json")
    assert json.loads(scored.out) == json.loads(same.out)


def test_what_cannot_be_packed_is_said(sidelight, tmp_path):
    table = write_table(tmp_path / "t.csv", make_rows(tmp_path, 6))
    known = ("pack", table, "--image", "file")
    for words, said in (
        ((*known, "--to", "tfrecrd", "-o", tmp_path / "o"), "Did you mean 'tfrecord'"),
        ((*known, "--to", "tfrecord"), "--to FORMAT and --output DIR belong together"),
        ((*known, "--shards", 2), "there is no --to"),
        (("pack", table), "no pictures to pack"),
        ((*known, "--to", "tfrecord", "-o", tmp_path), "there is already"),
        ((*known, "--asset", "red"), "Only STAC catalogues have some"),
    ):
        answer = sidelight(*words)
        assert answer.code == 2
        assert said in answer.err
    assert not (tmp_path / "o").exists()
