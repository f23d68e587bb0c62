"""Freezing and slow layers: which weights move in which epoch, and how far."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

from sidelight import testing
from sidelight.errors import ConfigError
from sidelight.feed import Source
from sidelight.images import Pack
from sidelight.nn import BackboneLayers, assemble
from sidelight.pixels import ImageRule
from sidelight.registry import HEADS
from sidelight.training import Override, TrainConfig, train
from sidelight.training.phases import plan_phases
from sidelight.training.schedule import Continued, LayerwiseAdamW, build_optimizer

STAGES = (("a", "b"), ("c",), ("d",))
PRETRAINED = BackboneLayers(STAGES, pretrained=True)


def planned(mode, epochs):
    config = TrainConfig(backbone=mode, epochs=epochs)
    return [
        (phase.first, phase.end, "".join(sorted(phase.frozen)))
        for phase in plan_phases(config, PRETRAINED)
    ]


def test_phases():
    assert planned("finetune", 9) == [(0, 9, "")]
    assert planned("frozen", 9) == [(0, 9, "abcd")]
    assert planned("gradual", 9) == [(0, 3, "abcd"), (3, 6, "ab"), (6, 9, "")]
    assert planned("gradual", 10) == [(0, 3, "abcd"), (3, 6, "ab"), (6, 10, "")]
    assert planned("gradual", 2) == [(0, 1, "ab"), (1, 2, "")]
    assert planned("gradual", 1) == [(0, 1, "")]


def stepped(make_optimizer, steps=3):
    """Return a dense layer's weights before and after some steps on fixed data."""
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, name="dense")])
    before = model.get_weights()
    model.compile(make_optimizer(model), "mse", jit_compile=False)
    x = np.random.default_rng(0).normal(size=(8, 3))
    for _ in range(steps):
        model.train_on_batch(x, x[:, :2])
    return before, model.get_weights()


def test_without_fractions_it_is_adamw():
    def reference(_model):
        optimizer = keras.optimizers.AdamW(0.01, weight_decay=0.1, global_clipnorm=1.0)
        optimizer.exclude_from_weight_decay(var_names=["bias"])
        return optimizer

    _, expected = stepped(reference)
    _, found = stepped(lambda _: LayerwiseAdamW(0.01, decay=0.1, global_clipnorm=1.0))
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6)


def test_a_fraction_scales_the_step_and_the_decay():
    def slow(model):
        paths = {variable.path: 0.1 for variable in model.weights}
        return LayerwiseAdamW(0.01, decay=0.5, fractions=paths)

    before, slowed = stepped(slow, steps=1)
    _, full = stepped(lambda _: LayerwiseAdamW(0.01, decay=0.5), steps=1)
    for start, little, much in zip(before, slowed, full, strict=True):
        np.testing.assert_allclose(
            little - start, 0.1 * (much - start), rtol=1e-3, atol=1e-8
        )


def test_the_optimizer_is_written_and_read():
    config = TrainConfig(learning_rate=0.5, warmup=0.0)
    optimizer = build_optimizer(config, 100, done=50, fractions={"a/kernel": 0.1})
    again = LayerwiseAdamW.from_config(optimizer.get_config())
    assert again.fractions == {"a/kernel": 0.1}
    assert again.decay == config.weight_decay
    assert float(again.learning_rate) == pytest.approx(0.25)  # half of the cosine


def test_a_continued_schedule_is_the_rest_of_the_whole_one():
    whole = keras.optimizers.schedules.CosineDecay(1.0, 100)
    rest = Continued(whole, 30)
    for step in (0, 1, 70):
        assert float(rest(step)) == float(whole(step + 30))


@pytest.fixture
def eager():
    """A few steps are over before a graph is made."""
    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


pytestmark = [
    pytest.mark.usefixtures("eager"),
    pytest.mark.filterwarnings("ignore:Even though the `tf.config.experimental_run"),
]


@pytest.fixture(scope="module")
def sources():
    """Twelve rows of the tiny model's inputs, with a target."""
    spec = testing.tiny_spec("film")
    inputs = testing.random_inputs(spec, batch=12)
    pixels = inputs.pop("image").astype("uint8")
    pack = Pack(ImageRule(height=32, width=32, bands=3), pixels, np.arange(12))
    return Source(inputs, pack=pack, target=np.arange(12) % spec.num_outputs)


