"""Fit and encode a million rows of mixed columns, against scikit-learn.

Both sides get the same cells, each in the frame it works on (Polars here, pandas
there), and both give float32 or integer arrays. They take turns, and the median of
the ratios is printed.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OrdinalEncoder, StandardScaler

from sidelight.preprocessing import Preprocessor
from sidelight.schema import Column, Schema
from sidelight.table import Table

NUM_ROWS = 1_000_000
NUM_RUNS = 3
GOAL = 0.2
LEVELS = (5, 10, 20, 50, 100, 200)
NUMBERS = [f"n{i}" for i in range(10)]
WORDS = [f"w{i}" for i in range(len(LEVELS))]
TRUTHS = ["b0", "b1"]


def make_frame(num_rows: int, seed: int = 0) -> pl.DataFrame:
    """Return 21 columns, of which two are one location; numbers and words have gaps."""
    rng = np.random.default_rng(seed)
    columns: dict[str, Any] = {}
    for i, name in enumerate(NUMBERS):
        values = rng.normal(10.0 * i, 1.0 + i, num_rows)
        values[rng.random(num_rows) < 0.03] = np.nan
        columns[name] = pl.Series(values, nan_to_null=True)
    for name, levels in zip(WORDS, LEVELS, strict=True):
        words = np.array([None, *(f"{name}-level-{i:03}" for i in range(levels))])
        codes = rng.integers(1, levels + 1, num_rows)
        codes[rng.random(num_rows) < 0.03] = 0
        columns[name] = pl.Series(words[codes], dtype=pl.String)
    for name in TRUTHS:
        columns[name] = pl.Series(rng.random(num_rows) < 0.3)
    seconds = rng.integers(1_400_000_000, 1_700_000_000, num_rows)
    columns["at"] = pl.Series(seconds * 1_000_000).cast(pl.Datetime("us"))
    columns["lat"] = pl.Series(np.degrees(np.arcsin(rng.uniform(-1, 1, num_rows))))
    columns["lon"] = pl.Series(rng.uniform(-180, 180, num_rows))
    return pl.DataFrame(columns)


def ours(frame: pl.DataFrame) -> dict[str, Any]:
    """Fit a Preprocessor and encode the rows."""
    columns = (
        *(Column(name=n, kind="numeric", sources=(n,)) for n in NUMBERS),
        *(Column(name=n, kind="categorical", sources=(n,)) for n in WORDS),
        *(Column(name=n, kind="boolean", sources=(n,)) for n in TRUTHS),
        Column(name="at", kind="datetime", sources=("at",)),
        Column(name="location", kind="location", sources=("lat", "lon")),
    )
    rows = np.arange(1, frame.height + 1)
    table = Table(frame, Schema(columns=columns), "benchmark", rows, part="train")
    return Preprocessor.fit(table).transform(table)


def circles(frame: pd.DataFrame) -> Any:
    """Return sine and cosine of the day of year and of the hour."""
    at = frame["at"].dt
    time_of_day = (at.hour * 3600 + at.minute * 60 + at.second) / 86_400
    day = (at.day_of_year - 1 + time_of_day) / 365.2425
    turns = [2 * np.pi * turn.to_numpy() for turn in (day, time_of_day)]
    return np.stack([f(turn) for turn in turns for f in (np.sin, np.cos)], axis=1)


def unit_vectors(frame: pd.DataFrame) -> Any:
    """Return points on the unit sphere."""
    latitude, longitude = np.radians(frame[["lat", "lon"]].to_numpy()).T
    return np.stack(
        [
            np.cos(latitude) * np.cos(longitude),
            np.cos(latitude) * np.sin(longitude),
            np.sin(latitude),
        ],
        axis=1,
    )


def theirs(frame: pd.DataFrame) -> Any:
    """Fit a ColumnTransformer of the same meaning and encode the rows."""
    numbers = make_pipeline(
        SimpleImputer(strategy="median", add_indicator=True), StandardScaler()
    )
    words = make_pipeline(
        SimpleImputer(strategy="constant", fill_value="missing"),
        OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1),
    )
    transformer = ColumnTransformer(
        [
            ("numbers", numbers, NUMBERS),
            ("words", words, WORDS),
            (
                "truths",
                OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1),
                TRUTHS,
            ),
            ("at", FunctionTransformer(circles), ["at"]),
            ("place", FunctionTransformer(unit_vectors), ["lat", "lon"]),
        ]
    )
    return transformer.fit_transform(frame).astype("float32")


def as_pandas(frame: pl.DataFrame) -> pd.DataFrame:
    """Return the frame with text as objects, which scikit-learn is fastest with."""
    columns: dict[str, Any] = {}
    for name in frame.columns:
        cells = frame[name]
        if name in WORDS:
            columns[name] = pd.Series(
                [np.nan if cell is None else cell for cell in cells], dtype=object
            )
        else:
            columns[name] = cells.to_numpy()
    return pd.DataFrame(columns)


def agree(num_rows: int = 2000) -> None:
    """Check on few rows that both sides compute the same circles and places."""
    frame = make_frame(num_rows)
    mine, other = ours(frame)["numeric"], theirs(as_pandas(frame))
    np.testing.assert_allclose(mine[:, -7:], other[:, -7:], atol=1e-5)


def seconds_of(work: Callable[[Any], Any], frame: Any) -> float:
    """Return the seconds one fit and encoding takes."""
    start = time.perf_counter()
    work(frame)
    return time.perf_counter() - start


def main(num_rows: int = NUM_ROWS, num_runs: int = NUM_RUNS) -> float:
    """Print the seconds of each run and the median ratio, and return it."""
    agree()
    frame = make_frame(num_rows)
    pandas_frame = as_pandas(frame)
    print(f"Metadata: fit + encode {num_rows:,} rows × 20 mixed columns")
    ratios = []
    for run in range(num_runs):
        mine, other = seconds_of(ours, frame), seconds_of(theirs, pandas_frame)
        ratios.append(mine / other)
        print(
            f"  run {run + 1}: sidelight {mine:.2f} s, scikit-learn {other:.2f} s, "
            f"ratio {ratios[-1]:.3f}"
        )
    ratio = statistics.median(ratios)
    print(f"  median ratio {ratio:.3f} (goal ≤ {GOAL})")
    return ratio


if __name__ == "__main__":
    main()
