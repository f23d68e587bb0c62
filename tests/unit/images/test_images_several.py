"""Pictures of rows that have several: packed once each, gathered together."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from PIL import Image

from sidelight.errors import ImageError
from sidelight.feed import Source, batches
from sidelight.feed.py_dataset import SourceDataset
from sidelight.images import pack, survey
from sidelight.pixels import ImageRule
from sidelight.schema import Schema
from sidelight.table import Pictures, Table

LEVEL = {name: 20 * (i + 1) for i, name in enumerate("abcdef")}
ROWS = [("a", "b", "c"), (None, "d", None), ("e", None, "f"), (None, None, None)]


def table_of(folder, rows=ROWS):
    for name, level in LEVEL.items():
        picture = Image.new("L", (9, 8), level)
        picture.save(folder / f"{name}.png")
    slots = [
        [n and folder / f"{n}.png" for n in slot] for slot in zip(*rows, strict=True)
    ]
    schema = Schema(image="one", more_images=("two", "three"))
    number = np.arange(1, len(rows) + 1)
    frame = pl.DataFrame({"row": number})
    return Table(frame, schema, "t.csv", number, Pictures(*slots))


@pytest.fixture(scope="module")
def packed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("several")
    table = table_of(folder)
    rule = survey(table).rule
    return pack(table, rule, cache=folder / "cache")


def levels(pack, *rows):
    return pack.gather(np.array(rows)).mean(axis=(2, 3, 4)).tolist()


def test_every_picture_is_packed_once_and_absent_ones_are_marked(packed):
    assert packed.num_decoded == len(LEVEL) + 1  # the black one
    assert packed.images.slots.shape == (4, 3)
    np.testing.assert_array_equal(
        packed.images.there, [[1, 1, 1], [0, 1, 0], [1, 0, 1], [0, 0, 0]]
    )
    assert packed.images.gather(np.array([0])).shape == (1, 3, 8, 9, 1)


def test_what_has_no_file_is_packed_once_whatever_is_verified(packed, tmp_path):
    rule = packed.images.rule
    for decoded in (len(LEVEL) + 1, 0):
        table = packed.table
        again = pack(table, rule, cache=tmp_path, verify=True)
        assert again.num_decoded == decoded


def test_a_rows_own_pictures_stand_in_for_absent_ones(packed):
    found = levels(packed.images, 0, 1, 2, 3)
    assert found == [[20, 40, 60], [80, 80, 80], [100, 120, 120], [0, 0, 0]]


def test_rows_are_taken_with_their_marks(packed):
    part = packed.images.take(np.array([2, 1]))
    assert levels(part, 1) == [[80, 80, 80]]
    np.testing.assert_array_equal(part.there, [[1, 0, 1], [0, 1, 0]])


def test_both_feeds_give_the_same_batches(packed):
    source = Source(meta={"numeric": np.ones((4, 2), "float32")}, pack=packed.images)
    first = next(iter(batches(source, batch_size=3)))
    second = SourceDataset(source, batch_size=3)[0]
    assert set(first) == set(second) == {"numeric", "image", "pictures"}
    for name, block in second.items():
        np.testing.assert_array_equal(np.asarray(first[name]), block)
    assert first["image"].shape == (3, 3, 8, 9, 1)
    assert source.pictures_a_row == 3
    assert Source(meta=source.meta).pictures_a_row == 1
    assert "pictures" not in source.only(["numeric"]).gather(np.array([0]))[0]


def test_an_unusable_picture_is_named_wherever_it_stands(tmp_path):
    table = table_of(tmp_path, [("a", "b"), ("c", "d"), ("e", "f")])
    (tmp_path / "d.png").write_bytes(b"no picture")
    with pytest.raises(ImageError) as failure:
        survey(table)
    message = str(failure.value)
    assert "1 picture of 6 cannot be used" in message
    assert "row 2" in message
    assert "d.png" in message
    kept = survey(table, on_bad="drop").table
    assert kept.rows.tolist() == [1, 3]
    assert sum(kept.dropped.values()) == 1
    Path(tmp_path / "d.png").unlink()
    rule = ImageRule(height=8, width=9, bands=1)
    with pytest.raises(ImageError, match=r"row 2, '.*d\.png'"):
        pack(table, rule, cache=tmp_path / "cache")
