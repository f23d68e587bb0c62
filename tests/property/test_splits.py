"""Parts are disjoint and covering; groups, blocks and buffers hold for any data."""

import datetime as dt

import numpy as np
import polars as pl
from hypothesis import given, reject
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from sidelight.errors import SplitError
from sidelight.schema import Column, Schema
from sidelight.splits import SplitConfig, make_folds
from sidelight.splits.column import column
from sidelight.splits.grouped import grouped
from sidelight.splits.random import random
from sidelight.splits.spatial import blocks, spatial
from sidelight.splits.stratified import stratified
from sidelight.splits.time import time
from sidelight.table import Table

PLACE = Column(name="location", kind="location", sources=("lat", "lon"))
SEEDS = st.integers(0, 2**31)


@st.composite
def fractions(draw):
    parts = [draw(st.integers(1, 20)) for _ in range(3)]
    return tuple(part / sum(parts) for part in parts)


def table_of(**columns):
    frame = pl.DataFrame(columns)
    schema = Schema(target="y" if "y" in columns else None, task="multiclass")
    return Table(frame, schema, "t.csv", np.arange(1, frame.height + 1))


def is_partition(split, num_rows):
    """Every row is in exactly one part, or left out."""
    taken = [split.indices(part) for part in ("train", "val", "test")]
    together = np.sort(np.concatenate(taken))
    kept = np.flatnonzero(split.assignment != -1)
    return len(split) == num_rows and np.array_equal(together, kept)


@given(st.integers(1, 200), fractions(), SEEDS)
def test_random_parts_are_right_to_a_row(num_rows, wanted, seed):
    config = SplitConfig(fractions=wanted, seed=seed)
    table = table_of(y=["a"] * num_rows)
    split = random(table, config)
    assert is_partition(split, num_rows)
    assert split.left_out == 0
    sizes = np.bincount(split.assignment, minlength=3)
    assert (np.abs(sizes - np.array(wanted) * num_rows) < 1 + 1e-9).all()
    assert np.array_equal(split.assignment, random(table, config).assignment)


@given(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=80), fractions(), SEEDS)
def test_every_class_is_trained_on(labels, wanted, seed):
    table = table_of(y=labels)
    split = stratified(table, SplitConfig(fractions=wanted, seed=seed))
    assert is_partition(split, len(labels))
    assert split.left_out == 0
    trained = {labels[i] for i in split.indices("train")}
    assert trained == set(labels)


@given(
    st.lists(st.integers(0, 12), min_size=3, max_size=80).filter(
        lambda names: len(set(names)) >= 3
    ),
    fractions(),
    SEEDS,
)
def test_groups_stay_whole_and_no_part_is_empty(names, wanted, seed):
    table = table_of(g=[f"g{n}" for n in names])
    split = grouped(table, SplitConfig(group="g", fractions=wanted, seed=seed))
    assert is_partition(split, len(names))
    for name in set(names):
        rows = [i for i, other in enumerate(names) if other == name]
        assert len(set(split.assignment[rows])) == 1
    assert set(split.assignment) == {0, 1, 2}


@given(
    st.lists(st.integers(0, 30), min_size=3, max_size=80).filter(
        lambda days: len(set(days)) >= 3
    ),
    fractions(),
)
def test_nothing_is_trained_on_that_came_later(days, wanted):
    start = dt.datetime(2020, 2, 1)
    at = [start + dt.timedelta(days=day) for day in days]
    split = time(table_of(at=at), SplitConfig(time="at", fractions=wanted))
    assert is_partition(split, len(days))
    days = np.array(days)
    train, val, test = (days[split.indices(p)] for p in ("train", "val", "test"))
    assert train.max() < val.min()
    assert val.max() < test.min()


@given(
    st.lists(st.sampled_from(["train", "val", "test"]), min_size=1, max_size=60), SEEDS
)
def test_a_column_never_moves_a_test_row(words, seed):
    table = table_of(part=words)
    if "val" not in words and "train" not in words:
        words[0] = "train"
        table = table_of(part=words)
    split = column(table, SplitConfig(column="part", seed=seed))
    assert is_partition(split, len(words))
    assert [w == "test" for w in words] == (split.assignment == 2).tolist()
    if "val" in words:
        assert [w == "val" for w in words] == (split.assignment == 1).tolist()


POSITIONS = st.integers(12, 60).flatmap(
    lambda num: st.tuples(
        hnp.arrays(float, num, elements=st.floats(-90, 90)),
        hnp.arrays(float, num, elements=st.floats(-180, 360)),
    )
)


