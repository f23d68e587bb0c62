"""Every fusion against its equation, worked out in NumPy from the same weights."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from sidelight import testing
from sidelight.errors import ConfigError
from sidelight.nn import build

RNG = np.random.default_rng(0)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def gelu(x):
    return np.asarray(keras.ops.convert_to_numpy(keras.activations.gelu(x)))


def relu(x):
    return np.maximum(x, 0)


class Probe:
    """A small model in which nothing is zero any more, and its inner values."""

    def __init__(self, fusion, **options):
        self.spec = testing.tiny_spec(fusion, fusion_options=options)
        self.model = build(self.spec)
        for weight in self.model.weights:
            if "seed_generator" not in weight.path and np.ptp(weight) == 0:
                noise = RNG.uniform(-0.3, 0.3, weight.shape)
                weight.assign(np.asarray(weight) + noise)
        self.inputs = {
            key: value
            for key, value in testing.random_inputs(self.spec).items()
            if key in self.model.input
        }

    def at(self, name):
        """Return what goes into a layer and what comes out."""
        layer = self.model.get_layer(name)
        inner = keras.Model(self.model.input, (layer.input, layer.output))
        given, out = inner(self.inputs, training=False)
        given = given if isinstance(given, (list, tuple)) else [given]
        return [np.asarray(g) for g in given], np.asarray(out)

    def weights(self, name):
        return [np.asarray(w) for w in self.model.get_layer(name).get_weights()]

    @property
    def meta(self):
        return self.at("metadata")[1]


def dense(probe, name, x):
    kernel, *bias = probe.weights(name)
    return x @ kernel + (bias[0] if bias else 0)


def planes(x):
    return x[:, None, None, :]


def test_daft():
    probe = Probe("daft")
    (x, _), out = probe.at("daft_3")
    pooled = np.concatenate([x.mean((1, 2)), probe.meta], axis=1)
    (first,), (second,) = (
        probe.weights(f"daft_3_{part}") for part in ("bottleneck", "modulation")
    )
    a, b = np.split(relu(pooled @ first) @ second, 2, axis=1)
    expected = (1 + planes(a)) * x + planes(b)
    np.testing.assert_allclose(out, expected, rtol=1e-4, atol=1e-5)


def test_daft_bottleneck_is_seven_times_narrower():
    # 128 channels and 8 encoded values: 136 / 7 = 19.
    kernel, *_ = Probe("daft").weights("daft_3_bottleneck")
    assert kernel.shape == (136, 19)


def test_excite():
    probe = Probe("excite")
    (x, _), out = probe.at("excite_1")
    pooled = np.concatenate([x.mean((1, 2)), probe.meta], axis=1)
    narrow = relu(dense(probe, "excite_1_bottleneck", pooled))
    logits = dense(probe, "excite_1_logits", narrow)
    np.testing.assert_allclose(out, x * planes(2 * sigmoid(logits)), rtol=1e-4)


def test_metablock():
    probe = Probe("metablock")
    (v, block), out = probe.at("metablock")

    def gate(name):
        gamma, beta, mean, variance = probe.weights(f"metablock_{name}_bn")
        t = dense(probe, f"metablock_{name}", probe.meta)
        t = gamma * (t - mean) / np.sqrt(variance + 1e-3) + beta
        return np.repeat(t, 32, axis=1)  # 128 features, 4 groups of 32

    expected = sigmoid(np.tanh(v * gate("scale")) + gate("shift"))
    np.testing.assert_allclose(block, expected, rtol=1e-4)
    (alpha,) = probe.weights("metablock")
    np.testing.assert_allclose(out, v + alpha * expected, rtol=1e-4)


def test_condbn_is_a_batch_norm_with_other_scale_and_shift():
    probe = Probe("condbn")
    (normed, _), out = probe.at("condbn_stem_bn")
    gamma, beta, *_ = probe.weights("stem_bn")
    h = gelu(dense(probe, "condbn_hidden_0", probe.meta))
    g, b = np.split(dense(probe, "condbn_stem_bn_modulation", h), 2, axis=1)
    bare = (normed - beta) / gamma  # (x - mean) / deviation
    conditioned = planes(gamma * (1 + g)) * bare + planes(beta * (1 + g) + b)
    np.testing.assert_allclose(out, conditioned, rtol=1e-3, atol=1e-4)


def test_condbn_acts_at_every_norm_of_the_chosen_stages():
    probe = Probe("condbn", stages=(0,))
    sites = [n.name for n in probe.model.layers if n.name.endswith("_modulation")]
    assert sites == [
        "condbn_stem_bn_modulation",
        "condbn_stage0_block0_1_bn_modulation",
        "condbn_stage0_block0_2_bn_modulation",
    ]


def test_dynamic_is_a_convolution_with_a_mixed_kernel_per_sample():
    probe = Probe("dynamic", experts=3)
    name = "stage3_block0_1_conv"
    (_, _), out = probe.at(f"dynamic_{name}_sum")
    (x,), _ = probe.at(f"dynamic_{name}_experts")
    (own,) = probe.weights(name)
    (experts,) = probe.weights(f"dynamic_{name}_experts")
    shares = sigmoid(dense(probe, f"dynamic_{name}_router", probe.meta))
    for row, share in enumerate(shares):
        kernel = own + sum(
            s * e for s, e in zip(share, np.split(experts, 3, axis=-1), strict=True)
        )
        expected = keras.ops.conv(
            x[row : row + 1], kernel.astype("float32"), strides=2, padding="same"
        )
        np.testing.assert_allclose(out[row], expected[0], rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("where", ["features", "map"])
def test_hyper_multiplies_every_sample_by_a_matrix_of_its_own(where):
    probe = Probe("hyper", where=where, rank=2)
    (x, _, _), out = probe.at("hyper")
    h = gelu(dense(probe, "hyper_hidden_0", probe.meta))
    into, back = (dense(probe, f"hyper_{side}", h) for side in ("into", "out"))
    for row in range(testing.BATCH):
        matrix = into[row].reshape(128, 2) @ back[row].reshape(2, 128)
        expected = x[row] + x[row] @ matrix
        np.testing.assert_allclose(out[row], expected, rtol=1e-3, atol=1e-3)


def test_gated():
    probe = Probe("gated", units=16)
    (v, _), out = probe.at("gated")
    m = probe.meta
    g = sigmoid(dense(probe, "gated_share", np.concatenate([v, m], axis=1)))
    image = np.tanh(dense(probe, "gated_image", v))
    metadata = np.tanh(dense(probe, "gated_metadata", m))
    blend = g * image + (1 - g) * metadata
    expected = v + dense(probe, "gated_update", blend)
    np.testing.assert_allclose(out, expected, rtol=1e-3, atol=1e-5)


def test_bilinear():
    probe = Probe("bilinear", rank=16, dropout=0.5)
    (v, _), out = probe.at("bilinear")
    products = np.tanh(dense(probe, "bilinear_image", v)) * np.tanh(
        dense(probe, "bilinear_metadata", probe.meta)
    )
    expected = v + dense(probe, "bilinear_update", products)
    np.testing.assert_allclose(out, expected, rtol=1e-3, atol=1e-5)


def test_prior_multiplies_two_opinions():
    probe = Probe("prior", num_layers=1)
    (image, opinion), _ = probe.at("prior")
    h = gelu(dense(probe, "prior_hidden_0", probe.meta))
    np.testing.assert_allclose(opinion, dense(probe, "prior_logits", h), rtol=1e-3)
    product = np.exp(image) * np.exp(opinion)
    product /= product.sum(axis=1, keepdims=True)
    answers = testing.answer(probe.model, probe.inputs)
    np.testing.assert_allclose(answers, product, rtol=1e-3, atol=1e-6)


def test_spatial():
    probe = Probe("spatial", stages=(1,), units=8)
    (x, _), out = probe.at("spatial_1")
    kernel, bias = probe.weights("spatial_1_keys")
    (positions,) = probe.weights("spatial_1_positions")
    keys = (x @ kernel[0, 0] + bias).reshape(len(x), -1, 8) + positions
    h = gelu(dense(probe, "spatial_1_hidden_0", probe.meta))
    query = dense(probe, "spatial_1_query", h)
    scores = np.einsum("bpd,bd->bp", keys, query) / np.sqrt(8)
    gates = 2 * sigmoid(scores).reshape(*x.shape[:3], 1)
    np.testing.assert_allclose(out, x * gates, rtol=1e-3, atol=1e-5)


def test_tokens_of_columns_see_their_own_column_only():
    probe = Probe("attend", units=8, heads=2)
    tokens = probe.at("attend_tokens")[1]
    kernel, bias = probe.weights("attend_tokens")
    m = probe.meta  # three numbers of one column, five levels of another
    np.testing.assert_allclose(tokens[:, 0], m[:, :3] @ kernel[:3] + bias[0], rtol=1e-4)
    np.testing.assert_allclose(tokens[:, 1], m[:, 3:] @ kernel[3:] + bias[1], rtol=1e-4)


def test_attend():
    probe = Probe("attend", units=8, heads=2)
    (v, _), out = probe.at("attend")
    places = probe.at("attend_positions")[1]
    tokens = probe.at("attend_tokens")[1]
    wq, bq, wk, bk, wv, bv, wo, bo = probe.weights("attend_attention")
    query = np.einsum("btd,dhk->bthk", tokens, wq) + bq
    key = np.einsum("bpd,dhk->bphk", places, wk) + bk
    value = np.einsum("bpd,dhk->bphk", places, wv) + bv
    scores = np.einsum("bthk,bphk->bhtp", query, key) / np.sqrt(4)
    shares = np.exp(scores - scores.max(-1, keepdims=True))
    shares /= shares.sum(-1, keepdims=True)
    answers = np.einsum("bhtp,bphk->bthk", shares, value)
    answers = np.einsum("bthk,hkd->btd", answers, wo) + bo
    expected = v + dense(probe, "attend_update", answers.mean(axis=1))
    np.testing.assert_allclose(out, expected, rtol=1e-3, atol=1e-4)


def test_attend_looks_at_the_stage_it_was_told():
    assert Probe("attend").at("attend_places")[0][0].shape[1:3] == (4, 4)
    probe = Probe("attend", stages=(0,))
    assert probe.at("attend_places")[0][0].shape[1:3] == (16, 16)


def test_tokens_joins_positions_and_columns():
    probe = Probe("tokens", units=8, heads=2, num_layers=2)
    (v, _), out = probe.at("tokens")
    (places, columns), joined = probe.at("tokens_all")
    assert joined.shape[1] == places.shape[1] + columns.shape[1] == 2 * 2 + 2
    normed = probe.at("tokens_norm")[1]
    expected = v + dense(probe, "tokens_update", normed.mean(axis=1))
    np.testing.assert_allclose(out, expected, rtol=1e-3, atol=1e-5)


def test_projected_channels():
    probe = Probe("channels", planes="project", units=2)
    (stem, response), out = probe.at("channels_sum")
    assert probe.at("channels_planes")[1].shape[-1] == 2
    np.testing.assert_allclose(out, stem + response, rtol=1e-5)


def test_a_stage_that_the_backbone_lacks_is_named():
    spec = testing.tiny_spec("daft", fusion_options={"stages": (4,)})
    with pytest.raises(ConfigError, match=r"no stage 4.*Choose from 0 to 3"):
        build(spec)


def test_heads_have_to_share_the_width():
    spec = testing.tiny_spec("attend", fusion_options={"units": 10, "heads": 4})
    with pytest.raises(ConfigError, match="must be a multiple of heads"):
        build(spec)


def test_metablock_as_in_the_paper_replaces_the_features():
    model = build(testing.tiny_spec("metablock", fusion_options={"residual": False}))
    assert "metablock" not in [layer.name for layer in model.layers]
