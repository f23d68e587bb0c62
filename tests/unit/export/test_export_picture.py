"""The resize rule as ONNX nodes against the rule itself, pixel by pixel."""

from __future__ import annotations

import io

import numpy as np
import onnxruntime
import pytest
import tensorflow as tf

from sidelight.export._onnx.graph import OnnxGraph
from sidelight.export._tensorflow.graph import TensorFlowGraph
from sidelight.export.steps.picture import add_picture
from sidelight.pixels import ImageRule, decode
from sidelight.schema import ImageSpec

# Same, whole and broken multiples, both directions, narrow, one pixel.
SIZES = [
    (24, 40),
    (48, 80),
    (49, 83),
    (200, 64),
    (64, 200),
    (301, 33),
    (25, 41),
    (8, 8),
    (12, 20),
    (1, 1),
    (1, 90),
    (400, 31),
]


def session(rule, pictures=1):
    graph = OnnxGraph()
    spec = ImageSpec(
        height=rule.height, width=rule.width, bands=rule.bands, pictures=pictures
    )
    value = add_picture(graph, "image", rule, spec)
    graph.output(value, "out", np.float32, ["rows", *spec.shape])
    return onnxruntime.InferenceSession(graph.model("picture").SerializeToString())


def by_onnx(rule):
    asked = session(rule)
    return lambda images: asked.run(None, {"image": images})[0]


def by_tensorflow(rule):
    spec = ImageSpec(height=rule.height, width=rule.width, bands=rule.bands)

    def traced(image):
        graph = TensorFlowGraph({"image": image})
        return graph.value(add_picture(graph, "image", rule, spec))

    of_any_size = tf.TensorSpec((None, None, None, rule.bands), tf.uint8)
    ask = tf.function(traced, input_signature=[of_any_size], autograph=False)
    return lambda images: ask(images).numpy()


def packed(picture, rule):
    file = io.BytesIO()
    np.save(file, picture)
    return decode(file.getvalue(), rule)


@pytest.mark.parametrize("bands", [1, 3, 4])
@pytest.mark.parametrize("resize", ["stretch", "pad", "crop"])
@pytest.mark.parametrize("engine", [by_onnx, by_tensorflow])
def test_pictures_of_any_size(engine, resize, bands):
    rule = ImageRule(height=24, width=40, bands=bands, resize=resize)
    ask = engine(rule)
    rng = np.random.default_rng(0)
    for size in SIZES:
        picture = rng.integers(0, 256, (2, *size, bands)).astype(np.uint8)
        found = ask(picture)
        wanted = np.stack([packed(one, rule) for one in picture]).astype(np.float32)
        # Pillow 13. Others begin with the other side at times: a unit, at most two.
        np.testing.assert_array_equal(found, wanted)


def test_a_plain_picture_stays_plain():
    rule = ImageRule(height=16, width=16, bands=3)
    for value in (0, 1, 127, 255):
        picture = np.full((1, 97, 53, 3), value, np.uint8)
        (found,) = session(rule).run(None, {"image": picture})
        assert (found == value).all()


def test_what_pad_adds_is_black_and_in_the_middle():
    rule = ImageRule(height=16, width=16, bands=1, resize="pad")
    white = np.full((1, 8, 32, 1), 255, np.uint8)
    (found,) = session(rule).run(None, {"image": white})
    assert (found[0, 6:10] == 255).all()
    assert (found[0, :6] == 0).all()
    assert (found[0, 10:] == 0).all()


def test_several_pictures_of_a_row_are_resized_each():
    rule = ImageRule(height=16, width=12, bands=3)
    picture = np.random.default_rng(0).integers(0, 256, (2, 3, 50, 40, 3), np.uint8)
    (found,) = session(rule, pictures=3).run(None, {"image": picture})
    assert found.shape == (2, 3, 16, 12, 3)
    (one,) = session(rule).run(None, {"image": picture[1, 2:]})
    np.testing.assert_array_equal(found[1, 2], one[0])


@pytest.mark.parametrize("depth", ["uint16", "float16"])
def test_deep_pictures_are_taken_as_packed(depth):
    rule = ImageRule(height=8, width=8, bands=5, depth=depth)
    asked = session(rule)
    assert asked.get_inputs()[0].shape == ["rows", 8, 8, 5]
    picture = np.full((1, 8, 8, 5), 1000, rule.dtype)
    (found,) = asked.run(None, {"image": picture})
    assert (found == 1000).all()
