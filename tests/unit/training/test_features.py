"""A frozen backbone's maps computed once: the same training, without the backbone."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from sidelight import testing
from sidelight.errors import DiskFullError
from sidelight.feed import Source
from sidelight.images import ImageRule, Pack
from sidelight.nn import AugmentConfig, BackboneLayers, assemble, build_augmentation
from sidelight.registry import HEADS
from sidelight.training import TrainConfig, train
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


@pytest.mark.parametrize("fusion", ["concat", "daft", "attend", "none", "film"])
def test_training_gives_the_same_network(fusion, monkeypatch, tmp_path):
    once = trained(fusion, True, monkeypatch, tmp_path)
    always = trained(fusion, False, monkeypatch, tmp_path)
    inputs = testing.random_inputs(testing.tiny_spec(fusion))
    gap = np.abs(testing.answer(once, inputs) - testing.answer(always, inputs)).max()
    assert gap <= 1e-3
    assert not list(tmp_path.rglob("*.f16"))  # nothing is left behind


def test_maps_are_computed_only_where_they_can_be(monkeypatch, tmp_path):
    made = []
    computed = module._computed
    monkeypatch.setattr(
        module, "_computed", lambda *given: made.append(1) or computed(*given)
    )
    trained("concat", True, monkeypatch, tmp_path)
    assert len(made) == 2  # training and validation rows
    trained("concat", False, monkeypatch, tmp_path)
    trained("channels", True, monkeypatch, tmp_path)
    trained("concat", True, monkeypatch, tmp_path, augment=AugmentConfig())
    assert len(made) == 2


def test_a_disk_that_is_full_is_said(monkeypatch, tmp_path):
    def refuse(*given, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module.np, "memmap", refuse)
    with pytest.raises(DiskFullError):
        trained("concat", True, monkeypatch, tmp_path)
