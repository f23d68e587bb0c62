"""The same rows in the same order, whatever asks for them."""

import numpy as np
import pytest
import tensorflow as tf

from sidelight import feed
from sidelight.feed import Source, batches, tf_dataset
from sidelight.feed._source import order_of_epoch
from sidelight.feed.py_dataset import SourceDataset
from sidelight.images import Pack
from sidelight.pixels import ImageRule

NUM_ROWS = 23


def make_source(*, target=True, weight=False, pictures=True, meta=True):
    """Rows whose number stands in every part of them; slots are in another order."""
    rows = np.arange(NUM_ROWS)
    slots = rows[::-1].copy()
    pixels = np.zeros((NUM_ROWS, 4, 5, 3), np.uint8)
    pixels[slots] = rows[:, None, None, None]
    rule = ImageRule(height=4, width=5, bands=3)
    return Source(
        meta={
            "numeric": np.stack([rows, -rows], axis=1).astype(np.float32),
            "categorical": rows[:, None].astype(np.int32),
        }
        if meta
        else {},
        pack=Pack(rule, pixels, slots) if pictures else None,
        target=rows.astype(np.int64) if target else None,
        weight=(rows / 10).astype(np.float32) if weight else None,
    )


def rows_of(batch):
    """Row numbers of a batch, after checking that all its parts agree."""
    inputs, *answers = batch if isinstance(batch, tuple) else (batch,)
    rows = np.asarray(inputs["image"])[:, 0, 0, 0].astype(int)
    assert (np.asarray(inputs["image"]) == rows[:, None, None, None]).all()
    assert (np.asarray(inputs["numeric"]) == np.stack([rows, -rows], 1)).all()
    assert (np.asarray(inputs["categorical"])[:, 0] == rows).all()
    if answers:
        assert (np.asarray(answers[0]) == rows).all()
    if len(answers) > 1:
        assert np.allclose(np.asarray(answers[1]), rows / 10)
    return rows.tolist()


def epoch_of(dataset):
    return [rows_of(batch) for batch in dataset]


def flat(batches):
    return [row for batch in batches for row in batch]


def test_an_order_is_a_permutation_that_depends_on_seed_and_epoch_only():
    orders = {
        (seed, epoch): order_of_epoch(50, shuffle=True, seed=seed, epoch=epoch).tolist()
        for seed in range(3)
        for epoch in range(3)
    }
    assert len({tuple(order) for order in orders.values()}) == 9
    assert all(sorted(order) == list(range(50)) for order in orders.values())
    np.random.default_rng().random()
    np.random.seed(1)
    again = order_of_epoch(50, shuffle=True, seed=2, epoch=1).tolist()
    assert again == orders[2, 1]
    plain = order_of_epoch(50, shuffle=False, seed=2, epoch=1).tolist()
    assert plain == list(range(50))


