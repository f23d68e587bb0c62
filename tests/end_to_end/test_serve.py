"""`sidelight serve`, asked over HTTP as programs ask it."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import zlib
from concurrent.futures import ThreadPoolExecutor

import httpx
import numpy as np
import pytest

from sidelight.pixels import ImageRule, decode
from sidelight.predictor import OnnxModel, as_inputs, columns_of, row_model
from sidelight.schema import ImageSpec
from sidelight.serve import Models, Settings
from tests.end_to_end.serving import (
    PATIENCE_S,
    ROW,
    client,
    export_model,
    form,
    picture,
    served,
)

DEPTH = "depth (m) 深さ"
NAMES = ["one", "zwei", "три"]
HEAVY = ("tensorflow", "keras", "jax", "polars", "pandas", "sklearn", "matplotlib")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two models that answer otherwise, and one of another task and two pictures."""
    folder = tmp_path_factory.mktemp("serve")
    export_model(folder / "one.onnx", fingerprint="first")
    export_model(folder / "other.onnx", fusion="concat", fingerprint="second")
    two = ImageSpec(height=24, width=24, bands=3, pictures=2)
    export_model(folder / "numbers.onnx", task="regression", image=two)
    return folder


@pytest.fixture(scope="module")
def server(folder):
    words = ("one.onnx", "pair=numbers.onnx", "--body-mb", "1", "--max-pixels", 250_000)
    with served(*[folder / w if str(w).endswith("one.onnx") else w for w in words[:1]],
                f"pair={folder / 'numbers.onnx'}", *words[2:]) as running:  # fmt: skip
        yield running


@pytest.fixture(scope="module")
def http(server):
    with client(server) as found:
        yield found


@pytest.fixture(scope="module")
def model(folder):
    return OnnxModel.open(folder / "one.onnx")


def wanted(model, rows, files):
    """What the file answers by itself."""
    rule = model.signature.image.rule
    kind = row_model(model.signature)
    cells = [columns_of(kind.model_validate(row)) for row in rows]
    inputs = as_inputs(model.signature, cells)
    inputs["image"] = np.stack([decode(data, rule) for data in files])
    return model.figures(inputs)


def probabilities(answer):
    return [answer["probability"][name] for name in NAMES]


@pytest.mark.parametrize(
    ("kind", "size"), [("PNG", (24, 24)), ("JPEG", (24, 24)), ("JPEG", (90, 41))]
)
def test_a_form_is_answered_as_the_file_answers(http, model, kind, size):
    data = picture(3, kind, size)
    answer = http.post("/predict", **form(image=data))
    assert answer.status_code == 200, answer.text
    found = answer.json()
    np.testing.assert_allclose(
        probabilities(found), wanted(model, [ROW], [data])[0], atol=1e-6
    )
    assert (found["model"], found["fingerprint"]) == ("one", "first")
    assert found["label"] == NAMES[int(np.argmax(probabilities(found)))]
    assert found["flags"] == []


def test_the_network_leaves_the_cores_to_others_between_calls(model):
    options = model.session.get_session_options()
    assert options.get_session_config_entry("session.force_spinning_stop") == "1"


def test_rows_of_json_are_answered_in_order_and_bad_ones_stop_none(http, model):
    files = [picture(n, "JPEG", (30, 20 + n)) for n in range(5)]
    rows = [{**ROW, DEPTH: float(n)} for n in range(5)]
    sent = [
        {"metadata": row, "image": base64.b64encode(data).decode()}
        for row, data in zip(rows, files, strict=True)
    ]
    sent[1] = {"metadata": {**ROW, "lat": 100}, "image": sent[1]["image"]}
    sent.insert(3, {"metadata": ROW, "image": base64.b64encode(b"no").decode()})
    sent.append({"metadata": ROW, "image": "§"})
    sent.append({"metadata": ROW})
    sent.append("row")
    answer = http.post("/predict", json={"rows": sent})
    assert answer.status_code == 200, answer.text
    found = answer.json()["rows"]
    good = [found[place] for place in (0, 2, 4, 5)]
    kept = [0, 2, 3, 4]
    truth = wanted(model, [rows[n] for n in kept], [files[n] for n in kept])
    np.testing.assert_allclose([probabilities(row) for row in good], truth, atol=1e-6)
    assert [found[place] for place in (1, 3, 6, 7, 8)] == [
        {"problem": "Input should be less than or equal to 90", "column": "lat"},
        {"problem": "the picture is not a picture, whatever its name says",
         "column": None},
        {"problem": "'image' is no base64", "column": None},
        {"problem": "the picture is missing: one is wanted, 0 came", "column": None},
        {"problem": "a row has 'metadata', an object, and 'image', in base64",
         "column": None},
    ]  # fmt: skip


