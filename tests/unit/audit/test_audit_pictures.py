"""Hashes that know a picture again, and what is said of pictures that are twice."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from PIL import Image

from sidelight.audit._context import Context
from sidelight.audit._files import Files
from sidelight.audit._hashes import alike, candidates
from sidelight.audit._twins import Twins, said_of_twins
from sidelight.registry import CHECKS
from sidelight.schema import Schema
from sidelight.splits import Split
from sidelight.table import Pictures, Table


def smooth(num, seed=0, cells=6):
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (num, cells, cells, 3), dtype=np.uint8)
    return np.stack(
        [np.asarray(Image.fromarray(c).resize((32, 32), 3)) for c in coarse]
    )


def test_copies_are_found_among_thousands_and_nothing_else():
    pixels = smooth(3000)
    noise = np.random.default_rng(1).integers(-6, 7, (100, 32, 32, 3))
    copies = (pixels[:100].astype(int) + noise).clip(0, 255).astype(np.uint8)
    found = candidates(both := np.concatenate([pixels, copies]))
    assert len(found) < 20_000  # of 4.8 million pairs
    pairs = {tuple(pair) for pair in alike(both, found).tolist()}
    assert pairs <= {(i, 3000 + i) for i in range(100)}
    assert len(pairs) >= 98


def test_pictures_that_share_a_hash_are_compared_pixel_by_pixel():
    pixels = smooth(2)
    pixels[1] = pixels[0]
    pixels[1, 10:22, 10:22] = 255 - pixels[1, 10:22, 10:22]
    assert alike(pixels, np.array([[0, 1]])).tolist() == []
    assert alike(pixels[[0, 0]], np.array([[0, 1]])).tolist() == [[0, 1]]


def test_no_pair_is_no_trouble():
    assert candidates(smooth(1)).shape == (0, 2)
    assert Twins.of_pairs(np.empty((0, 2), np.int64)).first.tolist() == []


def context(labels, parts):
    rows = len(labels)
    frame = pl.DataFrame({"file": [f"{i}.png" for i in range(rows)], "y": labels})
    table = Table(
        frame,
        Schema(image="file", target="y", task="multiclass"),
        "t.csv",
        np.arange(1, rows + 1),
        Pictures([f"/pictures/{i}.png" for i in range(rows)]),
    )
    return Context(table, Split(np.array(parts, np.int8), "random"))


def test_twins_with_another_label_are_severe_and_name_both_rows():
    twins = Twins.of_groups(np.arange(5), np.array([7, 3, 7, 7, 4]))
    assert (twins.first.tolist(), twins.second.tolist()) == ([0, 0], [2, 3])
    seen = context(["a", "b", "a", "b", "a"], [0, 0, 0, 0, 1])
    found = said_of_twins(seen, "exact_duplicates", "the same picture as", twins)
    assert [f.severity for f in found] == ["severe", "warning"]
    assert found[0].sentence == (
        "1 row shows the same picture as an earlier row, with another label."
    )
    (example,) = found[0].examples
    assert (example.row, example.file) == (4, "/pictures/3.png")
    assert example.value == "as row 1"


@pytest.mark.parametrize(
    ("check", "pairs", "severity"),
    [
        ("exact_duplicates", 2, "severe"),
        ("exact_duplicates", 1, "warning"),
        ("near_duplicates", 2, "warning"),
        ("near_duplicates", 1, "note"),
    ],
)
def test_twins_across_the_split_weigh_more_than_within_a_part(check, pairs, severity):
    seen = context(["a"] * 40, [0, 0] + [1] * 20 + [0] * 18)
    twins = Twins.of_pairs(np.array([[0, 2], [1, 3]])[:pairs])
    (found,) = said_of_twins(seen, check, "the picture of", twins)
    assert found.severity == severity
    assert f"{pairs / 20:.1%} of the val and test rows" in found.sentence


def test_files_are_known_by_their_contents(tmp_path):
    picture = Image.fromarray(smooth(1)[0])
    picture.save(tmp_path / "a.jpg", quality=30)
    picture.save(tmp_path / "b.jpg", quality=95)
    (tmp_path / "c.jpg").write_bytes((tmp_path / "a.jpg").read_bytes())
    (tmp_path / "d.png").write_bytes(b"no picture")
    names = ("a.jpg", "b.jpg", "c.jpg", "d.png", "gone.png")
    first = Pictures([*(tmp_path / n for n in names), None]).texts
    second = Pictures([None, tmp_path / "a.jpg", *[None] * 4]).texts
    files = Files.look(Pictures(first, second), progress=False)
    a, b, c, d, gone, again = files.looked
    assert files.rows.tolist() == [0, 1, 2, 3, 4, 1]
    assert again == a
    assert (a.format, a.size, a.mode) == ("JPEG", (32, 32), "RGB")
    assert a.digest == c.digest != b.digest
    assert a.quality > b.quality > 0
    assert "not a picture" in d.trouble
    assert "cannot be read: No such file" in gone.trouble
    assert files.usable.tolist() == [True, True, True, False, False, True]
    assert np.abs(files.pixels[1].astype(int) - smooth(1)[0]).mean() < 6


def test_black_pictures_are_no_duplicates(tmp_path):
    names = [tmp_path / f"{number}.png" for number in range(6)]
    for number, name in enumerate(names):
        Image.fromarray(smooth(1, seed=number // 5)[0] * (number < 3)).save(name)
    seen = context(["a", "a", "b", "a", "b", "a"], [0] * 6)
    seen.files = Files.look(Pictures(names), progress=False)
    (twins,) = CHECKS.get("exact_duplicates").obj(seen)[:1]
    assert (twins.rows, twins.examples[0].row) == (1, 3)
    (blank,) = CHECKS.get("blank_pictures").obj(seen)
    assert (blank.rows, [e.row for e in blank.examples]) == (3, [4, 5, 6])
    assert CHECKS.get("near_duplicates").obj(seen) == []
