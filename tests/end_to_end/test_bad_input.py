"""Bad input through the command line: a sentence, exit code 2, nothing half-written."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.end_to_end.conftest import write_table

NAMED = ("--image", "file", "--target", "label", "--epochs", "1", "--name", "r")


@pytest.fixture
def refused(sidelight, tmp_path):
    """Train on a table that must be refused; return the message."""

    def call(table: Path | str, *more: str) -> str:
        answer = sidelight("train", table, *NAMED, "--runs", tmp_path / "runs", *more)
        assert answer.code == 2, answer
        assert "Traceback" not in answer.err
        assert answer.err.count("error: ") == 1
        assert not list(tmp_path.glob("runs/*")), "something was left behind"
        assert not list(tmp_path.rglob("*.partial*"))
        return answer.err.split("error: ", 1)[1]

    return call


def changed(tmp_path, rows, column, values, name="bad.csv"):
    """Write the table with some cells of a column changed: {row number: value}."""
    for number, value in values.items():
        rows[number - 1][column] = value
    return write_table(tmp_path / name, rows)


def test_missing_table_suggests_the_nearest(refused, scenes):
    message = refused(scenes.with_name("scene.csv"))
    assert "scene.csv" in message
    assert "scenes.csv" in message


@pytest.mark.parametrize("text", ["", "file,label,depth\n"], ids=["empty", "header"])
def test_empty_table(refused, tmp_path, text):
    path = tmp_path / "empty.csv"
    path.write_text(text)
    assert "empty.csv" in refused(path)


def test_no_such_column(refused, scenes):
    message = refused(scenes, "--target", "lable")
    assert "'lable'" in message
    assert "Did you mean 'label'?" in message


def test_duplicate_column_names(refused, tmp_path, rows):
    header = ["file", "label", "depth", "depth", "lat", "lon", "taken"]
    path = write_table(tmp_path / "twice.csv", rows, header)
    assert "depth" in refused(path)


def test_ragged_rows(refused, scenes):
    scenes.write_text(scenes.read_text() + "images/000.png,dark\n")
    assert "49" in refused(scenes)


def test_not_utf8(refused, tmp_path):
    path = tmp_path / "latin.csv"
    path.write_bytes("file,label\nimages/ä.png,dark\n".encode("latin-1"))
    assert "UTF-8" in refused(path)


def test_missing_target_cells(refused, tmp_path, rows):
    message = refused(changed(tmp_path, rows, "label", {5: "", 9: ""}))
    assert "'label'" in message
    assert "5, 9" in message


def test_constant_target(refused, tmp_path, rows):
    path = changed(tmp_path, rows, "label", dict.fromkeys(range(1, 49), "dark"))
    assert "label" in refused(path)


def test_all_unique_target(refused, tmp_path, rows):
    path = changed(tmp_path, rows, "label", {i: f"name {i}" for i in range(1, 49)})
    assert "label" in refused(path)


def test_class_with_one_row(refused, tmp_path, rows):
    message = refused(changed(tmp_path, rows, "label", {7: "rare"}))
    assert "'rare'" in message
    assert "7" in message


def test_decimal_comma(refused, tmp_path, rows):
    values = {i: f"{i},5" for i in range(1, 49)}
    message = refused(changed(tmp_path, rows, "depth", values))
    assert "--decimal ," in message


@pytest.mark.parametrize("value", ["inf", "1e308"])
def test_numbers_no_network_can_hold(refused, tmp_path, rows, value):
    message = refused(changed(tmp_path, rows, "depth", {3: value}))
    assert "'depth'" in message
    assert value in message


def test_words_among_numbers(refused, tmp_path, rows):
    message = refused(changed(tmp_path, rows, "depth", {4: "n.d.", 8: "deep"}))
    assert "4, 8" in message
    assert "'deep'" in message


def test_dates_in_two_formats(refused, tmp_path, rows):
    values = {i: f"{i % 28 + 1:02d}.03.2024" for i in range(1, 20)}
    assert "'taken'" in refused(changed(tmp_path, rows, "taken", values))


def test_latitude_91(refused, tmp_path, rows):
    message = refused(changed(tmp_path, rows, "lat", {6: "91"}))
    assert "lat" in message
    assert "91" in message


def test_missing_picture(refused, tmp_path, rows):
    message = refused(changed(tmp_path, rows, "file", {2: "images/0001.png"}))
    assert "images/0001.png" in message
    assert "row 2" in message


def test_two_rows_with_one_picture(refused, tmp_path, rows):
    message = refused(changed(tmp_path, rows, "file", {2: "./images/000.png"}))
    assert "000.png" in message


def test_empty_path(refused, tmp_path, rows):
    assert "2" in refused(changed(tmp_path, rows, "file", {2: ""}))


def test_folder_instead_of_a_picture(refused, tmp_path, rows):
    assert "images" in refused(changed(tmp_path, rows, "file", {2: "images"}))


def test_symlink_loop(refused, tmp_path, scenes):
    path = tmp_path / "images" / "001.png"
    path.unlink()
    path.symlink_to(path)
    assert "001.png" in refused(scenes)


def test_zero_byte_picture(refused, tmp_path, scenes):
    (tmp_path / "images" / "003.png").write_bytes(b"")
    message = refused(scenes)
    assert "003.png" in message
    assert "is an empty file (0 bytes)" in message


def test_text_named_jpg(refused, tmp_path, scenes):
    (tmp_path / "images" / "003.png").write_text("not a picture")
    message = refused(scenes)
    assert "003.png" in message
    assert "row 4" in message


def test_truncated_jpeg(refused, tmp_path, rows):
    path = tmp_path / "images" / "cut.jpg"
    Image.effect_noise((64, 64), 50).save(path)
    path.write_bytes(path.read_bytes()[:700])
    message = refused(changed(tmp_path, rows, "file", {1: "images/cut.jpg"}))
    assert "cut.jpg" in message
    assert "row 1" in message


def test_sixteen_bits_among_eight(refused, tmp_path, rows):
    Image.fromarray(np.full((8, 8), 40000, np.uint16)).save(tmp_path / "deep.png")
    message = refused(changed(tmp_path, rows, "file", {1: "deep.png"}))
    assert "has more bits a band; most pictures have 8" in message


def test_decompression_bomb(refused, tmp_path, rows):
    (tmp_path / "bomb.png").write_bytes(bomb(30_000, 30_000))
    message = refused(changed(tmp_path, rows, "file", {1: "bomb.png"}))
    assert "30000 × 30000" in message or "far too many pixels" in message


def bomb(width: int, height: int) -> bytes:
    """Return a PNG of a few kilobytes that claims to be huge."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = zlib.compress(b"\0" * 1000)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", body)
        + chunk(b"IEND", b"")
    )


