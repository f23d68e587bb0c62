"""From a ModelSpec to a `keras.Model`: encoder, backbone, fusion hooks, head."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import keras

from sidelight.nn.backbones import Backbone, BackboneFamily
from sidelight.nn.encoders import encode
from sidelight.nn.fusions import Fusion
from sidelight.nn.heads import Head
from sidelight.nn.layers import AbsentColumns
from sidelight.nn.meta import Meta
from sidelight.nn.options import checked_options
from sidelight.nn.trace import retrace
from sidelight.registry import BACKBONES, FUSIONS, HEADS
from sidelight.schema import MetaSpec, ModelSpec


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
        probabilities `(batch, classes)`, `(batch, 1)` for binary tasks, or scaled
        values `(batch, 1)` for regression; always float32.

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
    feature_map = vector = None
    layers = BackboneLayers()
    if fusion.uses_image:
        inputs["image"] = keras.Input(
            (spec.image.height, spec.image.width, spec.image.bands), name="image"
        )
        backbone = make_backbone(spec)
        feature_map = _feature_map(backbone, fusion, inputs["image"], meta)
        layers = BackboneLayers(
            backbone.layers_by_stage(), spec.weights is not None, fusion.boundary
        )
        vector = keras.layers.GlobalAveragePooling2D(name="pool")(feature_map)
        fusion.end()
    vector = fusion.on_features(vector, meta, feature_map)
    if spec.dropout:
        vector = keras.layers.Dropout(spec.dropout, seed=0, name="dropout")(vector)
    logits = keras.layers.Dense(spec.num_outputs, name="logits")(vector)
    logits = fusion.on_logits(logits, meta)
    # Answers stay float32 under mixed precision: losses and thresholds need it.
    outputs = keras.layers.Activation(head.activation, dtype="float32", name="answer")(
        logits
    )
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


def _feature_map(backbone: Backbone, fusion: Fusion, image: Any, meta: Meta) -> Any:
    return retrace(
        backbone.model,
        image,
        list(meta.raw.values()),
        enter=lambda x: fusion.on_input(x, meta),
        after=fusion.between(backbone.stages, meta),
    )
