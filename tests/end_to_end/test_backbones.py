"""The image network that a run chooses, freezes and writes down."""

from __future__ import annotations

import json

import pytest
import tensorflow as tf
import yaml

import sidelight as sl


@pytest.fixture
def train(sidelight, scenes, tmp_path):
    """Train one epoch without metadata; return the answer and the run's folder."""

    def call(*words):
        answer = sidelight(
            *("train", scenes, "--image", "file", "--target", "label"),
            *("--fusion", "none", "--epochs", 1),
            *("--name", "r", "--runs", tmp_path / "runs", *words),
        )
        return answer, tmp_path / "runs" / "r"

    return call


def chosen(run):
    network = yaml.safe_load((run / "config.yaml").read_text())["network"]
    training = json.loads((run / "metrics.json").read_text())["training"]
    assert training["backbone"] == network["backbone"]
    assert training["weights"] == network["weights"]
    return network["backbone"], network["weights"]


@pytest.fixture
def eager():
    """One epoch is over before a graph is made."""
    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


@pytest.mark.filterwarnings("ignore:Even though the `tf.config.experimental_run")
def test_small_pictures_get_the_small_backbone(train, eager):
    answer, run = train("--set", "backbone.widths=[8, 16]")
    assert answer.code == 0, answer.err
    assert chosen(run) == ("small", None)
    assert "backbone small, from random values" in answer.out


@pytest.mark.slow
def test_larger_pictures_get_pretrained_weights_and_repeat(train, scenes):
    answer, run = train("--size", 64, "--train-backbone", "frozen")
    assert answer.code == 0, answer.err
    assert chosen(run) == ("efficientnet_lite0", "imagenet")
    assert "backbone efficientnet_lite0, from imagenet" in answer.out
    first = json.loads((run / "metrics.json").read_text())
    config = yaml.safe_load((run / "config.yaml").read_text())
    assert config["train"]["backbone"] == "frozen"
    answer, run = train("--config", run / "config.yaml", "--overwrite")
    assert answer.code == 0, answer.err
    assert json.loads((run / "metrics.json").read_text())["test"] == first["test"]
    assert sl.load(run).predict_proba(scenes).shape == (48, 3)


def test_freezing_random_weights_is_refused_before_anything_is_written(train):
    answer, run = train("--train-backbone", "frozen")
    assert answer.code == 2
    assert "--weights imagenet" in answer.err
    assert not run.exists()


def test_a_mistyped_way_to_train_the_backbone(train):
    answer, _ = train("--train-backbone", "freeze")
    assert answer.code == 2
    assert "'frozen'" in answer.err
    assert "Traceback" not in answer.err


def test_options_of_the_small_backbone_do_not_fit_the_pretrained_one(train):
    answer, _ = train("--size", 64, "--set", "backbone.widths=[8, 16]")
    assert answer.code == 2
    assert "efficientnet_lite0" in answer.err
    assert "widen" in answer.err
