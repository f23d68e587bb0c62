"""The engine of exported files: onnxruntime, and nothing that trains."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from sidelight.errors import RunError
from sidelight.optional import import_optional
from sidelight.predictor._signature import Signature

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PURPOSE = "Answering with an exported file"


@dataclass(frozen=True)
class OnnxModel:
    """An exported file, ready to answer; safe to call from several threads.

    Attributes:
        path: The file.
        signature: What it takes and gives.
        session: The `onnxruntime.InferenceSession`.
        at_once: How many calls at the same time keep all cores busy.
    """

    path: Path
    signature: Signature
    session: Any
    at_once: int = 1

    @classmethod
    def open(cls, path: str | Path, *, threads: int | None = None) -> Self:
        """Load a file; nothing that it holds is executed but its graph.

        Args:
            path: What `sidelight export` wrote with `--to onnx`.
            threads: Threads of one call; None leaves it to onnxruntime.

        Raises:
            RunError: If there is no such file, or it is damaged, not written by
                Sidelight or of another version.
            MissingPackageError: If onnxruntime is not there.
        """
        return cls.open_each(path, (threads,))[0]

    @classmethod
    def open_each(
        cls, path: str | Path, threads: Sequence[int | None]
    ) -> tuple[Self, ...]:
        """Load a file once for each number of threads, as `open` does.

        All are of the same bytes: the file may be replaced or removed meanwhile.
        """
        path = Path(path)
        if path.is_dir():
            problem = "this is a folder, not an ONNX file"
            fix = "Export the run: sidelight export runs/NAME -o FILE.onnx"
            raise RunError(problem, path=path, fix=fix)
        if not path.is_file():
            problem = "there is no such file"
            fix = "Name what `sidelight export` wrote."
            raise RunError(problem, path=path, fix=fix)
        data = path.read_bytes()
        with ThreadPoolExecutor(len(threads)) as pool:
            return tuple(pool.map(partial(cls._of, path, data), threads))

    @classmethod
    def _of(cls, path: Path, data: bytes, threads: int | None) -> Self:
        runtime = import_optional("onnxruntime", PURPOSE, extra="serve")
        options = runtime.SessionOptions()
        options.log_severity_level = 4
        # Between calls the cores belong to those who decode and answer.
        options.add_session_config_entry("session.force_spinning_stop", "1")
        if threads is not None:
            options.intra_op_num_threads = threads
        try:
            session = runtime.InferenceSession(
                data, options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # its errors have no common class
            problem = "this is no ONNX file, or a damaged one"
            fix = "Export the run again: sidelight export runs/NAME -o FILE.onnx"
            raise RunError(problem, path=path, fix=fix) from error
        properties = session.get_modelmeta().custom_metadata_map
        signature = Signature.from_properties(properties, path)
        at_once = 1 if threads is None else max(1, (os.cpu_count() or 1) // threads)
        return cls(path, signature, session, at_once)

    @property
    def about(self) -> Mapping[str, str]:
        """All texts that it holds beside its network."""
        found: Mapping[str, str] = self.session.get_modelmeta().custom_metadata_map
        return found

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of the inputs."""
        return tuple(entry.name for entry in self.session.get_inputs())

    def run(self, inputs: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """Answer some rows.

        Args:
            inputs: An array for each input, as `docs/export.md` says; others are left
                out.

        Returns:
            "label" text `(rows,)` and "probability" float32 `(rows, classes)`, or
            "prediction" float64 `(rows,)` or `(rows, targets)`.
        """
        names = self.signature.outputs
        fed = {name: _fed(inputs[name]) for name in self.inputs}
        return dict(zip(names, self.session.run(list(names), fed), strict=True))

    def figures(self, inputs: Mapping[str, NDArray[Any]]) -> NDArray[np.floating[Any]]:
        """Return `run`'s probabilities, or predicted numbers."""
        answers = self.run(inputs)
        return answers["probability" if "probability" in answers else "prediction"]


def _fed(block: NDArray[Any]) -> NDArray[Any]:
    """Return a block as onnxruntime takes it: text as objects."""
    return block.astype(object) if block.dtype.kind == "U" else block
