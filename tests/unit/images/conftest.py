"""Tables of generated pictures."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from PIL import Image

from sidelight.schema import Schema
from sidelight.table import Pictures, Table


def make_table(paths):
    """A table whose only column names these files; row 1 is the first."""
    paths = tuple(Path(path) for path in paths)
    return Table(
        frame=pl.DataFrame({"file": [str(path) for path in paths]}),
        schema=Schema(image="file"),
        source="scenes.csv",
        rows=np.arange(1, len(paths) + 1),
        images=Pictures(paths),
    )


@pytest.fixture(name="make_table")
def make_table_fixture():
    return make_table


@pytest.fixture
def pictures(tmp_path):
    """Six random RGB pictures of 8 × 8, lossless."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    rng = np.random.default_rng(0)
    paths = []
    for number in range(6):
        paths.append(folder / f"{number}.png")
        pixels = rng.integers(0, 256, (8, 8, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(paths[-1])
    return make_table(paths)
