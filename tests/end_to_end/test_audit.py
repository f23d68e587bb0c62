"""The audit by command line, in Python and in a training."""

from __future__ import annotations

import json

import polars as pl
import pytest

import sidelight as sl
from tests.end_to_end.conftest import make_rows, write_table


@pytest.fixture
def rows(tmp_path):
    return make_rows(tmp_path, 60)


def options(*more):
    return ("--image", "file", "--target", "label", *more)


def test_a_sound_table_is_sound(sidelight, rows, tmp_path):
    table = write_table(tmp_path / "t.csv", rows)
    done = sidelight("audit", table, *options("--json"))
    assert done.code == 0
    found = json.loads(done.out)
    assert found["rows"] == 60
    assert found["counts"]["severe"] == 0
    assert found["skipped"] == {}


def test_severe_findings_stand_in_the_terminal_and_end_with_one(
    sidelight, rows, tmp_path
):
    rows[4]["file"] = "images/nowhere.png"
    rows[9]["depth"] = "[deep]"
    for row in rows:
        row["code"] = {"dark": "d", "grey": "g", "light": "l"}[row["label"]]
    done = sidelight("audit", write_table(tmp_path / "t.csv", rows), *options())
    assert done.code == 1
    assert "1 file does not exist" in done.out
    assert "Row 5 (images/nowhere.png)" in done.out
    assert "1 cell is not a number" in done.out
    assert "Row 10 ([deep])" in done.out
    assert "'code' goes one to one with the target 'label'" in done.out
    assert "3 severe" in done.out
    assert done.err == ""


def test_a_page_shows_findings_with_their_pictures(sidelight, rows, tmp_path):
    picture = tmp_path / rows[7]["file"]
    picture.write_bytes((tmp_path / rows[3]["file"]).read_bytes())
    rows[7]["label"] = "<b>odd</b>"
    rows[6]["label"] = "<b>odd</b>"
    table = write_table(tmp_path / "t.csv", rows)
    done = sidelight("audit", table, *options("--page", tmp_path / "page.html"))
    assert done.code == 1
    page = (tmp_path / "page.html").read_text("utf-8")
    assert "Do not train on this yet" in page
    assert "shows the same picture as an earlier row, with another label" in page
    assert "data:image/jpeg;base64," in page
    assert "<b>odd</b>" not in page
    assert "row 8" in page


def test_pictures_are_left_alone_on_request(sidelight, rows, tmp_path):
    (tmp_path / rows[2]["file"]).write_bytes(b"no picture")
    table = write_table(tmp_path / "t.csv", rows)
    assert sidelight("audit", table, *options()).code == 1
    quick = sidelight("audit", table, *options("--no-pixels", "--json"))
    assert quick.code == 0
    skipped = json.loads(quick.out)["skipped"]
    assert skipped["unreadable"] == "pictures are not looked at"


def test_rows_that_cannot_be_split_are_a_finding(sidelight, rows, tmp_path):
    rows[0]["label"] = "alone"
    table = write_table(tmp_path / "t.csv", rows)
    done = sidelight("audit", table, *options("--split", "spatial", "--json"))
    found = json.loads(done.out)["findings"]
    assert done.code == 1
    assert {"cells"} <= {finding["check"] for finding in found}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--target", "lable"], "Did you mean 'label'"),
        (["--group", "sensr"], "there is no column 'sensr'"),
        (["--split", "spatail"], "Did you mean 'spatial'"),
    ],
)
def test_what_cannot_be_audited_ends_with_two(sidelight, rows, tmp_path, words, said):
    table = write_table(tmp_path / "t.csv", rows)
    done = sidelight("audit", table, "--image", "file", *words)
    assert done.code == 2
    assert said in done.err


def test_python_finds_what_the_command_line_finds(sidelight, rows, tmp_path):
    for number, row in enumerate(rows):
        row["patient"] = f"P{number // 2}"
    table = write_table(tmp_path / "t.csv", rows)
    typed = json.loads(sidelight("audit", table, *options("--json")).out)
    found = sl.audit_table(table, image="file", target="label")
    assert found.to_dict() == {**typed, "source": found.source}
    assert "groups" in {finding.check for finding in found.findings}
    assert found.report(tmp_path / "page.html").exists()
    frame = sl.audit_table(
        pl.read_csv(table, infer_schema=False),
        image="file", target="label", images=tmp_path, pixels=False,
        options={"split": {"group": "patient"}},
    )  # fmt: skip
    assert "groups" not in {finding.check for finding in frame.findings}
    with pytest.raises(ValueError, match="Pass the file or the frame"):
        sl.audit_table(sl.read_table(table, image="file", target="label"))


def test_training_makes_the_quick_checks(sidelight, rows, tmp_path):
    for number, row in enumerate(rows):
        row["age"] = "-3" if number == 5 else str(20 + number % 50)
        row["patient"] = f"P{number // 2}"
    done = sidelight(
        "train", write_table(tmp_path / "t.csv", rows), *options("--epochs", 1),
        "--fusion", "concat", "--set", "backbone.widths=[4]", "--name", "one",
        "--runs", tmp_path / "runs",
    )  # fmt: skip
    assert done.code == 0, done.err
    warned = [line for line in done.err.splitlines() if "'age'" in line]
    assert len(warned) == 1
    assert warned[0].startswith("warning: 1 cell of column 'age' is outside 0 to 130")
    # What the reader warned of is not said twice.
    assert done.err.count("'patient' names") == 1
    stored = json.loads((tmp_path / "runs/one/audit.json").read_text("utf-8"))
    checks = {finding["check"] for finding in stored["findings"]}
    assert {"impossible_values", "groups"} <= checks
    assert "near_duplicates" not in stored["checks"]
    metrics = json.loads((tmp_path / "runs/one/metrics.json").read_text("utf-8"))
    assert any("'age'" in said for said in metrics["warnings"])
