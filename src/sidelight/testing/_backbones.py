"""What every backbone has to do."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import keras
import numpy as np

from sidelight.errors import ConfigError
from sidelight.nn import build
from sidelight.nn.backbones import Backbone, BackboneFamily
from sidelight.nn.layers import ChannelScaling
from sidelight.registry import BACKBONES
from sidelight.schema import ImageSpec, ModelSpec
from sidelight.testing._fusions import (
    BATCH,
    check_no_randomness_is_saved,
    check_round_trip,
    check_starts_as_identity,
    random_inputs,
    tiny_spec,
)
from sidelight.testing._requirements import require

MIN_STAGES = 3


def check_backbone(name: str) -> None:
    """Hold a registered backbone to everything a backbone has to do.

    Args:
        name: Its registry name.

    Raises:
        AssertionError: Saying which requirement the backbone does not meet.
    """
    size = BACKBONES.get(name).obj.min_size
    names = []
    for bands in (13, 1):
        image = ImageSpec(height=size, width=size + 5, bands=bands)
        backbone = create(name, image)
        shape = (None, image.height, image.width, bands)
        require(backbone.model.input.shape == shape, f"{name}: does not read {shape}")
        check_stages(name, backbone)
        check_scaling(name, backbone)
        names.append([layer.name for layer in backbone.model.layers])
    require(names[0] == names[1], f"{name}: layers have other names the second time")
    check_smallest_size(name)
    keras.utils.set_random_seed(0)
    spec = tiny_spec(
        "film", backbone=name, image=ImageSpec(height=size, width=size, bands=3)
    )
    model = build(spec)
    inputs = random_inputs(spec)
    settle(model, {key: inputs[key] for key in model.input})
    check_map(name, model, inputs)
    check_starts_as_identity(name, model, spec)
    check_trains(name, model, spec)
    check_round_trip(name, model, spec)
    check_no_randomness_is_saved(name, model)


def create(name: str, image: ImageSpec) -> Backbone:
    """Return the backbone for such pictures, from random values."""
    family: type[BackboneFamily] = BACKBONES.get(name).obj
    return family.create(name, image, family.Config(), None)


def check_map(name: str, model: keras.Model, inputs: dict[str, Any]) -> None:
    """The last map is finite from black to white and depends on the picture."""
    end = model.get_layer("pool").input
    require(len(end.shape) == 4, f"{name}: gives no map")
    pictures = inputs["image"].copy()
    pictures[0], pictures[1] = 0.0, 255.0
    maps = keras.ops.convert_to_numpy(
        keras.Model(model.input, end)({**inputs, "image": pictures}, training=False)
    )
    require(np.isfinite(maps).all(), f"{name}: gives values that are not finite")
    for first, second in ((0, 1), (2, 3)):
        largest = np.abs(maps[[first, second]]).max()
        gap = np.abs(maps[first] - maps[second]).max()
        same = gap <= 1e-3 * largest
        require(not same, f"{name}: gives nearly the same map for two pictures")


def settle(model: keras.Model, inputs: Any) -> None:
    """Give the batch norms the statistics of a batch.

    Freshly built, a deep network lets hardly anything through in inference, and two
    answers would be alike whatever is between its layers.
    """
    norms = [x for x in model.layers if isinstance(x, keras.layers.BatchNormalization)]
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.momentum = 0.0
    model(inputs, training=True)
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum


def check_stages(name: str, backbone: Backbone) -> None:
    """Stages end at layers in the network's order, each at a smaller resolution."""
    layers = [layer.name for layer in backbone.model.layers]
    missing = [stage for stage in backbone.stages if stage not in layers]
    require(not missing, f"{name}: has no layers {missing}")
    require(len(backbone.stages) >= MIN_STAGES, f"{name}: has too few stages")
    places = [layers.index(stage) for stage in backbone.stages]
    require(places == sorted(places), f"{name}: its stages are not in order")
    shapes = [backbone.model.get_layer(s).output.shape for s in backbone.stages]
    areas = [height * width for _, height, width, _ in shapes]
    falling = all(a > b for a, b in pairwise(areas))
    require(falling, f"{name}: resolutions of its stages are {shapes}")
    ends = backbone.stages[-1] == layers[-1]
    require(ends, f"{name}: its last stage is not its end")
    grouped = [layer for group in backbone.layers_by_stage() for layer in group]
    require(grouped == layers, f"{name}: a layer belongs to no stage")


def check_scaling(name: str, backbone: Backbone) -> None:
    """The input is scaled once, by our own layer, which every export can write."""
    kinds = [type(layer) for layer in backbone.model.layers]
    require(kinds.count(ChannelScaling) == 1, f"{name}: does not scale its input once")
    others = {keras.layers.Rescaling, keras.layers.Normalization} & set(kinds)
    require(not others, f"{name}: scales its input with {others}")


def check_smallest_size(name: str) -> None:
    """Pictures below its smallest size are refused with a sentence that says so."""
    size = BACKBONES.get(name).obj.min_size
    try:
        create(name, ImageSpec(height=size, width=size - 1, bands=3))
    except ConfigError as error:
        require(str(size) in str(error), f"{name}: does not say its smallest size")
    else:
        require(False, f"{name}: accepts pictures below its smallest size")


def check_trains(name: str, model: keras.Model, spec: ModelSpec) -> None:
    """After two steps the fusion between its stages and its first kernel have moved."""
    stem = next(x for x in model.layers if isinstance(x, keras.layers.Conv2D))
    watched = [
        weight
        for layer in model.layers
        if layer is stem or layer.name.startswith("film")
        for weight in layer.trainable_weights
    ]
    before = [_numbers(weight) for weight in watched]
    inputs = random_inputs(spec, seed=1)
    target = np.random.default_rng(1).integers(0, spec.num_outputs, BATCH)
    # Adam, since deep networks do not survive a long step on so few rows; eagerly, as
    # two steps are over sooner than a graph of hundreds of layers is made.
    model.compile(
        keras.optimizers.Adam(1e-3),
        "sparse_categorical_crossentropy",
        run_eagerly=True,
    )
    for _ in range(2):
        model.train_on_batch({key: inputs[key] for key in model.input}, target)
    for weight, old in zip(watched, before, strict=True):
        new = _numbers(weight)
        require(np.isfinite(new).all(), f"{name}: {weight.path} is not finite")
        moved = not np.array_equal(old, new)
        require(moved, f"{name}: {weight.path} did not move in two steps")


def _numbers(weight: Any) -> Any:
    return np.array(keras.ops.convert_to_numpy(weight))
