"""A stored model comes back, or says which of its files is not what it was."""

import keras
import pytest

from sidelight.errors import RunError
from sidelight.pixels import ImageRule
from sidelight.predictor import Predictor, load_predictor
from sidelight.preprocessing import Preprocessor
from sidelight.runs import RunDirectory
from sidelight.schema import Schema


@pytest.fixture
def run(tmp_path):
    image = keras.Input((8, 8, 3), name="image")
    flat = keras.layers.Flatten()(image)
    network = keras.Model({"image": image}, keras.layers.Dense(2)(flat))
    rule = ImageRule(height=8, width=8, bands=3)
    predictor = Predictor(network, Preprocessor((), None), Schema(image="file"), rule)
    run = RunDirectory.create(tmp_path, "mine")
    run.start()
    predictor.save_preprocessing(run)
    predictor.save_network(run)
    return run


def test_what_is_stored_comes_back(run):
    found = load_predictor(run.path)
    assert found.rule == ImageRule(height=8, width=8, bands=3)
    assert found.schema.image == "file"
    assert found.uses_image
    assert not found.may_miss


@pytest.mark.parametrize("part", ["whole", "half", "inside"])
def test_a_damaged_network_is_an_error_of_the_run(run, part):
    data = run.model.read_bytes()
    broken = {
        "whole": b"",
        "half": data[: len(data) // 2],
        "inside": data[:200] + bytes(40) + data[240:],
    }
    run.model.write_bytes(broken[part])
    with pytest.raises(RunError, match="the network cannot be loaded: it is damaged"):
        load_predictor(run.path)


@pytest.mark.parametrize("text", ["{", '{"height": "tall"}', "\xff"])
def test_a_damaged_rule_is_an_error_of_the_run(run, text):
    run.image_rule.write_text(text, encoding="latin-1")
    with pytest.raises(RunError, match=r"image.json.* this file is damaged"):
        load_predictor(run.path)


def test_a_network_of_pictures_needs_its_rule(run):
    run.image_rule.unlink()
    with pytest.raises(RunError, match=r"image.json.* this file is missing"):
        load_predictor(run.path)
