"""Keras: the network as one file, with all that Sidelight needs to use it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidelight.export._base import Exporter
from sidelight.predictor import append_about
from sidelight.registry import EXPORTERS

if TYPE_CHECKING:
    from pathlib import Path

    from sidelight.export._subject import Subject

# The network is made of Sidelight's layers, so that Sidelight is there.
ENGINE = """
import pathlib, sys

import numpy as np
import polars as pl
from sidelight.predictor import KerasFile
from sidelight.table import Table

model, folder = map(pathlib.Path, sys.argv[1:])
predictor = KerasFile.open(model)
NOT_A_TIME = np.iinfo(np.int64).min

def typed(kind, cells):
    if kind == "datetime":
        seconds = [None if cell == NOT_A_TIME else cell for cell in cells.tolist()]
        return pl.from_epoch(pl.Series(seconds, dtype=pl.Int64), "s")
    if cells.dtype.kind == "U":
        return pl.Series([text or None for text in cells.tolist()], dtype=pl.String)
    found = pl.Series(cells).fill_nan(None)
    return found.cast(pl.Boolean) if kind == "boolean" else found

for rows in sorted(folder.glob("rows-*.npz")):
    given = dict(np.load(rows, allow_pickle=False))
    columns = {
        source: typed(column.kind, given[name])
        for column in predictor.signature.columns
        for source, name in zip(column.sources, column.inputs, strict=True)
    }
    count = len(next(iter(given.values())))
    frame = pl.DataFrame(columns or {"row": range(count)})
    table = Table(frame, predictor.schema, "rows", np.arange(1, count + 1))
    pictures = {n: given[n] for n in ("image", "pictures") if n in given}
    inputs = pictures
    if columns:
        inputs = predictor.inputs_of(table, pictures)
    figures = predictor.figures_from(inputs, count)
    answers = {f"front/{name}": np.copy(block) for name, block in inputs.items()}
    for feature in predictor.preprocessor.spec.features:
        if feature.block == "numeric":  # no network reads these positions
            unseen = [feature.start + place for place in feature.unseen]
            if columns:
                answers["front/numeric"][:, unseen] = 0
    if predictor.classes:
        answers |= {"probability": figures, "label": predictor.named(figures)}
    else:
        answers["prediction"] = figures
    np.savez(folder / rows.name.replace("rows-", "answers-"), **answers)
"""


@EXPORTERS.register(
    "keras", summary="one .keras file for Keras and Sidelight, on any backend"
)
class KerasExporter(Exporter):
    """Keras' own archive with one file more."""

    file = "model.keras"
    resizes = False
    engine = ENGINE

    def check(self) -> None:
        """Ask for nothing more than a run has."""

    def write(self, subject: Subject, path: Path, front: Path) -> None:  # noqa: ARG002
        """Write the archive; what stands before the network is Sidelight itself."""
        subject.predictor.network.save(path)
        append_about(path, subject.about)