def test_gaps_are_answered_and_what_is_unlike_training_is_said(http):
    answer = http.post("/predict", **form({DEPTH: 900, "sensor": "new"}))
    assert answer.status_code == 200, answer.text
    flags = {flag["column"]: flag["what"] for flag in answer.json()["flags"]}
    assert flags.pop("sensor") == "never seen in training"
    assert flags.pop(DEPTH).startswith("outside ")
    assert flags == {}


@pytest.mark.parametrize(
    ("metadata", "place", "said"),
    [
        ({DEPTH: "deep"}, DEPTH, "valid number"),
        ({"depth (m)": 1}, "depth (m)", f"did you mean '{DEPTH}'?"),
        ({"taken": 12}, "taken", "2024-05-01T10:00:00Z"),
        ([1], "metadata", "valid dictionary"),
        ({f"c{n}": n for n in range(10_000)}, "c0", "takes no column"),
        ({"__class__": "x"}, "__class__", "takes no column"),
        ({"sensor": "../../etc/passwd\0" * 1000}, "sensor", "at most 10000"),
    ],
)
def test_metadata_that_cannot_be_used_is_named(http, metadata, place, said):
    answer = http.post("/predict", **form(metadata))
    assert answer.status_code == 422
    found = answer.json()["detail"]
    assert len(found) <= 20
    assert found[0]["loc"][-1] == place
    assert said in found[0]["msg"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "no JSON"),
        (b"{", "no JSON"),
        (b"\xff\xfe\x00", "no JSON"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"rows": [{"metadata": {"lat": NaN}}]}', "NaN is no number"),
        (b'{"rows": [{"metadata": {"lat": -Infinity}}]}', "-Infinity is no number"),
        (b'{"rows": []}', "at least one row"),
        (b'{"row": [{}]}', "has to be"),
        (b'"rows"', "has to be"),
    ],
)
def test_json_of_another_shape_is_refused(http, body, said):
    headers = {"content-type": "application/json"}
    answer = http.post("/predict", content=body, headers=headers)
    assert answer.status_code == 422
    assert said in answer.json()["detail"][0]["msg"]


def bomb() -> bytes:
    """A PNG of some kilobytes that says that it has 20,000 × 20,000 pixels."""

    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(10_000_000), 9)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", pixels)
        + chunk(b"IEND", b"")
    )


def npy(bands: int, size: int = 24) -> bytes:
    import io

    file = io.BytesIO()
    np.save(file, np.full((size, size, bands), 7, np.uint8))
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "status", "said"),
    [
        (b"hello", 422, "is not a picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 422, "is not a picture"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", 422, "EPS"),
        (picture(0, "JPEG", (80, 80))[:900], 422, "cannot be decoded"),
        (picture(0, "PNG", (80, 80))[:9000], 422, "cannot be decoded"),
        (npy(4), 422, "has 4 bands; 3 bands are wanted"),
        (npy(3)[:500], 422, "is truncated"),
        (picture(0, "PNG", (501, 500)), 413, "this server takes 250,000"),
        (bomb(), 422, "more than 178 million"),
    ],
    ids=[
        "text", "svg", "eps", "jpeg", "png", "4 bands", "npy", "large", "bomb",
    ],
)  # fmt: skip
def test_what_is_no_picture_for_this_model_says_why(http, data, status, said):
    answer = http.post("/predict", **form(image=data))
    assert said in answer.text
    assert answer.status_code == status


def test_forms_without_a_picture_or_with_strange_fields_are_refused(http):
    answer = http.post("/predict", files={"metadata": (None, "{}")})
    assert answer.json()["detail"][0]["msg"].endswith("one is wanted, 0 came")
    answer = http.post("/predict", **form(), params={"model": "one"})
    assert answer.status_code == 200
    answer = http.post("/predict", files={"imgae": ("x", picture())})
    assert "did you mean 'image'?" in answer.json()["detail"][0]["msg"]
    answer = http.post("/predict", content=b"x", headers={"content-type": "text/plain"})
    assert answer.status_code == 415
    broken = {"content-type": "multipart/form-data"}
    answer = http.post("/predict", content=b"x", headers=broken)
    assert answer.status_code == 422


