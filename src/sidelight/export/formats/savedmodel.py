"""SavedModel: a folder for TensorFlow that takes raw columns, and pixels or files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sidelight.export._base import Exporter, need_tensorflow, without
from sidelight.predictor import SavedModel
from sidelight.registry import EXPORTERS

if TYPE_CHECKING:
    from pathlib import Path

    from sidelight.export._subject import Subject

ENCODED = "encoded"
# Runs where Sidelight cannot be imported; TensorFlow itself imports Keras.
ENGINE = (
    without("sidelight", "polars", "onnx")
    + """
import numpy as np
import tensorflow as tf

model, folder = map(pathlib.Path, sys.argv[1:])
loaded = [tf.saved_model.load(str(path)) for path in (model, folder / "front")]
for rows in sorted(folder.glob("rows-*.npz")):
    given = dict(np.load(rows, allow_pickle=False))
    files = given.get("image", np.zeros(0)).dtype.kind == "S"
    answers = {}
    for place, before in zip(loaded, ("", "front/")):
        ask = place.signatures["encoded" if files else "serving_default"]
        wanted = ask.structured_input_signature[1]
        found = ask(**{name: tf.constant(given[name]) for name in wanted})
        for name, value in found.items():
            value = value.numpy()
            if value.dtype.kind == "O":
                value = np.array([text.decode() for text in value], str)
            answers[before + name] = value
    np.savez(folder / rows.name.replace("rows-", "answers-"), **answers)
"""
)


@EXPORTERS.register(
    "savedmodel",
    summary="a folder for TensorFlow: raw columns, and pixels or JPEG and PNG files",
)
class SavedModelExporter(Exporter):
    """Preprocessing, network and answers as functions of TensorFlow."""

    file = "saved_model"
    marker = SavedModel.network_file
    identifiers = True
    engine = ENGINE

    def check(self) -> None:
        """Ask Keras for its backend.

        Raises:
            ConfigError: If it is not TensorFlow.
        """
        need_tensorflow("a SavedModel is")

    def takes_files(self, subject: Subject) -> bool:
        """Whether pictures are also taken as the bytes of JPEG or PNG files."""
        if not subject.predictor.uses_image or not subject.any_size:
            return False
        rule = subject.rule
        plain = rule.select is None and rule.bands in (1, 3)
        return plain and subject.image.pictures == 1

    def write(self, subject: Subject, path: Path, front: Path) -> None:
        """Write the model, and its front by itself."""
        self._write(subject, front, front=True)
        self._write(subject, path, front=False)
        text = json.dumps(subject.about, indent=2, ensure_ascii=False)
        about = path / SavedModel.about_file
        about.parent.mkdir()
        about.write_text(text, encoding="utf-8")

    def _write(self, subject: Subject, path: Path, *, front: bool) -> None:
        import tensorflow as tf  # noqa: PLC0415

        from sidelight.export._tensorflow.serving import Serving  # noqa: PLC0415

        serving = Serving(subject)
        functions = {SavedModel.raw: serving.raw(front=front)}
        if self.takes_files(subject):
            functions[ENCODED] = serving.encoded(front=front)
        module = tf.Module()
        module.functions = functions
        module.tables = serving.tables  # what is not held here is not stored
        module.weights = [w.value for w in subject.predictor.network.variables]
        tf.saved_model.save(module, str(path), signatures=functions)
