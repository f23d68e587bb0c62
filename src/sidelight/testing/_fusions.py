"""What every fusion has to do."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from sidelight.nn import build
from sidelight.registry import FUSIONS
from sidelight.schema import Feature, ImageSpec, MetaSpec, ModelSpec
from sidelight.testing._requirements import reloaded, require

BATCH = 6
WIDTHS = [8, 12, 16]  # of stages, where the small backbone is held to requirements


def tiny_spec(fusion: str, *, backbone: str = "small", **changes: Any) -> ModelSpec:
    """Return a cheap model: 32-pixel pictures, three numbers and one category.

    Args:
        fusion: Registry name of the fusion.
        backbone: Registry name of the backbone.
        **changes: Other fields of the `ModelSpec`.
    """
    meta = MetaSpec(
        features=(
            Feature(name="place", kind="numeric", block="numeric", start=0, width=3),
            Feature(
                name="sensor",
                kind="categorical",
                block="categorical",
                start=0,
                width=1,
                levels=5,
            ),
        ),
        num_numeric=3,
        num_categorical=1,
    )
    fields: dict[str, Any] = {
        "image": ImageSpec(height=32, width=32, bands=3),
        "meta": meta,
        "task": "multiclass",
        "num_outputs": 4,
        "fusion": fusion,
        "backbone": backbone,
    }
    return ModelSpec(**{**fields, **changes})


def random_inputs(spec: ModelSpec, seed: int = 0, batch: int = BATCH) -> dict[str, Any]:
    """Return a batch of every input that a model of this spec may take."""
    rng = np.random.default_rng(seed)
    image = spec.image
    levels = [f.levels for f in spec.meta.features if f.block == "categorical"]
    pixels = rng.integers(0, 256, (batch, *image.shape)).astype("float32")
    inputs: dict[str, Any] = {"image": pixels}
    if image.pictures > 1:
        there = rng.integers(0, 2, (batch, image.pictures)).astype("float32")
        there[np.arange(batch), rng.integers(0, image.pictures, batch)] = 1
        inputs["pictures"] = there
    if spec.meta.num_numeric:
        inputs["numeric"] = rng.normal(size=(batch, spec.meta.num_numeric)).astype(
            "float32"
        )
    if levels:
        inputs["categorical"] = np.stack(
            [rng.integers(0, level, batch) for level in levels], axis=1
        ).astype("int32")
    if spec.may_miss:
        inputs["present"] = np.ones((batch, spec.meta.num_columns + 1), "float32")
    return inputs


def answer(model: keras.Model, inputs: dict[str, Any]) -> Any:
    """Return the model's output for those of the inputs that it takes."""
    wanted = {name: inputs[name] for name in model.input}
    return keras.ops.convert_to_numpy(model(wanted, training=False))


def check_fusion(name: str, *, backbone: str = "small", pictures: int = 1) -> None:
    """Hold a registered fusion to everything a fusion has to do.

    Args:
        name: Its registry name.
        backbone: The network it is put into.
        pictures: Pictures of a row; several are pooled by attention, the way that has
            weights of its own.

    Raises:
        AssertionError: Saying which requirement the fusion does not meet.
    """
    image = ImageSpec(height=32, width=32, bands=3, pictures=pictures)
    options = {"widths": WIDTHS} if backbone == "small" else {}
    spec = tiny_spec(
        name,
        backbone=backbone,
        backbone_options=options,
        image=image,
        pool="attention",
    )
    capabilities = FUSIONS.get(name).capabilities
    keras.utils.set_random_seed(0)
    model = build(spec)
    check_inputs(name, model, capabilities)
    if {"identity", "metadata"} <= capabilities:
        check_starts_as_identity(name, model, spec)
    check_learns(name, model, spec)
    check_dependence(name, model, spec, capabilities)
    check_round_trip(name, model, spec)
    check_rows_are_independent(name, model, spec)
    check_no_randomness_is_saved(name, model)
    if "metadata" in capabilities:
        check_does_without(name, spec)
    if spec.image.pictures > 1 and "image" in capabilities:
        check_pictures(name, model, spec)


def check_does_without(name: str, spec: ModelSpec) -> None:
    """Built to miss parts, an answer does not depend on what is absent."""
    spec = spec.model_copy(update={"may_miss": True})
    model = build(spec)
    first, second = random_inputs(spec, seed=6), random_inputs(spec, seed=7)
    target = np.arange(BATCH) % spec.num_outputs
    # Two steps are sooner made than traced; `check_learns` traces.
    model.compile("sgd", "sparse_categorical_crossentropy", run_eagerly=True)
    for seed in range(2):
        present = np.random.default_rng(seed).integers(0, 2, first["present"].shape)
        rows = {**first, "present": present.astype("float32")}
        model.train_on_batch({key: rows[key] for key in model.input}, target)
    for part, keys, columns in (
        ("image", [key for key in ("image", "pictures") if key in first], [-1]),
        ("metadata", ["numeric", "categorical"], [0, 1]),
        ("column", ["numeric"], [0]),
    ):
        present = first["present"].copy()
        present[:, columns] = 0
        without = answer(model, {**first, "present": present})
        changed = {**first, **{key: second[key] for key in keys}, "present": present}
        gap = float(np.abs(answer(model, changed) - without).max())
        require(
            gap <= 1e-6, f"{name}: an absent {part} changes the answer by {gap:.2e}"
        )


