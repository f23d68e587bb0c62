"""ONNX: one file that takes raw columns and pictures of any size."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING, Any

import numpy as np

from sidelight.errors import MissingPackageError
from sidelight.export._base import Exporter, without
from sidelight.export._onnx.graph import PURPOSE, OnnxGraph, load_onnx
from sidelight.export._onnx.network import ANSWER, PREFIX, convert
from sidelight.export.steps.answer import add_answer
from sidelight.export.steps.front import add_front
from sidelight.registry import EXPORTERS

if TYPE_CHECKING:
    from pathlib import Path

    from sidelight.export._subject import Subject

# Runs where neither Sidelight nor a training library can be imported.
ENGINE = (
    without("sidelight", "tensorflow", "keras", "polars", "onnx")
    + """
import numpy as np
import onnxruntime

onnxruntime.set_default_logger_severity(4)
model, folder = map(pathlib.Path, sys.argv[1:])
sessions = [
    onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    for path in (model, folder / "front")
]
for rows in sorted(folder.glob("rows-*.npz")):
    given = dict(np.load(rows, allow_pickle=False))
    for name, value in given.items():
        if value.dtype.kind == "U":
            given[name] = value.astype(object)
    answers = {}
    for session in sessions:
        wanted = {entry.name: given[entry.name] for entry in session.get_inputs()}
        found = session.run(None, wanted)
        for entry, value in zip(session.get_outputs(), found):
            text = value.dtype.kind == "O"
            answers[entry.name] = value.astype(str) if text else value
    np.savez(folder / rows.name.replace("rows-", "answers-"), **answers)
"""
)


@EXPORTERS.register(
    "onnx",
    summary="one file for onnxruntime: raw columns and pictures of any size",
    extra="export",
)
class OnnxExporter(Exporter):
    """Preprocessing, network and answers as one ONNX graph."""

    file = "model.onnx"
    engine = ENGINE

    def check(self) -> None:
        """Ask for onnx, tf2onnx and onnxruntime."""
        load_onnx()
        for package in ("tf2onnx", "onnxruntime"):
            if importlib.util.find_spec(package) is None:
                raise MissingPackageError(package, "export", PURPOSE)

    def write(self, subject: Subject, path: Path, front: Path) -> None:
        """Write the merged model, and its front by itself."""
        onnx = load_onnx()
        compose = onnx.compose
        before = _front(subject)
        front.write_bytes(before.SerializeToString())
        network = convert(subject.predictor.network)
        fed = [(f"front/{n}", f"{PREFIX}{n}") for n in subject.predictor.network.input]
        whole = compose.merge_models(before, network, io_map=fed)
        behind = OnnxGraph("sidelight/answer/")
        answer = behind.input(ANSWER, np.float32, ["rows", _num_outputs(subject)])
        add_answer(behind, subject.predictor, answer)
        links = [(f"{PREFIX}{ANSWER}", ANSWER)]
        whole = compose.merge_models(whole, behind.model("answer"), io_map=links)
        whole.graph.name = "sidelight"
        whole.producer_name = "sidelight"
        onnx.helper.set_model_props(whole, subject.about)
        onnx.checker.check_model(whole, full_check=True)
        path.write_bytes(whole.SerializeToString())


def _front(subject: Subject) -> Any:
    graph = OnnxGraph()
    for name, value in add_front(graph, subject).items():
        tensor = subject.predictor.network.input[name]
        shape = ["rows", *tensor.shape[1:]]
        graph.output(value, f"front/{name}", tensor.dtype, shape)
    return graph.model("front")


def _num_outputs(subject: Subject) -> int:
    return int(subject.predictor.network.output.shape[-1])