def test_a_body_beyond_the_limit_is_not_taken(http):
    answer = http.post("/predict", **form(image=os.urandom(1_200_000)))
    assert (answer.status_code, answer.json()["detail"]) == (
        413,
        "a request may have 1 MiB",
    )
    rows = [{"metadata": {}}] * 65
    answer = http.post("/predict", json={"rows": rows})
    assert answer.status_code == 413
    assert "takes 64 at once" in answer.text


def test_each_part_and_each_value_is_explained(http, model):
    data = picture(5)
    found = http.post("/explain", **form(image=data)).json()
    place = NAMES.index(found["class"])
    now = wanted(model, [ROW], [data])[0][place]
    assert found["probability"] == pytest.approx(now, abs=1e-6)
    gap = wanted(model, [{**ROW, DEPTH: None}], [data])[0][place]
    effects = {effect["column"]: effect for effect in found["effects"]}
    assert effects[DEPTH]["effect"] == pytest.approx(now - gap, abs=1e-6)
    assert effects["location"]["value"] == "12.5, -100.0"
    pixels = decode(data, model.signature.image.rule)
    hidden = pixels.copy()
    hidden[4:8, 8:12] = pixels.mean(axis=(0, 1)).astype(np.uint8)
    inputs = as_inputs(model.signature, [columns_of(row_model(model.signature)
                       .model_validate(ROW))])  # fmt: skip
    covered = model.figures({**inputs, "image": hidden[None]})[0][place]
    assert (found["heat"]["rows"], found["heat"]["columns"]) == (6, 6)
    assert found["heat"]["drop"][1][2] == pytest.approx(now - covered, abs=1e-6)
    other = http.post("/explain", data={"class": "три", **form()["data"]},
                      files={"image": ("x", data)}).json()  # fmt: skip
    assert other["class"] == "три"
    answer = http.post("/explain", data={"class": "vier", **form()["data"]},
                       files={"image": ("x", data)})  # fmt: skip
    assert answer.status_code == 422


def test_a_model_of_two_pictures_and_numbers(http):
    both = [("image", ("a", picture(1))), ("image", ("b", picture(2)))]
    params = {"model": "pair"}
    found = http.post("/predict", data=form()["data"], files=both, params=params)
    assert found.status_code == 200, found.text
    assert isinstance(found.json()["prediction"], float)
    one = http.post("/predict", **form(), params=params).json()
    assert one["prediction"] != found.json()["prediction"]
    three = [*both, both[0]]
    found = http.post("/predict", data=form()["data"], files=three, params=params)
    assert "1 to 2 are wanted, 3 came" in found.text
    heat = http.post("/explain", **form(), params=params).json()
    assert heat["heat"] is None
    assert len(heat["effects"]) == 7


def test_what_a_model_takes_is_said(http):
    found = http.get("/schema").json()
    assert found["models"] == ["one", "pair"]
    assert found["classes"] == NAMES
    assert found["image"]["resize"] == "stretch"
    columns = {column["source"]: column for column in found["columns"]}
    assert list(columns) == list(ROW)
    assert columns["sensor"]["words"] == ["7", "b c", "ä", "'\"", "日本"] or set(
        columns["sensor"]["words"]
    ) == {"7", "b c", "ä", "'\"", "日本"}
    assert (columns["lat"]["part"], columns["lat"]["low"]) == ("latitude", -90)
    examples = {name: column["example"] for name, column in columns.items()}
    assert http.post("/predict", **form(examples)).json()["flags"] == []


def test_the_examples_of_the_description_are_answered(http):
    description = http.get("/openapi.json").json()
    bodies = description["paths"]["/predict"]["post"]["requestBody"]["content"]
    example = bodies["multipart/form-data"]["schema"]["properties"]["metadata"]
    answer = http.post("/predict", **form(json.loads(example["example"])))
    assert answer.status_code == 200
    example = bodies["application/json"]["example"]
    assert http.post("/predict", json=example).status_code == 200


def test_an_unknown_model_names_the_nearest(http):
    answer = http.post("/predict", **form(), params={"model": "on"})
    assert answer.status_code == 404
    assert (
        answer.json()["detail"]
        == "there is no model 'on'; did you mean 'one'? (one, pair)"
    )


