"""What `sidelight predict` costs beside the bare network, and the memory it takes.

- `speed`: rows per second of `predict_table`, from a table and JPEGs to a file of
  answers, over those of the bare network asked for pixels and metadata that are ready,
  in turn; for a run in Keras and for its exported file. `efficientnet_lite0`, 128 px.
- `memory`: most memory of one's own at ten times the rows over that at one time.

    python -m benchmarks.predict [number of rows]
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.packing import write_jpegs

SIDE, BATCH, TURNS = 128, 64, 5


def main(words: list[str] | None = None) -> None:
    """Print each figure beside its goal."""
    rows = int(words[0]) if words else 3_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder, rows)
        for model in ("run", "m.onnx"):
            ratio, whole, alone = speed(folder, model)
            print(
                f"{model}: {whole:.0f} rows/s, bare {alone:.0f}: "
                f"{ratio:.2f} (goal 0.9)",
                flush=True,
            )
            once, ten = (memory(folder, model, table) for table in ("one", "ten"))
            print(
                f"{model}: {ten:.0f} MiB at {rows} rows, {once:.0f} at {rows // 10}: "
                f"{ten / once:.2f}",
                flush=True,
            )


def prepare(folder: Path, rows: int) -> None:
    """Write pictures, tables of `rows` and a tenth of them, a run and its file."""
    pictures = [
        str(path) for path in write_jpegs(folder / "jpegs", rows, SIDE).images.slots[0]
    ]
    rng = np.random.default_rng(0)
    frame = pl.DataFrame(
        {
            "file": pictures,
            "label": rng.choice(["a", "b", "c"], rows),
            "depth": rng.normal(10, 3, rows),
            "sensor": rng.choice(["x", "y", "z"], rows),
            "lat": rng.uniform(-80, 80, rows),
            "lon": rng.uniform(-180, 180, rows),
        }
    )
    frame.write_csv(folder / "ten.csv")
    frame.head(rows // 10).write_csv(folder / "one.csv")
    frame.head(120).write_csv(folder / "train.csv")
    train = ["train", "train.csv", "--image", "file", "--target", "label"]
    train += ["--name", "run", "--runs", ".", "--backbone", "efficientnet_lite0"]
    train += ["--epochs", "1", "--size", str(SIDE)]
    sidelight = str(Path(sys.executable).with_name("sidelight"))
    for words in (train, ["export", "run", "--to", "onnx", "-o", "m.onnx"]):
        subprocess.run([sidelight, *words], cwd=folder, check=True, capture_output=True)


def speed(folder: Path, model: str) -> tuple[float, float, float]:
    """Return the ratio, and rows per second of the whole and of the bare network.

    The whole's are those of the rows that the longer table has more: loading the model
    is not in them. Each is the median of turns in which one follows the other.
    """
    from sidelight.workflow import predict_table

    ask, asked = bare(folder, model)
    ask()
    turns = []
    for _ in range(TURNS):
        found = [
            predict_table(folder / model, folder / f"{name}.csv", folder / "p.parquet")
            for name in ("one", "ten")
        ]
        if found[1].answered < found[1].rows:
            raise RuntimeError(found[1].problems)
        more = found[1].rows - found[0].rows
        whole = more / (found[1].seconds - found[0].seconds)
        start = time.perf_counter()
        for _ in range(more // BATCH):
            ask()
        alone = (more // BATCH) * asked / (time.perf_counter() - start)
        turns.append((whole / alone, whole, alone))
    ratio, whole, alone = np.median(turns, axis=0).tolist()
    return ratio, whole, alone


def bare(folder: Path, model: str) -> tuple[Callable[[], object], int]:
    """Return a call of the network on a ready batch, and the batch's rows."""
    from sidelight.predictor import (
        FilePredictor,
        OnnxModel,
        load_predictor,
        raw_inputs,
    )

    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 255, (BATCH, SIDE, SIDE, 3), np.uint8)
    if model == "run":
        predictor = load_predictor(folder / model)
        table = predictor.read(folder / "train.csv").at(np.arange(BATCH))
        inputs = {**predictor.preprocessor.transform(table), "image": pixels}
        fed = {name: inputs[name] for name in predictor.network.input}
        return lambda: predictor.network.predict_on_batch(fed), BATCH
    file = FilePredictor.open(folder / model)
    rows = file.read(folder / "train.csv").at(np.arange(BATCH)).frame
    given = raw_inputs(file.model.signature.columns, rows)
    given |= {"image": pixels}
    given = {
        n: b.astype(object) if b.dtype.kind == "U" else b for n, b in given.items()
    }
    network = OnnxModel.open(folder / model)
    return lambda: network.figures(given), BATCH


def memory(folder: Path, model: str, table: str) -> float:
    """Return the most memory of a process of its own, in MiB."""
    code = (
        "import sys\n"
        "from sidelight.workflow import predict_table\n"
        "predict_table(*sys.argv[1:4])\n"
        # Not getrusage's, which begins with what this process has had.
        "print(*[line for line in open('/proc/self/status') if 'VmHWM' in line])"
    )
    words = [folder / model, folder / f"{table}.csv", folder / "q.parquet"]
    call = [sys.executable, "-c", code, *map(str, words)]
    done = subprocess.run(call, check=True, capture_output=True, text=True)
    return int(done.stdout.split()[-2]) / 1024


if __name__ == "__main__":
    main(sys.argv[1:])
