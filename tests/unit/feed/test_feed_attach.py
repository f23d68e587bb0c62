"""Metadata joined to somebody else's data set."""

import numpy as np
import pytest
import tensorflow as tf

from sidelight.errors import ConfigError, TableError
from sidelight.feed import attach, keys_of

META = {
    "numeric": np.array([[10.0], [20.0], [30.0]], np.float32),
    "categorical": np.array([[1], [2], [3]], np.int32),
}


def elements(keys, form="tuple"):
    """One element a key; picture and label say which."""
    images = np.arange(len(keys), dtype=np.uint8)[:, None, None, None] * np.ones(
        (1, 2, 2, 3), np.uint8
    )
    labels = np.arange(len(keys)) + 100
    if form == "tuple":
        parts = (keys, images, labels)
    else:
        parts = {"id": keys, "image": images, "label": labels, "more": labels}
    return tf.data.Dataset.from_tensor_slices(parts)


def joined(dataset):
    return [
        (
            float(inputs["numeric"][0]),
            int(inputs["categorical"][0]),
            int(inputs["image"][0, 0, 0]),
            int(label),
        )
        for inputs, label in dataset
    ]


@pytest.mark.parametrize("form", ["tuple", "dict"])
@pytest.mark.parametrize(
    ("wanted", "known"),
    [
        (["c", "a", "b"], ["a", "b", "c"]),
        ([7, -5, 6], [-5, 6, 7]),
        (np.array([7, 5, 6], np.int32), ["5", "6", "7"]),
        (["7", "5", "6"], [5, 6, 7]),
        (["ü b\n", "ü", "ü b"], ["ü", "ü b", "ü b\n"]),
    ],
    ids=["text", "integers", "integers and digits", "digits and integers", "unicode"],
)
def test_each_element_gets_its_row(form, wanted, known):
    found = attach(elements(wanted, form), META, known, key="id")
    assert joined(found) == [(30, 3, 0, 100), (10, 1, 1, 101), (20, 2, 2, 102)]


def test_elements_without_a_row_are_left_out_and_counted():
    found = attach(elements(["x", "b", "y", "b"]), META, ["a", "b", "c"], key="id")
    assert found.matching.unmatched == 0
    assert joined(found) == [(20, 2, 1, 101), (20, 2, 3, 103)]
    assert found.matching.unmatched == 2


def test_the_result_can_be_batched_and_has_static_shapes():
    found = attach(elements(["a", "b"]), META, ["a", "b", "c"], key="id").batch(2)
    inputs, label = found.element_spec
    assert inputs["image"].shape.as_list() == [None, 2, 2, 3]
    assert inputs["numeric"].shape.as_list() == [None, 1]
    assert inputs["categorical"].shape.as_list() == [None, 1]
    assert label.shape.as_list() == [None]


def test_two_rows_with_one_key_are_refused():
    with pytest.raises(TableError, match=r"more than one row, such as 'a'"):
        attach(elements(["a"]), META, ["a", "b", "a"], key="id")


def test_a_dictionary_without_the_key_is_refused():
    with pytest.raises(ConfigError, match="the elements have no 'scene'"):
        attach(elements(["a"], "dict"), META, ["a", "b", "c"], key="scene")


@pytest.mark.parametrize("width", [1, 2, 4])
def test_other_structures_are_refused(width):
    parts = tuple(np.arange(3) for _ in range(width))
    dataset = tf.data.Dataset.from_tensor_slices(parts)
    with pytest.raises(ConfigError, match=r"neither \(key, image, label\)"):
        attach(dataset, META, ["a", "b", "c"], key="id")


def test_a_batched_data_set_is_refused():
    with pytest.raises(ConfigError, match="before it is batched"):
        attach(elements(["a", "b"]).batch(2), META, ["a", "b", "c"], key="id")


def test_keys_of_different_types_are_refused():
    with pytest.raises(ConfigError, match="integers and the table's are not"):
        attach(elements([1, 2]), META, ["a", "b", "c"], key="id")


@pytest.mark.parametrize("form", ["tuple", "dict"])
@pytest.mark.parametrize("keys", [["b", "ü"], [3, 1]])
def test_all_keys_are_listed(form, keys):
    assert keys_of(elements(keys, form), "id") == keys
