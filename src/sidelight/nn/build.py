"""From a ModelSpec to a `keras.Model`: encoder, backbone, fusion hooks, head."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras

from sidelight.nn.backbones import Backbone, BackboneFamily
from sidelight.nn.encoders import encode
from sidelight.nn.fusions import Fusion
from sidelight.nn.heads import Head
from sidelight.nn.layers import AbsentColumns, BandScaling, FoldPictures
from sidelight.nn.meta import Meta
from sidelight.nn.options import checked_options
from sidelight.nn.pictures import FOLD, for_each_picture, pooled
from sidelight.nn.trace import retrace
from sidelight.registry import BACKBONES, FUSIONS, HEADS
from sidelight.schema import ImageSpec, MetaSpec, ModelSpec


@dataclass(frozen=True)
class BackboneLayers:
    """Which layers of a network are its backbone's.

    Attributes:
        stages: Names of the layers, one group for each stage; empty without pictures.
        pretrained: Whether they began with weights from elsewhere.
        boundary: The last map in the network that depends on the image alone, after
            the name of its layer; None if the fusion acts before any stage has ended.
    """

    stages: tuple[tuple[str, ...], ...] = ()
    pretrained: bool = False
    boundary: tuple[str, Any] | None = None


def build(spec: ModelSpec) -> keras.Model:
    """Build the network that a spec describes, with fresh weights.

    Args:
        spec: Inputs, task, backbone, fusion and their options.

    Returns:
        A functional model from a dictionary of "image" `(batch, height, width, bands)`
        in [0, 255], "numeric" and "categorical" (as far as the fusion uses them), and
        "present" `(batch, columns + 1)` where the spec says that it may miss some, to
        probabilities `(batch, classes)` or `(batch, labels)`, `(batch, 1)` for binary
        tasks, or scaled values `(batch, targets)` for regression; always float32.
        With several pictures a row, "image" is `(batch, pictures, height, width,
        bands)`, and "pictures" `(batch, pictures)` has a one for each that is there.
        The backbone and the fusion treat every picture alike, each with the metadata
        of its row; then the vectors of a row's pictures become one.

    Raises:
        ConfigError: If an option is unknown or the parts do not fit together.
        UnknownNameError: If there is no such backbone, fusion or encoder.
    """
    return assemble(spec)[0]


def assemble(spec: ModelSpec) -> tuple[keras.Model, BackboneLayers]:
    """Build the network as `build` does, and say which layers are the backbone's."""
    fusion = make_fusion(spec)
    head: Head = HEADS.get(spec.task).obj
    inputs: dict[str, Any] = {}
    meta = Meta(None)
    if fusion.uses_metadata:
        inputs, meta = metadata_bundle(spec)
    layers = BackboneLayers()
    if fusion.uses_image:
        inputs["image"] = keras.Input(spec.image.shape, name="image")
        vector, layers = _image_features(spec, fusion, inputs, meta)
    else:
        vector = fusion.on_features(None, meta, None)
    if spec.dropout:
        vector = keras.layers.Dropout(spec.dropout, seed=0, name="dropout")(vector)
    num_logits = head.num_logits(spec.num_outputs)
    logits = keras.layers.Dense(num_logits, name="logits")(vector)
    logits = fusion.on_logits(logits, meta)
    outputs = head.answer(logits, spec.num_outputs)
    name = f"{spec.backbone}_{spec.fusion}"
    return keras.Model(inputs, outputs, name=name), layers


def make_fusion(spec: ModelSpec) -> Fusion:
    """Return the spec's fusion with its options checked.

    Raises:
        ConfigError: If an option is unknown or has a value out of range.
    """
    cls: type[Fusion] = FUSIONS.get(spec.fusion).obj
    where = f"fusion {spec.fusion!r}"
    return cls(checked_options(cls.Config, spec.fusion_options, where), spec)


def metadata_bundle(spec: ModelSpec) -> tuple[dict[str, Any], Meta]:
    """Return the symbolic metadata inputs of a model, and what is made of them."""
    inputs = metadata_inputs(spec.meta)
    encoded = encode(spec.meta, inputs, spec.encoders, spec.encoder_options)
    vector, present = encoded.vector, None
    if spec.may_miss:
        present = keras.Input((spec.meta.num_columns + 1,), name="present")
        vector = AbsentColumns(encoded.widths, name="absent_columns")(vector, present)
        inputs["present"] = present
    return inputs, Meta(vector, dict(inputs), encoded.widths, present)


def metadata_inputs(spec: MetaSpec) -> dict[str, Any]:
    """Return the symbolic metadata inputs a spec asks for."""
    inputs = {}
    if spec.num_numeric:
        inputs["numeric"] = keras.Input((spec.num_numeric,), name="numeric")
    if spec.num_categorical:
        inputs["categorical"] = keras.Input(
            (spec.num_categorical,), dtype="int32", name="categorical"
        )
    return inputs


def make_backbone(spec: ModelSpec) -> Backbone:
    """Return the spec's image network, with its weights.

    Raises:
        ConfigError: If its options, the pictures or the weights do not fit.
    """
    family: type[BackboneFamily] = BACKBONES.get(spec.backbone).obj
    where = f"backbone {spec.backbone!r}"
    options = checked_options(family.Config, spec.backbone_options, where)
    return family.create(spec.backbone, spec.image, options, spec.weights)


def _image_features(
    spec: ModelSpec, fusion: Fusion, inputs: dict[str, Any], meta: Meta
) -> tuple[Any, BackboneLayers]:
    """Return the fused features `(batch, features)`, and which layers are whose."""
    pictures = spec.image.pictures
    several = pictures > 1
    others = list(meta.raw.values())
    if several:
        meta = for_each_picture(meta, pictures)
    backbone = make_backbone(spec)
    entrance = _entrance(spec.image)
    feature_map = retrace(
        backbone.model,
        inputs["image"],
        others,
        enter=lambda x: fusion.on_input(entrance(x), meta),
        after=fusion.between(backbone.stages, meta),
    )
    layers = BackboneLayers(
        backbone.layers_by_stage(), spec.weights is not None, fusion.boundary
    )
    vector = keras.layers.GlobalAveragePooling2D(name="pool")(feature_map)
    fusion.end()
    vector = fusion.on_features(vector, meta, feature_map)
    if several:
        inputs["pictures"] = keras.Input((pictures,), name="pictures")
        vector = pooled(vector, inputs["pictures"], spec.pool)
    return vector, layers


def _entrance(image: ImageSpec) -> Callable[[Any], Any]:
    """Return what makes pictures of 0 to 255 of the input, each a row of its own."""
    layers: list[Any] = [FoldPictures(name=FOLD)] if image.pictures > 1 else []
    if image.scale is not None:
        layers.append(BandScaling(**image.scale.model_dump(), name="band_scaling"))

    def enter(x: Any) -> Any:
        for layer in layers:
            x = layer(x)
        return x

    return enter
