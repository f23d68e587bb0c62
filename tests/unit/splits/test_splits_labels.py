"""Every label is in training, however rare, and rows of several are dealt evenly."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from sidelight.errors import SplitError
from sidelight.readers import read_table
from sidelight.splits import SplitConfig, make_folds, make_split
from sidelight.splits._classes import class_codes, class_members


def labelled(num_rows=200, **more):
    rng = np.random.default_rng(0)
    rare = np.zeros(num_rows, dtype=bool)
    rare[:4] = True
    has = {"common": rng.random(num_rows) < 0.7, "half": rng.random(num_rows) < 0.5}
    sets = [
        ";".join(n for n, mask in {**has, "rare": rare}.items() if mask[i])
        for i in range(num_rows)
    ]
    frame = pl.DataFrame({"tags": sets, "x": rng.normal(size=num_rows), **more})
    return read_table(frame, target="tags", task="multilabel", drop=list(more))


def test_a_row_belongs_to_the_stratum_of_its_rarest_label():
    table = labelled()
    members = class_members(table)
    assert members.names == ["common", "half", "rare"]
    codes, sets = class_codes(table), table.target().to_list()
    assert codes[:4].tolist() == [2] * 4
    for code, labels in zip(codes[4:], sets[4:], strict=True):
        words = labels.split(";") if labels else []
        expected = 3 if not words else 1 if "half" in words else 0
        assert code == expected


def test_what_no_chosen_row_has_is_absent():
    members = class_members(labelled())
    chosen = np.ones(200, dtype=bool)
    assert members.absent(chosen) == []
    chosen[:4] = False
    assert members.absent(chosen) == ["rare"]


def test_labels_are_dealt_in_the_wanted_fractions():
    table = labelled()
    split = make_split(table, SplitConfig())
    assert split.method == "stratified"
    assert "rare" in ";".join(table.take(split, "train").target())
    for label in ("common", "half"):
        shares = [
            table.take(split, part).target().str.contains(label).mean()
            for part in ("train", "test")
        ]
        assert shares[0] == pytest.approx(shares[1], abs=0.12)


def test_every_label_is_in_training_of_every_fold():
    table = labelled()
    for fold in make_folds(table, SplitConfig(), 4):
        assert class_members(table).absent(fold.assignment == 0) == []


def test_a_split_that_keeps_a_label_from_training_is_refused():
    part = ["test"] * 4 + ["train"] * 150 + ["val"] * 46
    table = labelled(part=part)
    with pytest.raises(SplitError, match="no training row has the label 'rare'"):
        make_split(table, SplitConfig(column="part"))


def test_ordered_classes_are_dealt_like_any():
    grades = ["low", "mid", "high"] * 20
    frame = pl.DataFrame({"grade": grades, "x": np.arange(60) ** 1.5})
    table = read_table(
        frame, target="grade", task="ordinal", classes=["low", "mid", "high"]
    )
    split = make_split(table, SplitConfig())
    assert split.method == "stratified"
    assert set(table.take(split, "test").target()) == {"low", "mid", "high"}
