"""The server does what its OpenAPI description says, whatever it is sent."""

import subprocess
import sys

import pytest

from sidelight.schema import ImageSpec
from tests.end_to_end.serving import client, export_model, served

# A schema cannot say which bytes are a picture: what fits it may be refused. A batch
# answers its other rows: what does not fit it may be told in the row, not by a status.
NOT_TO_HOLD = "positive_data_acceptance,negative_data_rejection"


@pytest.mark.slow
@pytest.mark.parametrize("pictures", [1, 2])
def test_nothing_that_is_sent_makes_it_break_its_description(tmp_path, pictures):
    image = ImageSpec(height=24, width=24, bands=3, pictures=pictures)
    export_model(tmp_path / "one.onnx", image=image)
    command = [sys.executable, "-m", "schemathesis.cli", "run", "--checks", "all"]
    options = ["--exclude-checks", NOT_TO_HOLD, "--max-examples", "150", "--seed", "1"]
    with served(tmp_path / "one.onnx") as running:
        done = subprocess.run(
            [*command, *options, f"{running.url}/openapi.json"],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
        )
        with client(running) as http:
            figures = http.get("/metrics").text
        assert running.stop() == 0
    assert done.returncode == 0, done.stdout
    assert "Tested: 6" in done.stdout
    assert 'status="500"' not in figures
    assert 'route="/predict",status="200"' in figures