QUICK = {"epochs": 1, "batch_size": 6, "warmup": 0.0}


def trained(sources, fusion, mode, *, pretrained=True, callbacks=(), **changes):
    """Train a tiny network; return it, its backbone and the weights before."""
    keras.utils.set_random_seed(0)
    options = {"widths": [4, 8, 8]}
    network, backbone = assemble(testing.tiny_spec(fusion, backbone_options=options))
    backbone = BackboneLayers(backbone.stages, pretrained)
    before = weights_by_layer(network)
    train(
        network,
        sources,
        sources,
        HEADS.get("multiclass").obj,
        TrainConfig(backbone=mode, **{**QUICK, **changes}),
        backbone=backbone,
        override=Override(callbacks=callbacks),
        verbose=False,
    )
    return network, backbone, before


def weights_by_layer(network):
    return {x.name: x.get_weights() for x in network.layers if x.weights}


def moved(network, before):
    """Return the names of the layers of which some weight has changed."""
    return {
        name
        for name, weights in weights_by_layer(network).items()
        if any((a != b).any() for a, b in zip(weights, before[name], strict=True))
    }


def names_of(backbone, *stages):
    return {name for stage in stages for name in backbone.stages[stage]}


def test_a_frozen_backbone_keeps_every_weight_and_statistic(sources, tmp_path):
    network, backbone, before = trained(sources, "film", "frozen", epochs=2)
    changed = moved(network, before)
    assert not changed & names_of(backbone, 0, 1, 2)
    assert "logits" in changed
    assert {name for name in before if name.startswith("film")} <= changed
    network.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert getattr(loaded, "optimizer", None) is None, "only the network is saved"


def test_the_stem_of_extra_channels_trains_on_a_frozen_backbone(sources):
    network, _, before = trained(sources, "channels", "frozen")
    assert moved(network, before) == {"channels_stem", "logits"}


def test_gradual_opens_the_top_stages_before_the_rest(sources):
    seen = []

    class Watch(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.before = weights_by_layer(self.model)

        def on_epoch_end(self, epoch, logs=None):
            seen.append((epoch, moved(self.model, self.before)))

    watch = Watch()
    network, backbone, _ = trained(
        sources, "none", "gradual", epochs=3, callbacks=[watch]
    )
    assert [epoch for epoch, _ in seen] == [0, 1, 2]
    layers = [changed - {"logits"} for _, changed in seen]
    with_weights = set(weights_by_layer(network))
    assert layers[0] == set()
    assert layers[1] == names_of(backbone, 1, 2) & with_weights
    assert layers[2] == names_of(backbone, 0, 1, 2) & with_weights
    assert all("logits" in changed for _, changed in seen)


def test_a_pretrained_backbone_moves_at_a_tenth_of_the_rate(sources):
    # The first step of Adam is the rate, whatever the gradient.
    rate = TrainConfig().learning_rate
    for pretrained, fraction in ((True, 0.1), (False, 1.0)):
        network, _, before = trained(
            sources,
            "none",
            "finetune",
            pretrained=pretrained,
            batch_size=12,
            weight_decay=0.0,
        )
        after = weights_by_layer(network)
        steps = {
            name: np.abs(after[name][0] - before[name][0]).max()
            for name in ("stem_conv", "logits")
        }
        assert steps["stem_conv"] == pytest.approx(fraction * rate, rel=0.01)
        assert steps["logits"] == pytest.approx(rate, rel=0.01)


@pytest.mark.parametrize("mode", ["frozen", "gradual"])
def test_random_weights_are_not_frozen(mode, sources):
    with pytest.raises(ConfigError, match=r"these are random.*--weights imagenet"):
        trained(sources, "none", mode, pretrained=False)


def test_a_network_without_pictures_has_nothing_to_freeze(sources):
    keras.utils.set_random_seed(0)
    network, backbone = assemble(testing.tiny_spec("metadata"))
    config = TrainConfig(backbone="frozen", epochs=1, batch_size=6)
    head = HEADS.get("multiclass").obj
    before = weights_by_layer(network)
    train(network, sources, sources, head, config, backbone=backbone, verbose=False)
    assert moved(network, before) == set(before)