def test_too_few_rows(refused, tmp_path, rows):
    message = refused(write_table(tmp_path / "few.csv", rows[:3]))
    assert "row" in message


def test_unknown_names(refused, scenes):
    assert "Did you mean 'film'?" in refused(scenes, "--fusion", "flim")
    assert "Did you mean 'resnet50'?" in refused(scenes, "--backbone", "resnet5")
    assert "Did you mean 'spatial'?" in refused(scenes, "--split", "spacial")


def test_unknown_option_of_a_fusion(refused, scenes):
    message = refused(scenes, "--set", "fusion.unit=3")
    assert "unit" in message
    assert "units" in message


def test_values_out_of_range(refused, scenes):
    assert "epochs" in refused(scenes, "--epochs", "0")
    assert "--size" in refused(scenes, "--size", "big")
    assert "resnet50" in refused(scenes, "--backbone", "resnet50", "--size", "16")


def test_spatial_split_without_a_location(refused, tmp_path, rows):
    bare = [{k: v for k, v in r.items() if k not in ("lat", "lon")} for r in rows]
    message = refused(write_table(tmp_path / "bare.csv", bare), "--split", "spatial")
    assert "--lat" in message


def test_weights_that_cannot_be_had(refused, scenes):
    words = ("--backbone", "resnet50", "--size", "32", "--weights", "nowhere.h5")
    assert "nowhere.h5" in refused(scenes, *words)


def test_full_disk(refused, scenes, monkeypatch):
    def no_space(*_args, **_more):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sidelight.images._pack.decode", no_space)
    monkeypatch.setattr(
        "sidelight.images._pack.shutil.disk_usage",
        lambda _: type("Usage", (), {"free": 0})(),
    )
    message = refused(scenes)
    assert "disk is full" in message


def test_run_that_is_not_there(sidelight, scenes):
    answer = sidelight("predict", "runs/none", scenes)
    assert answer.code == 2
    assert "no such run" in answer.err
