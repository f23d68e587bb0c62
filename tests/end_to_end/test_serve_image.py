"""The container's own install steps, in a clean environment."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import venv
from pathlib import Path

import httpx
import pytest

from tests.end_to_end.serving import export_model, form

ROOT = Path(__file__).parents[2]
MOST_MB = 600


@pytest.mark.slow
def test_what_the_image_installs_serves_and_is_small(tmp_path):
    export_model(tmp_path / "one.onnx")
    wheel = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps"]
    options = ["--no-build-isolation", "-w", str(tmp_path), str(ROOT)]
    subprocess.run([*wheel, *options], check=True, capture_output=True)
    place = tmp_path / "env"
    venv.create(place, with_pip=True)
    built = next(tmp_path.glob("*.whl"))
    install = [
        "sh",
        str(ROOT / "docker/install.sh"),
        str(place / "bin/pip"),
        str(built),
    ]
    subprocess.run(install, check=True, capture_output=True)
    found = sum(p.stat().st_size for p in place.rglob("*") if p.is_file())
    assert found < MOST_MB * 10**6
    listed = subprocess.run(
        [place / "bin/pip", "list"], capture_output=True, text=True, check=True
    )
    assert not re.search("tensorflow|keras|polars", listed.stdout)
    server = subprocess.Popen(
        [place / "bin/sidelight", "serve", tmp_path / "one.onnx", "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
        env={"PATH": os.environ["PATH"]},
    )
    with server:
        assert server.stdout is not None
        url = server.stdout.readline().split()[2]
        answer = httpx.post(f"{url}/predict", **form())
        server.terminate()
        assert answer.status_code == 200
    assert server.returncode == 0


def test_the_image_runs_the_steps_that_are_tested_and_not_as_root():
    text = (ROOT / "docker/Dockerfile").read_text()
    assert "sh /install/docker/install.sh pip" in text
    user = re.search(r"^USER (\d+)", text, re.MULTILINE)
    assert user is not None
    assert int(user[1]) > 0
    assert "tensorflow" not in text.lower()
