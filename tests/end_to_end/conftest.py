"""A small data set on disk, and the command line called in this process."""

from __future__ import annotations

import csv
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sidelight.cli import main


@dataclass(frozen=True)
class Answer:
    """What a command gave."""

    code: int
    out: str
    err: str


@pytest.fixture
def sidelight(capfd, monkeypatch, tmp_path):
    """Call the command line in an empty folder with a cache of its own."""
    monkeypatch.setenv("SIDELIGHT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("COLUMNS", "200")

    def call(*words: object) -> Answer:
        monkeypatch.setattr(sys, "argv", ["sidelight", *map(str, words)])
        capfd.readouterr()
        code = 0
        try:
            main()
        except SystemExit as stop:
            code = (
                stop.code if isinstance(stop.code, int) else int(stop.code is not None)
            )
        captured = capfd.readouterr()
        return Answer(code, captured.out, captured.err)

    return call


def type_in(folder: Path, *words: object) -> None:
    """Type a command in a folder, for fixtures that several tests share."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("SIDELIGHT_CACHE", str(folder / "cache"))
        patch.setattr(sys, "argv", ["sidelight", *map(str, words)])
        with pytest.raises(SystemExit) as stop:
            main()
    assert not stop.value.code


def make_rows(folder: Path, num_rows: int = 48, mode: str = "RGB") -> list[dict]:
    """Write pictures whose brightness tells the label, and return their rows."""
    (folder / "images").mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(0)
    rows = []
    for number in range(num_rows):
        label = ("dark", "grey", "light")[number % 3]
        level = {"dark": 40, "grey": 120, "light": 210}[label]
        noise = rng.integers(-30, 30, (16, 20, 3)) + level
        name = f"images/{number:03d}.png"
        picture = Image.fromarray(noise.clip(0, 255).astype("uint8")).convert(mode)
        picture.save(folder / name)
        rows.append(
            {
                "file": name,
                "label": label,
                "depth": f"{rng.normal(10, 3):.3f}",
                "sensor": ("a", "b", "c")[rng.integers(3)],
                "lat": f"{rng.uniform(-50, 70):.4f}",
                "lon": f"{rng.uniform(-180, 180):.4f}",
                "taken": f"2024-{1 + number % 12:02d}-{1 + number % 28:02d}T10:00:00",
            }
        )
    return rows


def write_table(path: Path, rows: list[dict], header: list[str] | None = None) -> Path:
    """Write rows as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header or list(rows[0]))
        writer.writerows([row.values() for row in rows])
    return path


@pytest.fixture
def rows(tmp_path):
    return make_rows(tmp_path)


@pytest.fixture
def scenes(tmp_path, rows):
    return write_table(tmp_path / "scenes.csv", rows)