def check_pictures(name: str, model: keras.Model, spec: ModelSpec) -> None:
    """All pictures of a row count alike, and those that are not there not at all."""
    inputs = random_inputs(spec, seed=8)
    pixels, there = inputs["image"], inputs["pictures"]
    base = answer(model, inputs)

    def gap(image: Any, pictures: Any) -> float:
        changed = answer(model, {**inputs, "image": image, "pictures": pictures})
        return float(np.abs(changed - base).max())

    found = gap(np.flip(pixels, 1), np.flip(there, 1))
    require(found <= 1e-5, f"{name}: another order of pictures changes {found:.2e}")
    found = gap(pixels * there[:, :, None, None, None], there)
    require(found <= 1e-6, f"{name}: a picture that is not there changes {found:.2e}")
    for place in range(spec.image.pictures):
        other = pixels.copy()
        other[:, place] = 255 - other[:, place]
        met = gap(other, there) > 1e-7
        require(met, f"{name}: does not look at picture {place + 1} of a row")
    single = build(
        spec.model_copy(update={"image": spec.image.model_copy(update={"pictures": 1})})
    )
    for layer in single.layers:
        if layer.weights:
            layer.set_weights(model.get_layer(layer.name).get_weights())
    alone = answer(single, {**inputs, "image": pixels[:, 0]})
    only = np.zeros_like(there)
    only[:, 0] = 1
    among = answer(model, {**inputs, "pictures": only})
    found = float(np.abs(among - alone).max())
    require(found <= 1e-5, f"{name}: a single picture of several gives {found:.2e} off")


def check_inputs(name: str, model: keras.Model, capabilities: frozenset[str]) -> None:
    """The model takes what the fusion says it uses, and nothing else."""
    takes_image = "image" in model.input
    takes_metadata = bool({"numeric", "categorical"} & set(model.input))
    require(
        takes_image == ("image" in capabilities),
        f"{name}: takes a picture: {takes_image}",
    )
    require(
        takes_metadata == ("metadata" in capabilities),
        f"{name}: takes metadata: {takes_metadata}",
    )


def check_starts_as_identity(name: str, model: keras.Model, spec: ModelSpec) -> None:
    """Freshly built, a modulating fusion answers as the image-only network does."""
    plain = build(spec.model_copy(update={"fusion": "none"}))
    for layer in plain.layers:
        if layer.weights:
            layer.set_weights(model.get_layer(layer.name).get_weights())
    inputs = random_inputs(spec)
    gap = float(np.abs(answer(model, inputs) - answer(plain, inputs)).max())
    require(gap <= 1e-5, f"{name}: starts {gap:.2e} away from the image-only network")


def check_learns(name: str, model: keras.Model, spec: ModelSpec) -> None:
    """After two steps every weight has moved, and every weight is a number."""
    rng = np.random.default_rng(1)
    inputs = random_inputs(spec, seed=1)
    wanted = {key: inputs[key] for key in model.input}
    target = rng.integers(0, spec.num_outputs, BATCH)
    before = [np.array(w) for w in model.get_weights()]
    names = [w.path for w in model.weights]
    model.compile(
        keras.optimizers.SGD(0.05), "sparse_categorical_crossentropy", jit_compile=False
    )
    for _ in range(2):
        model.train_on_batch(wanted, target)
    for path, old, new in zip(names, before, model.get_weights(), strict=True):
        require(np.isfinite(new).all(), f"{name}: {path} is not finite")
        moved = "seed_generator" in path or not np.array_equal(old, new)
        require(moved, f"{name}: {path} did not move in two steps")


def check_dependence(
    name: str, model: keras.Model, spec: ModelSpec, capabilities: frozenset[str]
) -> None:
    """The trained answer depends on what the fusion uses, and on nothing else."""
    first, second = random_inputs(spec, seed=2), random_inputs(spec, seed=3)
    base = answer(model, first)
    for part, keys in (("image", ["image"]), ("metadata", ["numeric", "categorical"])):
        changed = {**first, **{key: second[key] for key in keys}}
        differs = float(np.abs(answer(model, changed) - base).max()) > 1e-7
        require(
            differs == (part in capabilities),
            f"{name}: another {part} gives another answer: {differs}",
        )


def check_round_trip(name: str, model: keras.Model, spec: ModelSpec) -> None:
    """Saved and loaded with safe mode on, the model gives the same answer."""
    inputs = random_inputs(spec, seed=4)
    loaded = reloaded(model)
    gap = float(np.abs(answer(loaded, inputs) - answer(model, inputs)).max())
    require(gap <= 1e-6, f"{name}: loaded, it answers {gap:.2e} differently")


def check_rows_are_independent(name: str, model: keras.Model, spec: ModelSpec) -> None:
    """A row's answer does not depend on the other rows, nor on their order."""
    inputs = random_inputs(spec, seed=5)
    whole = answer(model, inputs)
    order = np.random.default_rng(0).permutation(BATCH)
    shuffled = answer(model, {key: value[order] for key, value in inputs.items()})
    gap = float(np.abs(shuffled - whole[order]).max())
    require(gap <= 1e-5, f"{name}: another order of rows changes answers by {gap:.2e}")
    single = answer(model, {key: value[:1] for key, value in inputs.items()})
    gap = float(np.abs(single - whole[:1]).max())
    require(gap <= 1e-5, f"{name}: alone, a row is answered {gap:.2e} differently")


def check_no_randomness_is_saved(name: str, model: keras.Model) -> None:
    """A saved model holds no random layer but dropout."""
    for layer in model._flatten_layers():
        random = "Random" in type(layer).__name__ or "Noise" in type(layer).__name__
        require(not random, f"{name}: holds the random layer {layer.name}")
