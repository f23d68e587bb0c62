"""A frozen backbone's maps computed once: the same training, without the backbone."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import keras
import numpy as np
import pytest

from sidelight import testing
from sidelight.errors import DiskFullError
from sidelight.feed import Source
from sidelight.images import Pack
from sidelight.nn import (
    AugmentConfig,
    BackboneLayers,
    assemble,
    build_augmentation,
    split,
)
from sidelight.pixels import ImageRule
from sidelight.registry import HEADS
from sidelight.schema import ImageSpec
from sidelight.training import FeatureStore, TrainConfig, train
from sidelight.training import features as module


def rows(num_rows=40, seed=0):
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 256, (num_rows, 32, 32, 3)).astype("uint8")
    rule = ImageRule(height=32, width=32, bands=3)
    return Source(
        meta={
            "numeric": rng.normal(size=(num_rows, 3)).astype("float32"),
            "categorical": rng.integers(0, 5, (num_rows, 1)).astype("int32"),
        },
        pack=Pack(rule, pixels, np.arange(num_rows)),
        target=rng.integers(0, 4, num_rows),
    )


def trained(fusion, reuse, monkeypatch, tmp_path, augment=None):
    """Train a frozen network; return it and the calls of its first layer."""
    monkeypatch.setenv("SIDELIGHT_CACHE", str(tmp_path))
    keras.utils.set_random_seed(0)
    spec = testing.tiny_spec(fusion, backbone_options={"widths": [8, 12]}, dropout=0.0)
    network, layers = assemble(spec)
    layers = BackboneLayers(layers.stages, True, layers.boundary)
    config = TrainConfig(
        epochs=3, batch_size=8, backbone="frozen", reuse_features=reuse
    )
    train(
        network,
        rows(),
        rows(seed=1),
        HEADS.get("multiclass").obj,
        config,
        backbone=layers,
        checkpoint=tmp_path / "model.keras",
        augment=augment and build_augmentation(augment, spec),
        verbose=False,
    )
    return network


@pytest.mark.parametrize(
    "fusion",
    [
        "concat",
        pytest.param("attend", marks=pytest.mark.slow),
        pytest.param("daft", marks=pytest.mark.slow),
        pytest.param("none", marks=pytest.mark.slow),
        pytest.param("film", marks=pytest.mark.slow),
    ],
)
def test_training_gives_the_same_network(fusion, monkeypatch, tmp_path):
    once = trained(fusion, True, monkeypatch, tmp_path)
    always = trained(fusion, False, monkeypatch, tmp_path)
    inputs = testing.random_inputs(testing.tiny_spec(fusion))
    gap = np.abs(testing.answer(once, inputs) - testing.answer(always, inputs)).max()
    assert gap <= 1e-3
    assert not list(tmp_path.rglob("*.f16"))  # nothing is left behind


def test_maps_are_computed_only_where_they_can_be(monkeypatch, tmp_path):
    made = []
    compute = module._Maps.compute
    monkeypatch.setattr(
        module._Maps, "compute", lambda *given: made.append(1) or compute(*given)
    )
    trained("concat", True, monkeypatch, tmp_path)
    assert len(made) == 2  # training and validation rows
    trained("concat", False, monkeypatch, tmp_path)
    trained("channels", True, monkeypatch, tmp_path)
    trained("concat", True, monkeypatch, tmp_path, augment=AugmentConfig())
    assert len(made) == 2


def test_a_map_is_computed_once_for_all_who_ask(tmp_path):
    spec = testing.tiny_spec("concat", backbone_options={"widths": [8, 12]})
    asked = []

    def front_of(network, layers):
        front, _ = split(network, layers.boundary)
        predict = front.predict_on_batch
        front.predict_on_batch = lambda x: asked.append(len(x)) or predict(x)
        return front

    every = rows(num_rows=30)
    parts = [
        replace(every, pack=every.pack.take(np.arange(*p))) for p in ((0, 20), (10, 30))
    ]
    network, layers = assemble(spec)
    with FeatureStore(tmp_path) as store:
        first, second = (
            store.in_place_of_pictures(front_of(network, layers), [part])[0]
            for part in parts
        )
        assert sum(asked) == 30  # ten rows are in both
        front, _ = split(network, layers.boundary)
        expected = front.predict_on_batch(every.pack.gather(np.arange(30)))
        for part, start in ((first, 0), (second, 10)):
            found = part.only(["features"]).gather(np.arange(20))[0]["features"]
            np.testing.assert_allclose(
                found, expected[start : start + 20], rtol=2**-11, atol=1e-6
            )
    assert not list(tmp_path.iterdir())


def test_no_map_is_written_where_the_disk_has_no_room(monkeypatch, tmp_path):
    usage = SimpleNamespace(free=100)
    monkeypatch.setattr(module.shutil, "disk_usage", lambda _: usage)
    with pytest.raises(DiskFullError):
        trained("concat", True, monkeypatch, tmp_path)


def test_a_disk_that_is_full_is_said(monkeypatch, tmp_path):
    def refuse(*given, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module.np, "memmap", refuse)
    with pytest.raises(DiskFullError):
        trained("concat", True, monkeypatch, tmp_path)


def test_several_pictures_of_a_row_have_a_map_each(tmp_path):
    every = rows(num_rows=12)
    slots = np.array([[0, 1, 0], [2, 3, 4], [1, 1, 1], [5, 4, 6]])
    there = np.array([[1, 1, 0], [1, 1, 1], [1, 0, 0], [1, 1, 1]], "float32")
    source = replace(
        every,
        meta={name: block[:4] for name, block in every.meta.items()},
        pack=replace(every.pack, slots=slots, there=there),
        target=None,
    )
    image = ImageSpec(height=32, width=32, bands=3, pictures=3)
    network, layers = assemble(
        testing.tiny_spec("concat", image=image, backbone_options={"widths": [8, 12]})
    )
    front, tail = split(network, layers.boundary)
    asked = []
    predict = front.predict_on_batch
    front.predict_on_batch = lambda x: asked.append(len(x)) or predict(x)
    with FeatureStore(tmp_path) as store:
        found = store.in_place_of_pictures(front, [source])[0]
        assert sum(asked) == 7
        inputs = found.only(tail.input).gather(np.arange(4))[0]
        assert inputs["features"].shape[:2] == (4, 3)
        answers = testing.answer(tail, inputs)
    expected = testing.answer(network, source.gather(np.arange(4))[0])
    np.testing.assert_allclose(answers, expected, atol=2e-3)
