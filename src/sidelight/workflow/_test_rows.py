"""The test rows of a stored run, read again."""

from __future__ import annotations

import os
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from sidelight.errors import InputError
from sidelight.images import decoded_ahead
from sidelight.runs import RunDirectory
from sidelight.table import Table
from sidelight.workflow._config import load_config, make_config
from sidelight.workflow._read import read

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sidelight.predictor import Predictor


@dataclass(frozen=True)
class HeldOutRows:
    """Rows that a run was tested on.

    Attributes:
        table: The rows.
        pictures: Their pictures as `Predictor.figures_of` takes them.
        truth: What is right.
    """

    table: Table
    pictures: dict[str, NDArray[Any]]
    truth: NDArray[Any]


def held_out_rows(
    path: str | Path, predictor: Predictor, most: int
) -> HeldOutRows | None:
    """Return test rows of a run; None if its table is not as it was.

    Args:
        path: The run's directory.
        predictor: Its model.
        most: How many rows at most; the first.
    """
    try:
        table = _test_rows(path, most)
    except (InputError, OSError):
        return None
    if table is None:
        return None
    pictures: dict[str, NDArray[Any]] = {}
    if predictor.uses_image and predictor.rule is not None:
        workers = os.cpu_count() or 1
        decoded = next(decoded_ahead([table.images], predictor.rule, workers=workers))
        if decoded.reasons:
            return None
        pictures = decoded.inputs
    return HeldOutRows(table, pictures, predictor.preprocessor.truth(table))


def _test_rows(path: str | Path, most: int) -> Table | None:
    run = RunDirectory.open(path)
    config = make_config(load_config(path))
    parts = pl.read_parquet(run.predictions, columns=["row", "part"])
    wanted = parts.filter(pl.col("part") == "test")["row"].head(most)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # all was said when it was trained
        table = read(config.table, config.split)
    at = np.flatnonzero(np.isin(table.rows, wanted.to_numpy()))
    return table.at(at) if len(at) and len(at) == len(wanted) else None
