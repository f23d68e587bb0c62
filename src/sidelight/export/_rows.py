"""Rows that a file is checked with, and what the run answers to them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import polars as pl
from PIL import Image

from sidelight.pixels import decode
from sidelight.predictor import raw_inputs
from sidelight.registry import GRAPHS
from sidelight.table import Table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sidelight.export._subject import Subject

ROWS = 25  # of a batch
# Height and width as multiples of the model's: larger and smaller, in both kinds of
# steps that the resize rule knows, and of other aspects.
SAME = (1.0, 1.0)
SIZES = (
    SAME,
    (1.6, 1.3),
    (2.0, 3.0),
    (0.6, 0.7),
    (4.3, 2.1),
    (1.0, 2.7),
    (3.0, 0.5),
    (2.5, 2.5),
    (1.1, 1.9),
)
BLOCKS = 5  # a side of what is drawn in a picture
SHARE_ABSENT = 0.05  # of deep pixels


@dataclass(frozen=True)
class Batch:
    """Some rows.

    Attributes:
        given: What the file is given, by input.
        front: What the network gets of it in Sidelight, by input.
        answers: `(rows, outputs)`, what the network makes of that.
        unsure: How far the run's own answers move if all that the network gets moves
            by a unit in the last place of float32: what no other program's order of
            additions can be expected to keep.
        at_size: Whether the pictures have the model's size already.
    """

    given: dict[str, NDArray[Any]]
    front: dict[str, NDArray[Any]]
    answers: NDArray[np.float32]
    unsure: NDArray[np.float32]
    at_size: bool


def batches(subject: Subject, *, files: bool) -> Iterator[Batch]:
    """Yield rows with gaps, unknown words and extremes, and pictures of many sizes.

    Every batch has other cells. Without pictures, and where a file takes pictures of
    the model's size only, all are of that size.

    Args:
        subject: What is exported.
        files: Whether some rows have their pictures as JPEG and PNG files.
    """
    rng = np.random.default_rng(0)
    pictures = subject.predictor.uses_image
    resizes = pictures and subject.any_size
    for size in SIZES if resizes else [SAME] * len(SIZES):
        batch = _cells(subject, rng)
        if pictures:
            batch = _with_pictures(subject, batch, size, rng)
        yield _answered(subject, batch, rng, at_size=size == SAME)
    for size in SIZES[:3] if files else ():
        batch = _with_files(subject, _cells(subject, rng), size, rng)
        yield _answered(subject, batch, rng, at_size=False)


def _answered(
    subject: Subject, batch: Batch, rng: np.random.Generator, *, at_size: bool
) -> Batch:
    network = subject.predictor.network
    front = {name: batch.front[name] for name in network.input}
    answers = moved = _asked(network, front)
    if at_size:
        moved = _asked(network, {n: _nudged(v, rng) for n, v in front.items()})
    return replace(
        batch,
        front=front,
        answers=answers,
        unsure=np.abs(moved - answers),
        at_size=at_size,
    )


def _asked(network: keras.Model, inputs: dict[str, Any]) -> NDArray[np.float32]:
    answers: NDArray[np.float32] = keras.ops.convert_to_numpy(
        network(inputs, training=False)
    )
    return answers


def _nudged(values: NDArray[Any], rng: np.random.Generator) -> NDArray[Any]:
    """Return float32 values moved by the smallest step; zeros may mean something."""
    if values.dtype != np.float32:  # indices
        return values
    towards = np.where(rng.random(values.shape) < 0.5, -np.inf, np.inf)
    moved: NDArray[np.float32] = np.nextafter(values, towards.astype(np.float32))
    return np.where(values == 0, values, moved)


def _cells(subject: Subject, rng: np.random.Generator) -> Batch:
    predictor = subject.predictor
    columns: dict[str, pl.Series] = {}
    for fitted in predictor.preprocessor.columns:
        raw = GRAPHS.get(fitted.column.kind).obj(fitted, subject.nulls)
        columns |= raw.samples(ROWS, rng)
    frame = pl.DataFrame(columns) if columns else pl.DataFrame({"row": range(ROWS)})
    table = Table(frame, predictor.schema, "sample rows", np.arange(1, ROWS + 1))
    front = predictor.preprocessor.transform(table)
    for feature in predictor.preprocessor.spec.features:
        if feature.block == "numeric":  # no network reads these positions
            front["numeric"][:, [feature.start + i for i in feature.unseen]] = 0
    if predictor.may_miss:
        front["present"] = predictor.preprocessor.present(table)
    given = raw_inputs(subject.signature.columns, frame)
    nothing = np.empty((0, 0), np.float32)
    return Batch(given, front, nothing, nothing, at_size=True)


def _with_pictures(
    subject: Subject, batch: Batch, size: tuple[float, float], rng: np.random.Generator
) -> Batch:
    spec, rule = subject.image, subject.rule
    shape = (max(1, int(rule.height * size[0])), max(1, int(rule.width * size[1])))
    drawn = np.stack([_drawn(subject, shape, rng) for _ in range(ROWS * spec.pictures)])
    packed = drawn
    if size != SAME:
        plain = rule.model_copy(update={"select": None})
        packed = np.stack([decode(_as_npy(picture), plain) for picture in drawn])
    several = () if spec.pictures == 1 else (spec.pictures,)
    given = {"image": drawn.reshape(ROWS, *several, *drawn.shape[1:])}
    front = {"image": packed.reshape(ROWS, *spec.shape).astype(np.float32)}
    if several:
        there = rng.integers(0, 2, (ROWS, spec.pictures)).astype(np.float32)
        there[:, 0] = 1
        given["pictures"] = front["pictures"] = there
    return replace(
        batch, given={**batch.given, **given}, front={**batch.front, **front}
    )


def _with_files(
    subject: Subject, batch: Batch, size: tuple[float, float], rng: np.random.Generator
) -> Batch:
    """Return rows whose pictures are files, JPEG and PNG in turn."""
    rule = subject.rule
    shape = (max(1, int(rule.height * size[0])), max(1, int(rule.width * size[1])))
    files = []
    for row in range(ROWS):
        file = io.BytesIO()
        picture = Image.fromarray(_drawn(subject, shape, rng).squeeze())
        picture.save(file, "JPEG" if row % 2 else "PNG")
        files.append(file.getvalue())
    packed = np.stack([decode(file, rule) for file in files]).astype(np.float32)
    return replace(
        batch,
        given={**batch.given, "image": np.array(files)},
        front={**batch.front, "image": packed},
    )


def _drawn(
    subject: Subject, shape: tuple[int, int], rng: np.random.Generator
) -> NDArray[Any]:
    """Return a picture `(height, width, bands)`: coloured blocks under some noise."""
    rule = subject.rule
    blocks = rng.random((BLOCKS, BLOCKS, rule.bands))
    rows, columns = (np.arange(side) * BLOCKS // side for side in shape)
    share = blocks[rows[:, None], columns[None, :]]
    share = share + rng.normal(0, 0.1, share.shape)
    if rule.depth == "uint8":
        levels: NDArray[np.uint8] = (share * 255).clip(0, 255).astype(np.uint8)
        return levels
    scaling = subject.predictor.network.get_layer("band_scaling")
    low, high = np.array(scaling.low), np.array(scaling.high)
    values = low + share * (high - low)
    absent = rng.random(shape) < SHARE_ABSENT
    if rule.depth == "float16":
        values[absent] = np.nan
        halves: NDArray[np.float16] = values.clip(-65504, 65504).astype(np.float16)
        return halves
    whole: NDArray[np.uint16] = values.clip(1, 65535).astype(np.uint16)
    whole[absent] = 0
    return whole


def save_arrays(path: Path, arrays: dict[str, NDArray[Any]]) -> None:
    """Write arrays by any names as .npz; text is not pickled."""
    # NumPy's own function takes names as keywords and has some itself.
    with zipfile.ZipFile(path, "w") as archive:
        for name, array in arrays.items():
            archive.writestr(f"{name}.npy", _as_npy(array))


def _as_npy(array: NDArray[Any]) -> bytes:
    file = io.BytesIO()
    np.save(file, array, allow_pickle=False)
    return file.getvalue()
