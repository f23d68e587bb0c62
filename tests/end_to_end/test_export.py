"""`sidelight export`: what the file answers is what `sidelight predict` answers."""

from __future__ import annotations

import ast
import csv
import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import onnxruntime
import polars as pl
import pytest
import tensorflow as tf
from PIL import Image

import sidelight as sl
from sidelight import testing
from sidelight.cli.export import _scored
from sidelight.errors import ExportError, MissingPackageError, RunError
from sidelight.export import Exported, Figures, Subject, _check, export_run
from sidelight.export._held_out import held_out
from sidelight.export.formats import onnx as onnx_format
from sidelight.pixels import ImageRule
from sidelight.predictor import ColumnSignature, ImageSignature, Signature
from tests.end_to_end.conftest import make_rows, type_in, write_table

EXAMPLES = Path(__file__).parents[2] / "examples"
SENTINEL = b"what stood here before"


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A folder with a table and a run, whose names need care."""
    folder = tmp_path_factory.mktemp("export")
    rows = make_rows(folder)
    for number, row in enumerate(rows):
        row["Größe (m²)"] = "" if number % 7 == 0 else str(number % 11)
        row["image"] = ["x", "y", "", "ž"][number % 4]
    write_table(folder / "scenes.csv", rows)
    words = ["train", "scenes.csv", "--image", "file", "--target", "label"]
    words += ["--backbone", "small", "--epochs", "1", "--size", "16x18"]
    type_in(folder, *words, "--name", "done")
    return folder


def test_a_file_answers_raw_rows_as_predict_does(trained, sidelight, monkeypatch):
    monkeypatch.chdir(trained)
    done = sidelight("export", "runs/done", "--to", "onnx", "-o", "m.onnx", "--json")
    assert done.code == 0, done.err
    said = json.loads(done.out)
    assert said["renamed"] == {"image": "meta_image"}
    assert said["check"]["answers"] <= 1e-5
    assert said["check"]["resized_pixels"] <= 2
    assert said["check"]["equal_labels"] >= 0.995

    assert sidelight("predict", "runs/done", "scenes.csv", "-o", "p.csv").code == 0
    wanted = pl.read_csv("p.csv")
    with Path("scenes.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    session = onnxruntime.InferenceSession("m.onnx")
    pictures = [np.asarray(Image.open(row["file"]).convert("RGB")) for row in rows]
    given = {
        "image": np.stack(pictures),
        "Größe (m²)": np.array([float(row["Größe (m²)"] or "nan") for row in rows]),
        "depth": np.array([float(row["depth"]) for row in rows]),
        "lat": np.array([float(row["lat"]) for row in rows]),
        "lon": np.array([float(row["lon"]) for row in rows]),
        "sensor": np.array([row["sensor"] for row in rows], object),
        "meta_image": np.array([row["image"] for row in rows], object),
        "taken": np.array([row["taken"] for row in rows], "datetime64[s]").astype(
            np.int64
        ),
    }
    assert {entry.name for entry in session.get_inputs()} == set(given)
    label, probability = session.run(["label", "probability"], given)
    assert label.tolist() == wanted["prediction"].to_list()
    columns = [f"probability_{name}" for name in ("dark", "grey", "light")]
    np.testing.assert_allclose(
        probability, wanted.select(columns).to_numpy(), atol=1e-2
    )

    properties = session.get_modelmeta().custom_metadata_map
    assert json.loads(properties["sidelight_classes"]) == ["dark", "grey", "light"]
    assert properties["sidelight_fingerprint"] == said["fingerprint"]
    columns = {c["column"]: c for c in json.loads(properties["sidelight_columns"])}
    assert columns["Größe (m²)"]["kind"] == "numeric"
    assert columns["Größe (m²)"]["training"]["high"] == 10
    assert columns["sensor"]["training"]["words"] == ["a", "b", "c"]


def test_a_savedmodel_takes_files_in_plain_tensorflow(trained, sidelight, monkeypatch):
    monkeypatch.chdir(trained)
    done = sidelight("export", "runs/done", "--to", "savedmodel", "-o", "sm", "--json")
    assert done.code == 0, done.err
    said = json.loads(done.out)
    assert said["renamed"] == {"Größe (m²)": "Groe_m2", "image": "meta_image"}
    assert said["check"]["answers"] <= 1e-5
    assert said["check"]["resized_pixels"] <= 2
    assert said["check"]["equal_labels"] >= 0.995
    assert said["bytes"] > 2**20

    assert sidelight("predict", "runs/done", "scenes.csv", "-o", "p.csv").code == 0
    with Path("scenes.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    given = {
        "image": [Path(row["file"]).read_bytes() for row in rows],
        "Groe_m2": np.array([float(row["Größe (m²)"] or "nan") for row in rows]),
        "depth": np.array([float(row["depth"]) for row in rows]),
        "lat": np.array([float(row["lat"]) for row in rows]),
        "lon": np.array([float(row["lon"]) for row in rows]),
        "sensor": [row["sensor"] for row in rows],
        "meta_image": [row["image"] for row in rows],
        "taken": np.array([row["taken"] for row in rows], "datetime64[s]").astype(
            np.int64
        ),
    }
    ask = tf.saved_model.load("sm").signatures["encoded"]
    found = ask(**{name: tf.constant(cells) for name, cells in given.items()})
    label = [text.decode() for text in found["label"].numpy()]
    assert label == pl.read_csv("p.csv")["prediction"].to_list()
    about = json.loads(Path("sm/assets.extra/sidelight.json").read_text("utf-8"))
    assert about["sidelight_fingerprint"] == said["fingerprint"]

    assert sidelight("predict", "sm", "scenes.csv", "-o", "q.csv").code == 0
    _answer_alike("p.csv", "q.csv", 1e-5)
    Path("sm/assets.extra/sidelight.json").unlink()
    told = sidelight("predict", "sm", "scenes.csv", "-o", "no.csv")
    assert told.code == 2
    assert "this file was not written by Sidelight" in told.err


def _answer_alike(wanted, found, limit):
    wanted, found = pl.read_csv(wanted), pl.read_csv(found)
    figures = [f"probability_{name}" for name in ("dark", "grey", "light")]
    np.testing.assert_allclose(found[figures], wanted[figures], atol=limit)
    assert found["flags"].to_list() == wanted["flags"].to_list()


@pytest.mark.slow
def test_fewer_bits_are_scored_on_the_test_rows(trained, sidelight, monkeypatch):
    monkeypatch.chdir(trained)
    done = sidelight("export", "runs/done", "--to", "litert_int8", "-o", "bits")
    assert done.code == 0, done.err
    with Path("runs/done/metrics.json").open() as file:
        stored = json.load(file)["test"]["accuracy"]
    assert f"on 9 test rows: {stored:.4f}, of the run {stored:.4f}" in done.out
    names = {path.name for path in Path("bits").iterdir()}
    assert names == {"model.tflite", "columns.json", "reader.py"}

    assert sidelight("predict", "runs/done", "scenes.csv", "-o", "p.csv").code == 0
    assert sidelight("predict", "bits", "scenes.csv", "-o", "q.csv").code == 0
    _answer_alike("p.csv", "q.csv", 0.2)
    for name in ("columns.json", "model.tflite"):
        whole = Path("bits", name).read_bytes()
        Path("bits", name).write_bytes(b"{")
        told = sidelight("predict", "bits", "scenes.csv", "-o", "no.csv")
        assert told.code == 2
        assert f"{name} is " in told.err
        assert "Export the run again." in told.err
        Path("bits", name).write_bytes(whole)

    table = Path("scenes.csv").read_text("utf-8")
    Path("scenes.csv").write_text(table.splitlines()[0], "utf-8")
    found = held_out(Subject.load("runs/done"), "runs/done")
    Path("scenes.csv").write_text(table, "utf-8")
    assert found is None
    told = _scored(replace(EXPORTED, is_smaller=True))
    assert told == [
        "  score on test rows: not measured, for the table is not as it was"
    ]


def test_a_folder_of_something_else_is_left_alone(trained, sidelight, monkeypatch):
    monkeypatch.chdir(trained)
    told = sidelight("export", "runs/done", "--to", "savedmodel", "-o", "images")
    assert told.code == 2
    assert "images is there, and holds no savedmodel" in told.err
    assert len(list(Path("images").iterdir())) == 48


SIGNATURE = Signature(
    version="0.1.0",
    fingerprint="f",
    task="binary",
    classes=("a", "b"),
    targets=("label",),
    columns=(
        ColumnSignature(
            column="image",
            sources=("image",),
            inputs=("meta_image",),
            kind="categorical",
            takes="text, empty where missing",
            missing="auto",
            training={},
        ),
    ),
    image=ImageSignature(
        input="image",
        type="uint8",
        any_size=True,
        height=8,
        width=8,
        bands=3,
        pictures=1,
        rule=ImageRule(height=8, width=8, bands=3),
    ),
    missing_words=(),
)


EXPORTED = Exported(
    path=Path("m.onnx"),
    format="onnx",
    num_bytes=3 * 2**20,
    signature=SIGNATURE,
    renamed={"image": "meta_image"},
    figures=Figures(225, 6e-8, 1.5e-6, 1e-7, 1.0, 3e-3, 0.9951),
)


def test_the_words_say_inputs_and_figures(sidelight, monkeypatch):
    monkeypatch.setattr("sidelight.export.export_run", lambda *_: EXPORTED)
    done = sidelight("export", "runs/done")
    assert done.code == 0
    assert done.out.splitlines() == [
        "written to m.onnx, 3.0 MiB",
        "  image: uint8, height × width × 3, of any size",
        "  meta_image: text, empty where missing",
        "column 'image' is the input 'meta_image', for its name is taken",
        "read back in a fresh process: 225 rows, with gaps, unknown words and extremes",
        "  answers differ by 1.5e-06 at most (limit 1.0e-05)",
        "  encoded columns by 6.0e-08",
        "  pictures of other sizes: pixels by 1 of 255, answers by 3.0e-03, "
        "99.5% equal labels",
        "no model card is inside: sidelight card RUN writes one",
    ]


def test_of_fewer_bits_no_limit_is_said(sidelight, monkeypatch):
    smaller = replace(EXPORTED, format="litert_int8", is_smaller=True)
    monkeypatch.setattr("sidelight.export.export_run", lambda *_: smaller)
    lines = sidelight("export", "runs/done").out.splitlines()
    assert "  answers differ by 1.5e-06 at most" in lines
    assert "  score on test rows: not measured, for the table is not as it was" in lines


def test_the_example_answers_as_the_run_does(trained, sidelight, monkeypatch):
    monkeypatch.chdir(trained)
    assert sidelight("export", "runs/done", "--to", "litert", "-o", "tfl").code == 0
    # Of the model's size: the example resizes otherwise than the run.
    Image.new("RGB", (18, 16), (90, 120, 30)).save("one.png")
    row = {"file": "one.png", "depth": "4.5", "sensor": "b", "lat": "10", "lon": "20"}
    row |= {"Größe (m²)": "", "image": "ž", "taken": "2020-01-05T02:00:00"}
    write_table(Path("one.csv"), [row])
    assert sidelight("predict", "runs/done", "one.csv", "-o", "one.out.csv").code == 0
    renamed = {"image": "meta_image"}
    cells = [f"{renamed.get(name, name)}={row[name]}" for name in row if name != "file"]

    def ask(*words):
        call = [sys.executable, EXAMPLES / "answer_with_litert.py", *words]
        return subprocess.run(call, capture_output=True, text=True)

    done = ask("tfl", "one.png", *cells)
    assert done.returncode == 0, done.stderr
    said = ast.literal_eval(done.stdout)
    wanted = pl.read_csv("one.out.csv").row(0, named=True)
    assert said["label"] == wanted["prediction"]
    for name, found in said["probability"].items():
        assert found == pytest.approx(wanted[f"probability_{name}"], abs=1e-5)
    told = ask("tfl", "one.png", "depht=1")
    assert told.returncode == 1
    assert "no such column: depht; known: [" in told.stderr
    assert "NAME=VALUE" in ask("--help").stdout


def test_a_check_that_failed_ends_with_code_1(sidelight, monkeypatch):
    def fail(*_):
        problem = "answers otherwise than the run: all of it"
        raise ExportError(problem)

    monkeypatch.setattr("sidelight.export.export_run", fail)
    done = sidelight("export", "runs/done")
    assert done.code == 1
    said = "The exported file answers otherwise than the run: all of it. It is not kept"
    assert said in done.err


WHOLE_FRONT = onnx_format._front


def broken_front(subject):
    """Return a front that takes missing numbers for zeros: a fault worth finding."""
    made = WHOLE_FRONT(subject)
    for node in made.graph.node:
        if node.op_type == "IsNaN":
            node.op_type = "IsInf"
    return made


def test_a_file_that_answers_otherwise_is_not_left(monkeypatch, tmp_path):
    monkeypatch.setattr(onnx_format, "_front", broken_front)
    place = tmp_path / "metadata-small.onnx"
    place.write_bytes(SENTINEL)
    with pytest.raises(ExportError) as raised:
        testing.check_export("onnx", tmp_path, fusion="metadata")
    assert "the encoded columns differ by inf (limit 1e-06)" in str(raised.value)
    assert "answers differ by inf (limit 1e-05)" in str(raised.value)
    assert place.read_bytes() == SENTINEL
    assert list(tmp_path.iterdir()) == [place]


def test_a_file_that_cannot_be_read_back_is_not_left(trained, monkeypatch, tmp_path):
    def write(self, subject, path, front):
        path.write_bytes(b"no model")
        front.write_bytes(b"no model")

    monkeypatch.setattr(onnx_format.OnnxExporter, "write", write)
    with pytest.raises(ExportError, match="cannot be read back in a fresh process"):
        export_run(trained / "runs/done", "onnx", tmp_path / "m.onnx")
    assert not list(tmp_path.iterdir())


def test_limits():
    good = Figures(225, 1e-6, 1e-5, 0.0, 2.0, 1e-2, 0.995)
    assert not good.too_large()
    for change, said in [
        ({"columns": 2e-6}, "encoded columns differ by 2e-06 (limit 1e-06)"),
        ({"answers": 2e-5}, "answers differ by 2e-05 (limit 1e-05)"),
        ({"answers": float("inf")}, "answers differ by inf"),
        ({"resized_pixels": 3.0}, "resized pixels differ by 3 (limit 2)"),
        ({"resized_answers": 0.02}, "resized pictures differ by 0.02 (limit 0.01)"),
        ({"equal_labels": 0.99}, "99.0% of labels are equal (limit 99.5%)"),
    ]:
        (found,) = replace(good, **change).too_large()
        assert said in found
    # A network that float32 itself does not pin down is not held to more than that.
    assert not replace(good, answers=2e-4, unsure=3e-5).too_large()
    assert replace(good, answers=4e-4, unsure=3e-5).too_large()


def test_the_engine_runs_where_sidelight_cannot_be_imported(tmp_path):
    # Its own beginning, and an import in place of the rest.
    program = onnx_format.ENGINE.split("import numpy")[0] + "import sidelight"
    with pytest.raises(ExportError, match="No module named 'sidelight'"):
        _check._ask(program, tmp_path / "m.onnx", tmp_path)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--to", "onx"], "there is no format to export to 'onx'. Did you mean 'onnx'"),
        (["-o", "model.pb"], "cannot be called 'model.pb'"),
    ],
)
def test_mistyped_options(trained, sidelight, monkeypatch, words, said):
    monkeypatch.chdir(trained)
    done = sidelight("export", "runs/done", *words)
    assert done.code == 2
    assert said in done.err


def test_runs_without_a_trained_model(trained, sidelight, tmp_path):
    assert sidelight("export", tmp_path / "nowhere").code == 2
    half = tmp_path / "half"
    shutil.copytree(trained / "runs/done", half)
    (half / "model.keras").rename(half / "checkpoint.keras")
    done = sidelight("export", half)
    assert done.code == 2
    assert "did not finish training, so it is not exported" in done.err
    (half / "checkpoint.keras").unlink()
    assert "before its first epoch" in sidelight("export", half).err
    (half / "asked.json").write_text("{}")
    assert "this is a comparison, and no trained model" in sidelight("export", half).err
    (half / "asked.json").unlink()
    (half / "best").mkdir()
    assert "this is a search" in sidelight("export", half).err
    (half / "status.json").write_text('{"format": 99}')
    assert "has format 99" in sidelight("export", half).err
    assert not (half / "model.onnx").exists()


def test_a_damaged_network(trained, tmp_path):
    run = tmp_path / "damaged"
    shutil.copytree(trained / "runs/done", run)
    whole = (run / "model.keras").read_bytes()
    (run / "model.keras").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(RunError, match="damaged"):
        export_run(run, "onnx", tmp_path / "m.onnx")


@pytest.mark.parametrize("package", ["onnx", "tf2onnx", "onnxruntime"])
def test_a_missing_package_is_named_with_its_extra(monkeypatch, package):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingPackageError, match=r"sidelight\[export\]") as raised:
        onnx_format.OnnxExporter().check()
    assert repr(package) in str(raised.value)


@pytest.mark.slow
@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
def test_pictures_of_five_bands(sidelight, tmp_path, dtype):
    rng = np.random.default_rng(0)
    lines = ["file,label,depth"]
    for number in range(40):
        bands = rng.normal(90 + 60 * (number % 2), 20, (20, 24, 5)).clip(0, 255)
        if dtype == "float32":
            bands[:3, :3] = np.nan
        np.save(tmp_path / f"{number}.npy", bands.astype(dtype))
        lines.append(f"{number}.npy,{'no' if number % 2 else 'yes'},{rng.normal():.3f}")
    (tmp_path / "t.csv").write_text("\n".join(lines))
    words = ["--image", "file", "--target", "label", "--backbone", "small"]
    words += ["--epochs", "1", "--size", "16", "--runs", tmp_path, "--name", "a"]
    assert sidelight("train", tmp_path / "t.csv", *words).code == 0
    done = sidelight("export", tmp_path / "a", "--json")
    assert done.code == 0, done.err
    found = json.loads(done.out)
    packed = {"uint16": "uint16", "float32": "float16"}
    if dtype == "uint8":
        assert found["image"] == "uint8, height × width × 5, of any size"
        assert found["check"]["resized_pixels"] <= 2
    else:
        wanted = f"{packed[dtype]}, 16 × 16 × 5, packed as Sidelight packs them"
        assert found["image"] == wanted
        assert found["check"]["resized_pixels"] is None


@pytest.mark.slow
def test_a_stack_of_networks(trained, sidelight, monkeypatch):
    monkeypatch.chdir(trained)
    words = ["--image", "file", "--target", "label", "--backbone", "small"]
    words += ["--epochs", "1", "--size", "16", "--fusion", "stack", "--name", "several"]
    folds = ["--set", "network.fusion_options.folds=2"]
    assert sidelight("train", "scenes.csv", *words, *folds).code == 0
    for to in ("onnx", "savedmodel", "litert", "keras"):
        done = sidelight("export", "runs/several", "--to", to, "--json")
        assert done.code == 0, done.err
        assert json.loads(done.out)["check"]["answers"] <= 1e-5


@pytest.mark.slow
def test_a_keras_file_is_a_whole_model(trained, sidelight, monkeypatch):
    monkeypatch.chdir(trained)
    done = sidelight("export", "runs/done", "--to", "keras", "-o", "m.keras")
    assert done.code == 0, done.err
    for model, output in (("runs/done", "a.csv"), ("m.keras", "b.csv")):
        assert sidelight("predict", model, "scenes.csv", "-o", output).code == 0
    assert Path("a.csv").read_bytes() == Path("b.csv").read_bytes()
    loaded = sl.load("m.keras")
    assert (
        loaded.predict("scenes.csv").tolist()
        == pl.read_csv("a.csv")["prediction"].to_list()
    )

    keras.Sequential([keras.layers.Input((2,)), keras.layers.Dense(1)]).save("o.keras")
    Path("cut.keras").write_bytes(Path("m.keras").read_bytes()[:2000])
    for name, said in (
        ("o.keras", "not written by Sidelight"),
        ("cut.keras", "damaged"),
        ("lost.keras", "no such file"),
    ):
        told = sidelight("predict", name, "scenes.csv", "-o", "c.csv")
        assert told.code == 2
        assert name in told.err
        assert said in told.err