@pytest.mark.parametrize("path", ["/predict", "/explain"])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_another_method_says_which_is_meant(http, path, method):
    answer = http.request(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


def test_states_and_figures(http):
    assert http.get("/healthz").json() == {"status": "alive"}
    ready = http.get("/readyz")
    assert ready.json() == {
        "ready": True,
        "models": {"one": "current", "pair": "current"},
    }
    text = http.get("/metrics").text
    assert 'sidelight_requests_total{route="/predict",status="200"}' in text
    assert 'sidelight_batch_rows_count{model="one"}' in text
    assert 'sidelight_model_current{model="pair"} 1.0' in text


@pytest.mark.parametrize(
    "path",
    [
        "/static/../_app.py", "/static/%2e%2e/_app.py", "/static/..%2f_app.py",
        "/static//etc/passwd", "/static/%2fetc%2fpasswd", "/etc/passwd", "/_app.py",
    ],
)  # fmt: skip
def test_no_file_of_the_server_is_readable(server, path):
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as line:
        line.sendall(
            f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()
        )
        answer = b"".join(iter(lambda: line.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 404")
    assert b"import" not in answer
    assert b"root:" not in answer


def test_the_page_is_there(http):
    page = http.get("/")
    assert "<title>Sidelight</title>" in page.text
    for name in ("app.js", "style.css", "icon.svg"):
        assert http.get(f"/static/{name}").status_code == 200


def test_nothing_heavy_is_imported(folder):
    code = (
        "import sys\nfrom pathlib import Path\nimport sidelight.cli\n"
        "from sidelight.serve import Models, Settings\n"
        "Models({'m': Path(sys.argv[1])}, Settings()).close()\n"
        f"print([m for m in {HEAVY!r} if m in sys.modules])"
    )
    command = [sys.executable, "-c", code, str(folder / "one.onnx")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_file_is_exchanged_when_it_has_come_to_rest(folder, tmp_path):
    place = tmp_path / "m.onnx"
    shutil.copy(folder / "one.onnx", place)
    models = Models({"m": place}, Settings(watch_seconds=0.02))
    with models.taken() as held:
        place.write_bytes(b"damaged")
        _until(lambda: models.states() == {"m": "refused"})
        assert models.current().signature.fingerprint == "first"
        shutil.copy(folder / "other.onnx", tmp_path / "new")
        (tmp_path / "new").replace(place)
        _until(lambda: models.current().signature.fingerprint == "second")
        assert models.swaps == {"m": 1}
        row = as_inputs(held.signature, [columns_of(held.rows.model_validate(ROW))])
        row["image"] = np.zeros((1, 24, 24, 3), np.uint8)
        assert held.signature.fingerprint == "first"

        async def asked():
            return await asyncio.wait_for(held.batcher.submit(row), PATIENCE_S)

        assert asyncio.run(asked()).shape == (1, 3)
    models.close()


@pytest.mark.slow
def test_a_model_is_exchanged_without_a_lost_or_wrong_answer(folder, tmp_path):
    place = tmp_path / "m.onnx"
    shutil.copy(folder / "one.onnx", place)
    models = {
        name: OnnxModel.open(folder / f"{name}.onnx") for name in ("one", "other")
    }
    data = picture(8)
    truth = {
        m.signature.fingerprint: wanted(m, [ROW], [data])[0] for m in models.values()
    }
    found, stop = [], threading.Event()
    with served(place) as running:

        def ask():
            with client(running) as http:
                while not stop.is_set():
                    found.append(http.post("/predict", **form(image=data)))

        with ThreadPoolExecutor(4) as pool:
            futures = [pool.submit(ask) for _ in range(4)]
            shutil.copy(folder / "other.onnx", tmp_path / "new")
            (tmp_path / "new").replace(place)
            _until(lambda: found and found[-1].json().get("fingerprint") == "second")
            stop.set()
            for future in futures:
                future.result()
        assert {answer.status_code for answer in found} == {200}
        for answer in map(httpx.Response.json, found):
            np.testing.assert_allclose(
                probabilities(answer), truth[answer["fingerprint"]], atol=1e-6
            )
        with client(running) as http:
            place.write_bytes(b"damaged")
            state = lambda: http.get("/readyz").json()["models"]["m"]  # noqa: E731
            _until(lambda: state() == "refused")
            assert http.post("/predict", **form()).json()["fingerprint"] == "second"
            place.unlink()
            _until(lambda: state() == "removed")
            assert http.post("/predict", **form()).json()["fingerprint"] == "second"
            shutil.copy(folder / "one.onnx", place)
            _until(lambda: state() == "current")
            assert http.post("/predict", **form()).json()["fingerprint"] == "first"
        assert running.stop() == 0
    said = "".join(running.said)
    assert "m: exchanged, now second" in said
    assert "m: the new file is not taken" in said
    assert "m: the file is gone; the loaded model goes on" in said


def _until(holds):
    end = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.05)


def test_what_was_taken_is_answered_before_it_ends(folder):
    data = base64.b64encode(picture(1, "PNG", (200, 200))).decode()
    row = {"metadata": ROW, "image": data}
    text = json.dumps({"rows": [row] * 20}).encode()
    told_to_end = threading.Event()

    def body():
        yield text[:1000]
        assert told_to_end.wait(PATIENCE_S)
        yield text[1000:]

    kind = {"content-type": "application/json"}
    with served(folder / "one.onnx") as running, client(running) as http:
        with ThreadPoolExecutor(6) as pool:
            sent = [
                pool.submit(http.post, "/predict", content=body(), headers=kind)
                for _ in range(6)
            ]
            _until(lambda: "sidelight_open_requests 6.0" in http.get("/metrics").text)
            running.process.send_signal(signal.SIGTERM)
            _until(lambda: _is_refused(running))
            told_to_end.set()
            answers = [future.result() for future in sent]
        assert running.process.wait(PATIENCE_S) == 0
    assert [answer.status_code for answer in answers] == [200] * 6
    assert all("label" in row for answer in answers for row in answer.json()["rows"])


def _is_refused(running):
    try:
        httpx.get(f"{running.url}/healthz")
    except httpx.ConnectError:
        return True
    return False


def test_a_key_is_asked_for(folder):
    with (
        served(folder / "one.onnx", SIDELIGHT_API_KEY="secret") as running,
        client(running) as http,
    ):
        assert http.post("/predict", **form()).status_code == 401
        headers = {"authorization": "Bearer secret"}
        assert http.post("/predict", **form(), headers=headers).status_code == 200
        assert http.get("/").status_code == 200
        assert "secret" not in "".join(running.said)


def test_what_cannot_be_served_says_why(folder, tmp_path, sidelight, server):
    port = server.url.rpartition(":")[2]
    (tmp_path / "text.onnx").write_text("no model")
    alien(tmp_path / "alien.onnx")
    one = folder / "one.onnx"
    for words, said in (
        ((one, "--port", port), f"port {port} is taken by another program"),
        ((one, "--host", "no.such.host.invalid"), "there is no address"),
        ((tmp_path / "gone.onnx",), "there is no such file"),
        ((tmp_path / "text.onnx",), "this is no ONNX file, or a damaged one"),
        ((tmp_path / "alien.onnx",), "this file was not written by Sidelight"),
        ((one, one), "two models are called 'one'"),
        ((folder, "--port", 0), "this is a folder, not an ONNX file. Export the run"),
    ):
        done = sidelight("serve", *words)
        assert done.code == 2
        assert said in done.err
        assert done.err.startswith("error: ")


def alien(path):
    """Write an ONNX file of somebody else."""
    import onnx

    value = onnx.helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [1])
    out = onnx.helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, [1])
    node = onnx.helper.make_node("Identity", ["x"], ["y"])
    graph = onnx.helper.make_graph([node], "g", [value], [out])
    opset = [onnx.helper.make_opsetid("", 17)]
    path.write_bytes(onnx.helper.make_model(graph, opset_imports=opset, ir_version=8)
                     .SerializeToString())  # fmt: skip


@pytest.mark.slow
def test_a_stack_of_13_bands_comes_as_geotiff(tmp_path):
    import rasterio

    image = ImageSpec(height=24, width=24, bands=13)
    export_model(tmp_path / "stack.onnx", image=image)
    values = np.random.default_rng(0).integers(0, 255, (13, 30, 40), dtype=np.uint8)
    with (
        rasterio.MemoryFile() as memory,
        memory.open(
            driver="GTiff", height=30, width=40, count=13, dtype="uint8",
            transform=rasterio.Affine(10, 0, 0, 0, -10, 0), crs="EPSG:32632",
        ) as file,
    ):  # fmt: skip
        file.write(values)
        file.close()
        data = bytes(memory.getbuffer())
    model = OnnxModel.open(tmp_path / "stack.onnx")
    rule = ImageRule(height=24, width=24, bands=13)
    assert model.signature.image.rule == rule
    with served(tmp_path / "stack.onnx") as running, client(running) as http:
        answer = http.post("/predict", **form(image=data))
        assert answer.status_code == 200, answer.text
        truth = wanted(model, [ROW], [data])[0]
        np.testing.assert_allclose(probabilities(answer.json()), truth, atol=1e-6)
        answer = http.post("/predict", **form())
        assert "has 3 bands; 13 bands are wanted" in answer.text
