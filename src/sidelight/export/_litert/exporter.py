"""LiteRT: the network for phones and small boards, and what reads raw rows for it."""

from __future__ import annotations

import json
import tempfile
from importlib import resources
from typing import TYPE_CHECKING, Any, ClassVar

import keras
import numpy as np

from sidelight.errors import ConfigError
from sidelight.export._base import Exporter, need_tensorflow, without
from sidelight.export._litert.statistics import statistics
from sidelight.predictor import LiteRtModel

if TYPE_CHECKING:
    from pathlib import Path

    from sidelight.export._subject import Subject

MODEL, COLUMNS = LiteRtModel.network_file, LiteRtModel.columns_file
READER = "reader.py"  # copied beside them
ANSWER = "answer"
# Runs where Sidelight cannot be imported: the reader in the folder encodes the rows.
ENGINE = (
    without("sidelight", "polars", "onnx")
    + """
sys.dont_write_bytecode = True
import numpy as np
import tensorflow as tf

model, folder = map(pathlib.Path, sys.argv[1:])
sys.path.insert(0, str(model))
from reader import Reader

reader = Reader(model / "columns.json")
runner = tf.lite.Interpreter(str(model / "model.tflite")).get_signature_runner()
details = runner.get_input_details()
NOT_A_TIME = np.iinfo(np.int64).min
for rows in sorted(folder.glob("rows-*.npz")):
    given = dict(np.load(rows, allow_pickle=False))
    count = len(next(iter(given.values())))
    encoded, answers = [], []
    for row in range(count):
        cells = {name: given[name][row].item() for name in reader.names}
        cells = {k: None if v == NOT_A_TIME else v for k, v in cells.items()}
        blocks = reader.inputs(cells)
        encoded.append(blocks)
        fed = {name: np.array([values]) for name, values in blocks.items()}
        fed |= {n: given[n][row : row + 1] for n in ("image", "pictures") if n in given}
        fed = {name: fed[name].astype(details[name]["dtype"]) for name in details}
        answers.append(reader.answer(runner(**fed)["answer"][0].tolist()))
    found = {}
    for name in encoded[0]:
        found["front/" + name] = np.array([blocks[name] for blocks in encoded])
    if "image" in given:
        found["front/image"] = given["image"].astype(np.float32)
    if "probability" in answers[0]:
        likely = [list(answer["probability"].values()) for answer in answers]
        found["probability"] = np.array(likely)
        if "label" in answers[0]:
            found["label"] = np.array([answer["label"] for answer in answers])
    else:
        found["prediction"] = np.array([list(a.values()) for a in answers])
    np.savez(folder / rows.name.replace("rows-", "answers-"), **found)
"""
)


class LiteRtExporter(Exporter):
    """A folder: the network, what was learned from the columns, a reader of rows."""

    file = "litert"
    marker = MODEL
    resizes = False
    engine = ENGINE
    types: ClassVar[tuple[str, ...]] = ()  # of weights; none leaves float32
    is_smaller: ClassVar[bool] = False

    def check(self) -> None:
        """Ask Keras for its backend.

        Raises:
            ConfigError: If it is not TensorFlow.
        """
        need_tensorflow("LiteRT models are")

    def write(self, subject: Subject, path: Path, front: Path) -> None:  # noqa: ARG002
        """Write the three files; the reader is the part before the network."""
        model = self._converted(subject.predictor.network)
        path.mkdir()
        (path / MODEL).write_bytes(model)
        text = json.dumps(statistics(subject), indent=1, ensure_ascii=False)
        (path / COLUMNS).write_text(text, encoding="utf-8")
        reader = resources.files("sidelight.predictor") / "_litert_reader.py"
        (path / READER).write_text(reader.read_text(encoding="utf-8"), encoding="utf-8")

    def _converted(self, network: keras.Model) -> bytes:
        """Return the network in LiteRT's form.

        Raises:
            ConfigError: If it has an operation that LiteRT does not have.
        """
        import tensorflow as tf  # noqa: PLC0415

        specs = {
            name: tf.TensorSpec((None, *tensor.shape[1:]), tensor.dtype, name=name)
            for name, tensor in network.input.items()
        }

        def forward(**inputs: Any) -> dict[str, Any]:
            return {ANSWER: network(inputs, training=False)}

        traced = tf.function(forward, autograph=False).get_concrete_function(**specs)
        module = tf.Module()
        module.weights = [weight.value for weight in network.variables]
        with tempfile.TemporaryDirectory(prefix="sidelight-export-") as folder:
            tf.saved_model.save(module, folder, signatures=traced)
            converter = tf.lite.TFLiteConverter.from_saved_model(folder)
            if self.is_smaller:
                converter.optimizations = [tf.lite.Optimize.DEFAULT]
                converter.target_spec.supported_types = [
                    tf.as_dtype(np.dtype(name)) for name in self.types
                ]
            try:
                return bytes(converter.convert())
            except Exception as error:
                first = str(error).strip().splitlines()[0][:300]
                problem = f"LiteRT cannot hold this network: {first}"
                fix = "Choose another --fusion or --backbone: see docs/export.md."
                raise ConfigError(problem, fix=fix) from error
