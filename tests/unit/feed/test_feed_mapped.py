"""Packed pictures on disk, mapped by TensorFlow itself."""

import gc
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import tensorflow as tf

from sidelight.feed import Source, tf_dataset
from sidelight.feed._source import order_of_epoch
from sidelight.images._store import Store
from sidelight.pixels import ImageRule

RULE = ImageRule(height=4, width=5, bands=3)
PIXELS = np.random.default_rng(0).integers(0, 256, (11, 4, 5, 3), dtype=np.uint8)
SLOTS = np.array([9, 3, 3, 0, 10, 7], dtype=np.int64)


def mapped_source(folder, tail=b""):
    store = Store(folder, RULE)
    store.pixels_path.write_bytes(PIXELS.tobytes() + tail)
    pack = store.open(SLOTS)
    return Source(meta={}, pack=pack, target=np.arange(len(SLOTS)))


def images_of(dataset):
    return np.concatenate([inputs["image"].numpy() for inputs, _ in dataset])


def test_rows_get_the_pictures_of_their_slots(tmp_path):
    dataset = tf_dataset(mapped_source(tmp_path), batch_size=4)
    assert (images_of(dataset) == PIXELS[SLOTS]).all()


def test_shuffled_rows_keep_their_pictures(tmp_path):
    dataset = tf_dataset(mapped_source(tmp_path), batch_size=4, shuffle=True, seed=3)
    for epoch in range(2):
        order = order_of_epoch(len(SLOTS), shuffle=True, seed=3, epoch=epoch)
        assert (images_of(dataset) == PIXELS[SLOTS[order]]).all()


def test_a_taken_pack_gives_the_rows_taken(tmp_path):
    source = mapped_source(tmp_path)
    taken = Source(meta={}, pack=source.pack.take(np.array([4, 0])), target=np.zeros(2))
    assert (images_of(tf_dataset(taken, batch_size=2)) == PIXELS[[10, 9]]).all()


def test_part_of_a_picture_at_the_end_is_not_mapped(tmp_path):
    dataset = tf_dataset(mapped_source(tmp_path, tail=b"\x07" * 9), batch_size=4)
    assert (images_of(dataset) == PIXELS[SLOTS]).all()


def test_pictures_appended_later_disturb_nothing(tmp_path):
    source = mapped_source(tmp_path)
    dataset = tf_dataset(source, batch_size=4)
    with (tmp_path / "pixels.u8").open("ab") as file:
        file.write(b"\x07" * 1000)
    assert (images_of(dataset) == PIXELS[SLOTS]).all()
    assert (images_of(tf_dataset(source, batch_size=4)) == PIXELS[SLOTS]).all()


def test_pixels_are_mapped_not_read_into_memory(tmp_path):
    """A gigabyte of packed pictures, a hole on disk, does not enter the memory."""
    store = Store(tmp_path, RULE)
    with store.pixels_path.open("wb") as file:
        file.truncate(2**30 // store.slot_bytes * store.slot_bytes)
    before = _resident_bytes()
    source = Source(meta={}, pack=store.open(SLOTS), target=np.zeros(len(SLOTS)))
    dataset = tf_dataset(source, batch_size=6)
    assert (images_of(dataset) == 0).all()
    assert (images_of(dataset.map(lambda *batch: batch).repeat(2).take(2)) == 0).all()
    assert _resident_bytes() - before < 2**28


def test_the_mapping_lives_as_long_as_the_data_set(tmp_path):
    dataset = tf_dataset(mapped_source(tmp_path), batch_size=4)
    (tmp_path / "pixels.u8").unlink()
    gc.collect()
    assert (images_of(dataset) == PIXELS[SLOTS]).all()


def test_a_mapping_at_an_odd_place_is_copied(tmp_path):
    source = mapped_source(tmp_path)
    later = replace(source.pack, pixels=source.pack.pixels[1:], slots=SLOTS[:3] - 1)
    dataset = tf_dataset(Source({}, later, np.zeros(3)), batch_size=3)
    assert (images_of(dataset) == PIXELS[SLOTS[:3]]).all()


def test_batches_are_picked_by_the_processor(tmp_path):
    inputs, _ = next(iter(tf_dataset(mapped_source(tmp_path), batch_size=4)))
    assert tf.DeviceSpec.from_string(inputs["image"].device).device_type == "CPU"


def _resident_bytes():
    pages = Path("/proc/self/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGESIZE")
