"""Put a fusion into a user's own image model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras

from sidelight.errors import ConfigError, nearest
from sidelight.nn.anatomy import Anatomy, dissect
from sidelight.nn.build import make_fusion, metadata_bundle
from sidelight.nn.fusions import Fusion
from sidelight.nn.layers import DenseLogits
from sidelight.nn.meta import Meta
from sidelight.nn.trace import inlined, retrace
from sidelight.schema import ImageSpec, MetaSpec, ModelSpec

NEEDED = {"on_features": "features", "on_logits": "logits"}


def fuse(
    model: keras.Model,
    meta: MetaSpec,
    *,
    fusion: str = "film",
    stages: Sequence[str] | None = None,
    copy: bool = False,
    options: dict[str, Any] | None = None,
    encoders: dict[str, str] | None = None,
) -> keras.Model:
    """Return the model with metadata fused into it; see `sidelight.fuse`."""
    model = inlined(_usable(model))
    if copy:
        model = _copied(model)
    height, width, bands = model.input.shape[1:]
    spec = ModelSpec(
        image=ImageSpec(height=height, width=width, bands=bands),
        meta=meta,
        task="multiclass" if model.output.shape[-1] > 1 else "binary",
        num_outputs=model.output.shape[-1],
        backbone=model.name,
        fusion=fusion,
        fusion_options=options or {},
        encoders=encoders or {},
    )
    chosen = make_fusion(spec)
    anatomy = dissect(model)
    _check_sites(chosen, anatomy)
    ends = anatomy.stages if stages is None else _named(model, stages)
    inputs, bundle = metadata_bundle(spec) if chosen.uses_metadata else ({}, Meta(None))
    image = keras.Input((height, width, bands), dtype=model.input.dtype, name="image")
    output = retrace(
        model,
        image,
        list(inputs.values()),
        enter=lambda x: chosen.on_input(x, bundle),
        after=_Surgery(chosen, ends, anatomy, bundle),
    )
    chosen.end()
    return keras.Model(
        {**inputs, "image": image}, output, name=f"{model.name}_{fusion}"
    )


class _Surgery:
    """What happens after each layer: the hooks of a fusion, the head's included."""

    def __init__(
        self, fusion: Fusion, stages: Sequence[str], anatomy: Anatomy, meta: Meta
    ) -> None:
        self.fusion, self.anatomy, self.meta = fusion, anatomy, meta
        self.last_stage = stages[-1]
        self.between = fusion.between(stages, meta)
        self.feature_map: Any = None

    def __call__(self, layer: Any, inputs: Any, outputs: Any) -> Any:
        outputs = self.between(layer, inputs, outputs)
        if layer.name == self.last_stage:
            self.feature_map = outputs
        if layer.name == self.anatomy.features:
            outputs = self._on_features(outputs)
        if layer.name == self.anatomy.logits and _has(self.fusion, "on_logits"):
            outputs = self._on_logits(layer, inputs, outputs)
        return outputs

    def _on_features(self, vector: Any) -> Any:
        """Return features of the width that the model's own next layer expects."""
        changed = self.fusion.on_features(vector, self.meta, self.feature_map)
        width = vector.shape[-1]
        if changed.shape[-1] == width:
            return changed
        update = keras.layers.Dense(
            width, kernel_initializer="zeros", name="fuse_update"
        )(changed)
        return keras.layers.Add(name="fuse_features")([vector, update])

    def _on_logits(self, layer: Any, inputs: Any, outputs: Any) -> Any:
        """Let the hook act before the activation, and apply that again after it."""
        activation = getattr(layer, "activation", keras.activations.linear)
        if activation is keras.activations.linear:
            return self.fusion.on_logits(outputs, self.meta)
        logits = DenseLogits(layer, name=f"{layer.name}_logits")(inputs)
        logits = self.fusion.on_logits(logits, self.meta)
        return keras.layers.Activation(activation, name=f"{layer.name}_answer")(logits)


def _usable(model: Any) -> keras.Model:
    """Return the model if its layers can be called one by one.

    Raises:
        ConfigError: Saying what stands in the way and what to do.
    """
    name = getattr(model, "name", type(model).__name__)
    functional = hasattr(model, "operations") or isinstance(model, keras.Sequential)
    if not (isinstance(model, keras.Model) and functional and model.built):
        problem = (
            f"model {name!r} cannot be cut: its layers cannot be seen from outside"
        )
        fix = (
            "A subclassed model hides its layers in call(). Build it with the "
            "functional interface, keras.Model(inputs, outputs), and fuse that; or use "
            "the model as one layer in such a model."
        )
        raise ConfigError(problem, fix=fix)
    if len(model.inputs) != 1 or len(model.outputs) != 1:
        names = ", ".join(tensor.name for tensor in (*model.inputs, *model.outputs))
        problem = (
            f"model {name!r} has {len(model.inputs)} inputs and {len(model.outputs)} "
            f"outputs ({names}); one image and one answer can be fused"
        )
        fix = "Cut out the part from the image to the answer: keras.Model(image, out)."
        raise ConfigError(problem, fix=fix)
    shape = model.inputs[0].shape
    if len(shape) != 4 or None in shape[1:]:
        problem = f"model {name!r} takes {shape}, not images of one known size"
        fix = "Give it keras.Input((height, width, bands))."
        raise ConfigError(problem, fix=fix)
    for layer in model._flatten_layers():
        if isinstance(layer, keras.layers.Lambda):
            problem = f"layer {layer.name!r} of model {name!r} is a Lambda"
            fix = (
                "A file with a Lambda runs code when it is loaded. Write the layer as "
                "a class, registered by keras.saving.register_keras_serializable."
            )
            raise ConfigError(problem, fix=fix)
    return model


def _check_sites(fusion: Fusion, anatomy: Anatomy) -> None:
    """Refuse a fusion that acts where the model has nothing to act on."""
    if not fusion.uses_image:
        problem = f"fusion {fusion.spec.fusion!r} reads no image"
        raise ConfigError(problem, fix="Choose a fusion that reads both.")
    for hook, part in NEEDED.items():
        if _has(fusion, hook) and getattr(anatomy, part) is None:
            problem = (
                f"fusion {fusion.spec.fusion!r} acts on the {part} of a model, and "
                f"{fusion.spec.backbone!r} has none: it ends in layer {anatomy.last!r}"
            )
            fix = (
                "End the model in pooling or Flatten and a Dense layer, or choose a "
                "fusion that acts on maps, such as 'film'."
            )
            raise ConfigError(problem, fix=fix)


def _named(model: keras.Model, stages: Sequence[str]) -> list[str]:
    """Return the given layer names in the order of the model's layers.

    Raises:
        ConfigError: If there is no such layer, or it gives no map.
    """
    names = [layer.name for layer in model.layers]
    for name in stages:
        if name not in names:
            close = nearest(name, names)
            hint = f"Did you mean {close[0]!r}? " if close else ""
            problem = f"stage {name!r}: model {model.name!r} has no such layer"
            raise ConfigError(problem, fix=f"{hint}model.summary() lists the layers.")
        if len(model.get_layer(name).output.shape) != 4:
            problem = f"stage {name!r}: the layer gives no map (batch, h, w, channels)"
            raise ConfigError(problem, fix="Name a layer before pooling or Flatten.")
    return sorted(stages, key=names.index)


def _copied(model: keras.Model) -> keras.Model:
    twin = keras.models.clone_model(model)
    twin.set_weights(model.get_weights())
    return twin


def _has(fusion: Fusion, hook: str) -> bool:
    return getattr(type(fusion), hook) is not getattr(Fusion, hook)