@pytest.mark.parametrize("batch_size", [1, 5, 23, 100])
@pytest.mark.parametrize("shuffle", [False, True])
def test_both_feeds_give_identical_epochs(batch_size, shuffle):
    source = make_source()
    options = {"batch_size": batch_size, "shuffle": shuffle, "seed": 3}
    dataset, keras_dataset = (
        tf_dataset(source, **options),
        SourceDataset(source, **options),
    )
    assert len(dataset) == len(keras_dataset) == -(-NUM_ROWS // batch_size)
    epochs = []
    for _ in range(3):
        epochs.append(epoch_of(dataset))
        assert epochs[-1] == epoch_of(keras_dataset[i] for i in range(len(dataset)))
        assert sorted(flat(epochs[-1])) == list(range(NUM_ROWS))
        assert [len(b) for b in epochs[-1][:-1]] == [batch_size] * (len(dataset) - 1)
        keras_dataset.on_epoch_end()
    assert (epochs[0] != epochs[1]) == shuffle
    assert (epochs[1] != epochs[2]) == shuffle


def test_unshuffled_rows_come_in_the_order_of_the_table():
    dataset = tf_dataset(make_source(), batch_size=4)
    assert flat(epoch_of(dataset)) == list(range(NUM_ROWS))


def test_an_epoch_has_the_order_that_its_number_says():
    dataset = tf_dataset(make_source(), batch_size=4, shuffle=True, seed=8)
    for epoch in range(3):
        order = order_of_epoch(NUM_ROWS, shuffle=True, seed=8, epoch=epoch)
        assert flat(epoch_of(dataset)) == order.tolist()


def test_a_training_can_go_on_at_any_epoch():
    options = {"batch_size": 4, "shuffle": True, "seed": 8}
    whole = tf_dataset(make_source(), **options)
    epochs = [epoch_of(whole) for _ in range(4)]
    rest = tf_dataset(make_source(), **options, first_epoch=2)
    assert [epoch_of(rest), epoch_of(rest)] == epochs[2:]


def test_an_epoch_that_was_broken_off_still_counts():
    dataset = tf_dataset(make_source(), batch_size=4, shuffle=True)
    next(iter(dataset))
    order = order_of_epoch(NUM_ROWS, shuffle=True, seed=0, epoch=1)
    assert flat(epoch_of(dataset)) == order.tolist()


def test_two_data_sets_of_one_source_do_not_disturb_each_other():
    first, second = (
        tf_dataset(make_source(), batch_size=4, shuffle=True) for _ in range(2)
    )
    assert epoch_of(first) == epoch_of(second)


def test_weights_come_third():
    source = make_source(weight=True)
    dataset = tf_dataset(source, batch_size=7, shuffle=True)
    assert all(len(batch) == 3 for batch in dataset)
    assert sorted(flat(epoch_of(dataset))) == list(range(NUM_ROWS))
    assert len(SourceDataset(source, batch_size=7)[0]) == 3


def test_without_a_target_there_are_inputs_only():
    source = make_source(target=False)
    dataset = tf_dataset(source, batch_size=7)
    assert all(isinstance(batch, dict) for batch in dataset)
    assert flat(epoch_of(dataset)) == list(range(NUM_ROWS))
    assert isinstance(SourceDataset(source, batch_size=7)[0], dict)


def test_without_pictures_there_are_none():
    source = make_source(pictures=False)
    assert len(source) == NUM_ROWS
    inputs, target = next(iter(tf_dataset(source, batch_size=5)))
    assert set(inputs) == {"numeric", "categorical"}
    assert target.numpy().tolist() == [0, 1, 2, 3, 4]


def test_without_metadata_there_are_pictures_only():
    inputs, _ = next(iter(tf_dataset(make_source(meta=False), batch_size=5)))
    assert set(inputs) == {"image"}


def test_shapes_and_types_are_known_beforehand():
    inputs, target, weight = tf_dataset(
        make_source(weight=True), batch_size=7
    ).element_spec
    assert inputs["image"] == tf.TensorSpec((None, 4, 5, 3), tf.uint8)
    assert inputs["numeric"] == tf.TensorSpec((None, 2), tf.float32)
    assert inputs["categorical"] == tf.TensorSpec((None, 1), tf.int32)
    assert target == tf.TensorSpec((None,), tf.int64)
    assert weight == tf.TensorSpec((None,), tf.float32)


def test_a_batch_is_a_copy_not_a_view_of_the_pack():
    source = make_source()
    inputs, _ = source.gather(np.arange(3))
    inputs["image"][:] = 99
    inputs["numeric"][:] = 99
    assert rows_of(source.gather(np.arange(3))) == [0, 1, 2]


def test_the_running_backend_decides(monkeypatch):
    source = make_source()
    assert isinstance(batches(source, batch_size=5), tf.data.Dataset)
    monkeypatch.setattr(feed.keras.backend, "backend", lambda: "jax")
    other = batches(source, batch_size=5, shuffle=True, seed=4)
    assert isinstance(other, SourceDataset)
    assert (other.batch_size, other.shuffle, other.seed) == (5, True, 4)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="batch_of"):
        feed.batch_of  # noqa: B018


@pytest.mark.parametrize("make", [batches, tf_dataset, SourceDataset])
def test_every_feed_goes_on_at_the_epoch_it_is_told(make):
    feed_ = make(
        make_source(), batch_size=NUM_ROWS, shuffle=True, seed=3, first_epoch=2
    )
    first = feed_[0] if isinstance(feed_, SourceDataset) else next(iter(feed_))
    order = order_of_epoch(NUM_ROWS, shuffle=True, seed=3, epoch=2)
    np.testing.assert_array_equal(np.asarray(first[1]), order)


def test_nothing_in_it_changes_how_the_process_gets_memory():
    """A GeneratorDataset would: each big tensor then comes from the kernel anew."""
    dataset = tf_dataset(make_source(), batch_size=5, shuffle=True)
    graph = tf.raw_ops.DatasetToGraphV2(
        input_dataset=tf.data.experimental.to_variant(dataset)
    )
    names = graph.numpy()
    assert b"PrefetchDataset" in names  # the whole of it
    assert b"PyFunc" in names
    assert b"GeneratorDataset" not in names