def great_circle_deg(latitude, longitude):
    """All distances by the angle between unit vectors, pair by pair."""
    phi, lam = np.radians(latitude), np.radians(longitude)
    vectors = np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam)], -1)
    vectors = np.concatenate([vectors, np.sin(phi)[:, None]], axis=1)
    cross = np.cross(vectors[:, None], vectors[None])
    # The arc tangent stays exact for near pairs, where the arc cosine does not.
    return np.degrees(np.arctan2(np.linalg.norm(cross, axis=-1), vectors @ vectors.T))


def spread_out(positions):
    """Add three far places, so that there are always enough blocks."""
    latitude, longitude = (
        np.concatenate([p, e]) for p, e in zip(positions, EXTRA, strict=True)
    )
    schema = Schema(columns=(PLACE,))
    frame = pl.DataFrame({"lat": latitude, "lon": longitude})
    table = Table(frame, schema, "t.csv", np.arange(1, frame.height + 1))
    return table, latitude, longitude


EXTRA = (np.array([0.0, 0.0, 0.0]), np.array([0.0, 120.0, 240.0]))


def holds_buffer(split, whole, latitude, longitude, buffer):
    """Left out are just those train rows that are nearer than the buffer."""
    distance = great_circle_deg(latitude, longitude)
    others = np.flatnonzero(whole > 0)
    for row in np.flatnonzero(whole == 0):
        nearest = distance[row, others].min()
        if abs(nearest - buffer) > 1e-6:  # at the edge rounding decides
            assert (split.assignment[row] == -1) == (nearest < buffer)
    assert np.array_equal(split.assignment[others], whole[others])


@given(POSITIONS, st.floats(1, 60), st.floats(0.01, 40), fractions(), SEEDS)
def test_blocks_stay_whole_and_the_buffer_holds(positions, size, buffer, wanted, seed):
    table, latitude, longitude = spread_out(positions)
    config = SplitConfig(block_deg=size, fractions=wanted, seed=seed)
    whole = spatial(table, config)
    assert is_partition(whole, len(table))
    assert whole.left_out == 0
    number = blocks(np.stack([latitude, longitude], axis=1), size)
    for block in np.unique(number):
        assert len(np.unique(whole.assignment[number == block])) == 1
    split = spatial(table, config.model_copy(update={"buffer_deg": buffer}))
    assert is_partition(split, len(table))
    holds_buffer(split, whole.assignment, latitude, longitude, buffer)


@given(POSITIONS, st.floats(0.01, 20), SEEDS)
def test_folds_cover_every_row_once_and_hold_the_buffer(positions, buffer, seed):
    table, latitude, longitude = spread_out(positions)
    config = SplitConfig(method="spatial", block_deg=20.0, seed=seed)
    plain = make_folds(table, config, 3)
    try:
        wide = config.model_copy(update={"buffer_deg": buffer})
        buffered = make_folds(table, wide, 3)
    except SplitError:  # too wide a buffer leaves nothing to train on
        reject()
    assert (np.sum([f.assignment == 2 for f in plain], axis=0) == 1).all()
    for whole, split in zip(plain, buffered, strict=True):
        assert is_partition(split, len(table))
        holds_buffer(split, whole.assignment, latitude, longitude, buffer)


@given(
    st.lists(st.tuples(st.integers(0, 9), st.sampled_from("abc")), min_size=12),
    SEEDS,
    st.randoms(),
)
def test_the_order_of_rows_moves_no_unit_to_another_part(rows, seed, random):
    rows = [(0, "a"), (3, "b"), (9, "c"), *rows]
    config = SplitConfig(group="g", time="at", seed=seed, block_deg=20.0)
    shuffled = random.sample(rows, len(rows))
    for way in (grouped, spatial, time):
        parts = [
            dict(
                zip(given_rows, way(units(given_rows), config).assignment, strict=True)
            )
            for given_rows in (rows, shuffled)
        ]
        assert parts[0] == parts[1]


def units(rows):
    """Rows whose group, place and moment are all told by one number."""
    number = np.array([n for n, _ in rows])
    return Table(
        pl.DataFrame(
            {
                "g": number,
                "at": number.astype(float),
                "lat": number * 5.0,
                "lon": number * 30.0,
                "y": [label for _, label in rows],
            }
        ),
        Schema(target="y", task="multiclass", columns=(PLACE,)),
        "t.csv",
        np.arange(1, len(rows) + 1),
    )


@given(st.lists(st.sampled_from("abcd"), min_size=2, max_size=40), SEEDS)
def test_val_taken_from_train_leaves_every_class_in_train(labels, seed):
    table = table_of(y=labels, part=["train"] * len(labels))
    split = column(table, SplitConfig(column="part", seed=seed))
    trained = [labels[i] for i in split.indices("train")]
    assert set(trained) == set(labels)
    num_free = len(labels) - len(set(labels))
    assert len(split.indices("val")) == min(
        num_free, max(1, round(len(labels) * 0.15 / 0.85))
    )
