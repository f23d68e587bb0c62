"""What people with a training loop of their own get."""

import numpy as np
import polars as pl
import pytest
import tensorflow as tf
from PIL import Image

from sidelight.doors import attach, make_datasets
from sidelight.errors import ColumnNotFoundError, ConfigError, TableError
from sidelight.readers import read_table

NUM_ROWS = 40


@pytest.fixture
def table(tmp_path):
    """Forty 16 × 12 pictures whose red says the row, two classes, two columns."""
    rows = np.arange(NUM_ROWS)
    for row in rows:
        Image.new("RGB", (12, 16), (int(row), 0, 0)).save(tmp_path / f"{row}.png")
    frame = pl.DataFrame(
        {
            "file": [f"{row}.png" for row in rows],
            "label": [("wet", "dry")[row % 2] for row in rows],
            "height_m": (rows * 1.5 + 0.25).tolist(),
            "sensor": [("a", "b", "c", "c")[row // 2 % 4] for row in rows],
        }
    )
    return read_table(frame, image="file", target="label", images=tmp_path)


def rows_of(dataset):
    images = np.concatenate([inputs["image"].numpy() for inputs, _ in dataset])
    return images[:, 0, 0, 0].tolist()


def test_make_datasets_gives_train_val_and_test(table, tmp_path):
    parts = make_datasets(table, batch_size=8, cache=tmp_path / "cache")
    split = parts[0].prepared.split
    for name, dataset in zip(("train", "val", "test"), parts, strict=True):
        inputs, label = dataset.element_spec
        assert set(inputs) == {"image", "numeric", "categorical"}
        assert inputs["image"] == tf.TensorSpec((None, 16, 12, 3), tf.uint8)
        assert inputs["numeric"].dtype == tf.float32
        assert inputs["categorical"].dtype == tf.int32
        assert label.shape.as_list() == [None]
        assert sorted(rows_of(dataset)) == split.indices(name).tolist()
    assert sum(len(rows_of(dataset)) for dataset in parts) == NUM_ROWS


def test_only_train_is_shuffled_and_labels_belong_to_pictures(table, tmp_path):
    train, val, test = make_datasets(table, batch_size=8, cache=tmp_path / "cache")
    classes = train.prepared.preprocessor.classes
    for inputs, labels in [*train, *val, *test]:
        rows = inputs["image"].numpy()[:, 0, 0, 0]
        expected = [("wet", "dry")[row % 2] for row in rows]
        assert [classes[int(label)] for label in labels.numpy()] == expected
    assert rows_of(train) != rows_of(train)
    assert rows_of(test) == sorted(rows_of(test))
    assert rows_of(val) == sorted(rows_of(val))


def test_metadata_is_scaled_by_the_training_rows(table, tmp_path):
    train, _, _ = make_datasets(table, batch_size=64, cache=tmp_path / "cache")
    numeric = np.concatenate([inputs["numeric"].numpy() for inputs, _ in train])
    assert np.abs(numeric.mean(axis=0)).max() < 1e-5
    assert np.allclose(numeric.std(axis=0)[0], 1, atol=1e-5)


def test_a_size_may_be_a_number(table, tmp_path):
    train, _, _ = make_datasets(table, size=9, cache=tmp_path / "cache")
    assert train.element_spec[0]["image"].shape.as_list() == [None, 9, 9, 3]


def test_options_reach_the_split_and_the_pictures(table, tmp_path):
    train, _, _ = make_datasets(
        table, size="8x10", cache=tmp_path / "cache", seed=3, method="random"
    )
    assert train.element_spec[0]["image"].shape.as_list() == [None, 8, 10, 3]
    assert train.prepared.split.method == "random"
    assert (tmp_path / "cache" / "packs").is_dir()


def test_a_seed_repeats_the_split_and_the_order(table, tmp_path):
    options = {"batch_size": 8, "cache": tmp_path / "cache"}
    first, again, other = (
        [rows_of(d) for d in make_datasets(table, seed=seed, **options)]
        for seed in (1, 1, 2)
    )
    assert first == again
    assert first != other


def test_an_unknown_option_is_refused(table, tmp_path):
    with pytest.raises(ConfigError, match="methd"):
        make_datasets(table, cache=tmp_path / "cache", methd="random")


def scenes(keys, form="tuple"):
    images = np.zeros((len(keys), 2, 2, 3), np.uint8)
    labels = np.arange(len(keys))
    parts = (keys, images, labels)
    if form == "dict":
        parts = dict(zip(("scene_id", "image", "label"), parts, strict=True))
    return tf.data.Dataset.from_tensor_slices(parts)


def metadata(keys, **columns):
    size = len(keys)
    defaults = {
        "height_m": (np.arange(size) * 10.0 + 0.5).tolist(),
        "sensor": ["a", "b"] * (size // 2),
    }
    return read_table(pl.DataFrame({"scene_id": keys, **defaults, **columns}))


@pytest.mark.parametrize("form", ["tuple", "dict"])
@pytest.mark.parametrize(
    "keys",
    [
        ["s1", "s2", "s3", "s4"],
        [1, 2, 3, 4],
        [1.0, 2.0, 3.0, 4.0],
        ["1", "2", "3", "4"],
    ],
    ids=["text", "integers", "floats", "digits"],
)
def test_attach_joins_by_key(form, keys):
    element_keys = [int(k) if isinstance(k, float) else k for k in keys]
    order = [2, 0, 3, 1]
    dataset = scenes([element_keys[i] for i in order], form)
    found = list(attach(dataset, metadata(keys), key="scene_id"))
    heights = [float(inputs["numeric"][0]) for inputs, _ in found]
    assert np.argsort(heights).tolist() == np.argsort(order).tolist()
    assert [int(label) for _, label in found] == [0, 1, 2, 3]
    assert set(found[0][0]) == {"image", "numeric", "categorical"}


def test_attach_fits_on_the_rows_the_data_set_names_and_no_others():
    table = metadata(
        [f"s{i}" for i in range(6)], height_m=[1.0, 3.0, 1e3, 1.0, 3.0, 1e3]
    )
    train = attach(scenes(["s0", "s1", "s3", "s4"]), table, key="scene_id")
    values = [float(inputs["numeric"][0]) for inputs, _ in train]
    assert values == pytest.approx([-1, 1, -1, 1], abs=1e-5)
    val = attach(scenes(["s2"]), table, key="scene_id", preprocessor=train.preprocessor)
    assert val.preprocessor is train.preprocessor
    # Far outside the training rows: clipped, as it would not be had it been fitted on.
    assert float(next(iter(val))[0]["numeric"][0]) == 10


def test_attach_counts_what_has_no_row():
    found = attach(scenes(["s1", "x", "s0"]), metadata(["s0", "s1"]), key="scene_id")
    assert len(list(found)) == 2
    assert found.matching.unmatched == 1


def test_the_key_is_no_metadata():
    keys = [1, 2, 3, 4, 5, 6, 7, 9]
    table = metadata(keys)
    kept = read_table(table.frame, kinds={"scene_id": "numeric"})
    found = attach(scenes(keys), kept, key="scene_id")
    names = [feature.name for feature in found.preprocessor.spec.features]
    assert names == ["height_m", "sensor"]


def test_rows_without_a_key_are_never_joined():
    found = attach(scenes(["a", "b"]), metadata(["a", None, "b", None]), key="scene_id")
    assert len(list(found)) == 2


def test_attach_refuses_an_unknown_key_column():
    with pytest.raises(ColumnNotFoundError, match="Did you mean 'scene_id'"):
        attach(scenes(["a"]), metadata(["a", "b"]), key="scene")


def test_attach_refuses_two_rows_with_one_key():
    with pytest.raises(TableError, match="more than one row"):
        attach(scenes(["a"]), metadata(["a", "a", "b", "c"]), key="scene_id")


def test_attach_refuses_keys_that_match_nothing():
    with pytest.raises(TableError, match="no key of the data set"):
        attach(scenes(["x"]), metadata(["a", "b"]), key="scene_id")
