"""What every export has to do, for every fusion and every backbone."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import polars as pl

from sidelight.nn import build
from sidelight.preprocessing import Preprocessor
from sidelight.registry import BACKBONES
from sidelight.schema import Column, ImageSpec, ModelSpec, Schema, Task
from sidelight.table import Table
from sidelight.testing._backbones import settle
from sidelight.testing._requirements import require

if TYPE_CHECKING:
    from sidelight.export import Subject

ROWS = 60
SMALLEST = 24  # pixels a side, for backbones that would take less
NAMES = ("one", "zwei", "три")
# Of weights that start at zero. An untrained deep network is wild: with more, metadata
# far out would blow up its maps, and the last place of a float32 decide its answers.
STRENGTH = 0.02
SETTLED = 32  # rows whose statistics the batch norms get


def check_export(
    to: str,
    folder: Path,
    *,
    fusion: str = "film",
    backbone: str = "small",
    **changes: Any,
) -> dict[str, Any]:
    """Export a network with columns of every kind; the export checks itself.

    It is also opened as `sidelight predict` opens it, and asked about a table.

    Args:
        to: Registry name of the format.
        folder: Where the file is written.
        fusion: Registry name of the fusion.
        backbone: Registry name of the backbone.
        **changes: The task, and other fields of the `ModelSpec`.

    Returns:
        The figures of the check.

    Raises:
        AssertionError: If the file is not there in the end.
        ExportError: If it answers otherwise than the network.
    """
    # Not above: what needs TensorFlow is needed by this case only.
    from sidelight.export import write_checked  # noqa: PLC0415
    from sidelight.registry import EXPORTERS  # noqa: PLC0415

    place = folder / f"{fusion}-{backbone}-{EXPORTERS.get(to).obj.file}"
    subject = tiny_subject(fusion=fusion, backbone=backbone, **changes)
    exported = write_checked(subject, to, place)
    require(place.exists(), f"{to}: leaves no file of {fusion} in {backbone}")
    off = _off_on_a_table(subject, place)
    require(
        off <= exported.figures.most_at_size,
        f"{to}: {off:.2g} off on a table, with {fusion}",
    )
    return exported.figures.to_dict()


def _off_on_a_table(subject: Subject, place: Path) -> float:
    """Return how far an export's answers to a table are from the network's.

    Numbers are in units of their spread in training, as in the export's own check.
    """
    from sidelight.predictor import load_exported  # noqa: PLC0415

    table = every_kind(subject.predictor.task)
    pictures = {}
    if subject.predictor.uses_image:
        rng, spec = np.random.default_rng(1), subject.image
        several = () if spec.pictures == 1 else (spec.pictures,)
        shape = (ROWS, *several, spec.height, spec.width, spec.bands)
        pictures["image"] = rng.integers(0, 256, shape).astype(subject.rule.dtype)
        if several:
            pictures["pictures"] = np.ones((ROWS, *several), np.float32)
    wanted, found = (
        predictor.figures_of(table, pictures, batch_size=32).reshape(ROWS, -1)
        for predictor in (subject.predictor, load_exported(place))
    )
    target = subject.predictor.preprocessor.known_target
    spread = np.array(target.spreads if target.task == "regression" else 1.0)
    return float((np.abs(found - wanted) / spread).max())


def tiny_subject(
    *,
    fusion: str = "film",
    backbone: str = "small",
    task: Task = "multiclass",
    rule: dict[str, Any] | None = None,
    fingerprint: str = "",
    **changes: Any,
) -> Subject:
    """Return an untrained network with columns of every kind, to be exported.

    Args:
        fusion: Registry name of the fusion.
        backbone: Registry name of the backbone.
        task: What is predicted.
        rule: Other fields of the `ImageRule`.
        fingerprint: What the file says of the run.
        **changes: Other fields of the `ModelSpec`.
    """
    from sidelight.export import Subject  # noqa: PLC0415
    from sidelight.pixels import ImageRule  # noqa: PLC0415
    from sidelight.predictor import Predictor  # noqa: PLC0415

    side = max(BACKBONES.get(backbone).obj.min_size, SMALLEST)
    image = changes.pop("image", ImageSpec(height=side, width=side, bands=3))
    table = every_kind(task)
    preprocessor = Preprocessor.fit(table)
    spec = ModelSpec(
        image=image,
        meta=preprocessor.spec,
        task=task,
        num_outputs=preprocessor.known_target.num_outputs,
        fusion=fusion,
        backbone=backbone,
        **changes,
    )
    size = {"height": image.height, "width": image.width, "bands": image.bands}
    resizing = ImageRule(**size, **(rule or {}))
    predictor = Predictor(_restless(spec), preprocessor, table.schema, resizing)
    return Subject(predictor, fingerprint=fingerprint)


def every_kind(task: Task = "multiclass") -> Table:
    """Return training rows with a column of each kind, with gaps and odd names."""
    rng = np.random.default_rng(0)
    gaps = rng.random((6, ROWS)) < 0.15
    words = rng.choice(["ä", "b c", "7", "'\"", "日本"], ROWS)
    words[0] = "seen once"
    several = [";".join(rng.choice(["sand", "mud", "sea grass"], 2)) for _ in words]
    several[1] = "a*b"
    start = datetime(2019, 12, 30)
    cells = {
        "depth (m) 深さ": pl.Series(rng.normal(5, 2, ROWS)).set(_mask(gaps[0]), None),
        "image": pl.Series(rng.lognormal(0, 2, ROWS)),
        "sensor": pl.Series(words.tolist()).set(_mask(gaps[1]), None),
        "ground": pl.Series(several).set(_mask(gaps[2]), None),
        "night": pl.Series(rng.random(ROWS) < 0.5).set(_mask(gaps[3]), None),
        "taken": pl.Series([start + timedelta(hours=31 * i) for i in range(ROWS)]).set(
            _mask(gaps[4]), None
        ),
        "lat": pl.Series(rng.uniform(-90, 90, ROWS)).set(_mask(gaps[5]), None),
        "lon": pl.Series(rng.uniform(-180, 180, ROWS)),
        "answer": _target(task, rng),
    }
    schema = Schema(
        target="answer",
        task=task,
        columns=(
            Column(name="depth (m) 深さ", kind="numeric", sources=("depth (m) 深さ",)),
            Column(name="image", kind="numeric", sources=("image",), scale="log"),
            Column(name="sensor", kind="categorical", sources=("sensor",)),
            Column(name="ground", kind="multi_hot", sources=("ground",)),
            Column(name="night", kind="boolean", sources=("night",)),
            Column(name="taken", kind="datetime", sources=("taken",)),
            Column(name="location", kind="location", sources=("lat", "lon")),
        ),
    )
    rows = np.arange(1, ROWS + 1)
    return Table(pl.DataFrame(cells), schema, "rows of a check", rows, part="train")


def _mask(gaps: Any) -> pl.Series:
    return pl.Series(gaps)


def _target(task: Task, rng: np.random.Generator) -> pl.Series:
    if task == "regression":
        return pl.Series(rng.normal(100, 20, ROWS))
    if task == "multilabel":
        return pl.Series([";".join(NAMES[: 1 + i % 3]) for i in range(ROWS)])
    if task == "ordinal":
        return pl.Series([str(1 + i % 3) for i in range(ROWS)])
    classes = NAMES[:2] if task == "binary" else NAMES
    return pl.Series([classes[i % len(classes)] for i in range(ROWS)])


def _restless(spec: ModelSpec) -> keras.Model:
    """Return a network whose answers depend on everything, though it never learned."""
    keras.utils.set_random_seed(0)
    model = build(spec)
    rng = np.random.default_rng(0)
    inputs = {
        name: rng.integers(0, 3, (SETTLED, *tensor.shape[1:])).astype(tensor.dtype)
        for name, tensor in model.input.items()
    }
    if "image" in inputs:
        shape = inputs["image"].shape
        inputs["image"] = rng.integers(0, 256, shape).astype("float32")
    for name in ("pictures", "present"):
        if name in inputs:
            inputs[name] = np.ones_like(inputs[name])
    settle(model, inputs)
    for weight in model.trainable_weights:
        if not np.any(keras.ops.convert_to_numpy(weight)):
            weight.assign(rng.normal(0, STRENGTH, weight.shape))
    last = model.get_layer("logits")
    logits = keras.Model(model.input, last.output)(inputs, training=False)
    largest = float(np.abs(keras.ops.convert_to_numpy(logits)).max())
    last.set_weights([weight / largest for weight in last.get_weights()])
    return model
