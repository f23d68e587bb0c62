"""A file read back in a process without Sidelight: does it answer as the run does?"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sidelight.errors import ExportError
from sidelight.export._held_out import HeldOut, Scores
from sidelight.export._rows import Batch, batches, save_arrays

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sidelight.export._base import Exporter
    from sidelight.export._subject import Subject

MOST_COLUMNS = 1e-6  # of encoded columns, relative where they are beyond 1
MOST_UNSURE = 10  # times the move of its own answers under a float32's last place
MOST_RESIZED = 1e-2
MOST_PIXELS = 2.0  # of 255; Pillow and float32 round differently
FEWEST_EQUAL = 0.995  # of labels
TIMEOUT_S = 1800


@dataclass(frozen=True)
class Figures:
    """How far a file's answers are from the run's, at most.

    Answers are probabilities, or numbers in units of their spread in training. What
    was not asked, such as pixels of a model without pictures, is None.

    Attributes:
        rows: Rows that were compared.
        columns: Of the encoded columns.
        answers: Where pictures have the model's size.
        unsure: How far the run's own answers move there if its inputs move by a unit
            in the last place of float32.
        resized_pixels: Of pictures of another size, of 255.
        resized_answers: Of their answers.
        equal_labels: Share of their rows with the same label.
        allowed: What the format allows of `answers`.
        scores: On test rows, where weights are stored with fewer bits.
    """

    rows: int
    columns: float | None
    answers: float
    unsure: float
    resized_pixels: float | None
    resized_answers: float | None
    equal_labels: float | None
    allowed: float = 1e-5
    scores: Scores | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the figures by name."""
        return asdict(self)

    @property
    def most_at_size(self) -> float:
        """The format's limit, or what float32 lets the network be sure of."""
        return max(self.allowed, MOST_UNSURE * self.unsure)

    def too_large(self) -> list[str]:
        """Return what is beyond its limit, in words."""
        limits = (
            ("the encoded columns differ by", self.columns, MOST_COLUMNS),
            ("answers differ by", self.answers, self.most_at_size),
            ("resized pixels differ by", self.resized_pixels, MOST_PIXELS),
            (
                "answers to resized pictures differ by",
                self.resized_answers,
                max(MOST_RESIZED, self.most_at_size),
            ),
        )
        found = [
            f"{what} {value:.2g} (limit {most:.2g})"
            for what, value, most in limits
            if value is not None and not value <= most
        ]
        if self.equal_labels is not None and self.equal_labels < FEWEST_EQUAL:
            share = f"{self.equal_labels:.1%} of labels are equal"
            found.append(f"{share} (limit {FEWEST_EQUAL:.1%})")
        return found


def check_file(
    exporter: Exporter,
    subject: Subject,
    path: Path,
    front: Path,
    tested: HeldOut | None = None,
) -> Figures:
    """Ask a file in a fresh process that cannot import Sidelight, and compare.

    Args:
        exporter: The format.
        subject: What was exported.
        path: The file.
        front: Its part before the network, in a folder that may be written to.
        tested: Rows that it is scored with beside the run.

    Raises:
        ExportError: If the file cannot be read back, or answers otherwise.
    """
    asked = list(batches(subject, files=exporter.takes_files(subject)))
    for number, batch in enumerate(asked):
        save_arrays(front.parent / f"rows-{number}.npz", batch.given)
    if tested is not None:
        save_arrays(front.parent / "rows-test.npz", tested.given)
    _ask(exporter.engine, path, front.parent)
    answered = []
    for number, batch in enumerate(asked):
        with np.load(front.parent / f"answers-{number}.npz", allow_pickle=False) as got:
            answered.append(_compared(subject, batch, dict(got)))
    scores = None
    if tested is not None:
        with np.load(front.parent / "answers-test.npz", allow_pickle=False) as got:
            found = got["probability" if subject.predictor.classes else "prediction"]
            scores = tested.scores(found)
    figures = replace(_worst(answered), allowed=exporter.most_answers, scores=scores)
    wrong = figures.too_large()
    if wrong:
        problem = f"answers otherwise than the run: {'; '.join(wrong)}"
        raise ExportError(problem)
    return figures


def fresh_folder() -> tempfile.TemporaryDirectory[str]:
    """Return a folder for what a check writes."""
    return tempfile.TemporaryDirectory(prefix="sidelight-export-")


def _ask(engine: str, path: Path, folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-c", engine, str(path.resolve()), str(folder)],
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ["no message"]
        problem = f"cannot be read back in a fresh process ({last[0][:300]})"
        raise ExportError(problem)


def _compared(subject: Subject, batch: Batch, got: dict[str, Any]) -> Figures:
    columns = [
        _relative(got[f"front/{name}"], wanted)
        for name, wanted in batch.front.items()
        if name not in ("image", "pictures")
    ]
    gap, equal = _answers(subject, batch.answers, got)
    sized = batch.at_size
    pixels = None
    if "image" in batch.front:
        apart = got["front/image"].astype(np.float64) - batch.front["image"]
        pixels = float(np.nanmax(np.abs(apart)))
    return Figures(
        rows=len(batch.answers),
        columns=max(columns, default=None),
        answers=gap if sized else 0.0,
        unsure=_largest(batch.unsure),
        resized_pixels=None if sized else pixels,
        resized_answers=None if sized else gap,
        equal_labels=None if sized else equal,
    )


def _answers(
    subject: Subject, answers: NDArray[Any], got: dict[str, Any]
) -> tuple[float, float | None]:
    """Return the largest gap, and the share of rows with the same label."""
    predictor = subject.predictor
    if predictor.classes:
        wanted = predictor.figures(answers)
        found = got["probability"]
        if predictor.task == "multilabel":
            same = predictor.named(found) == predictor.named(wanted)
        else:
            same = got["label"] == predictor.named(wanted)
        return _largest(found - wanted), float(np.mean(same))
    target = predictor.preprocessor.known_target
    values = got["prediction"].reshape(len(answers), -1)
    scaled = np.log1p(values) if target.log else values
    scaled = (scaled - target.centers) / target.spreads
    wanted = answers
    if target.log:  # no answer is below zero
        wanted = np.maximum(answers, -np.array(target.centers) / target.spreads)
    return _relative(scaled, wanted), None


def _relative(found: NDArray[Any], wanted: NDArray[Any]) -> float:
    apart = np.asarray(found, dtype=np.float64) - wanted
    return _largest(apart / np.maximum(1, np.abs(wanted)))


def _largest(apart: NDArray[Any]) -> float:
    """Return the largest distance; infinite where one is not a number."""
    sizes = np.abs(np.asarray(apart, dtype=np.float64))
    return float(np.nan_to_num(sizes, nan=np.inf, posinf=np.inf).max(initial=0.0))


def _worst(parts: list[Figures]) -> Figures:
    resized = [part for part in parts if part.resized_pixels is not None]
    rows = sum(part.rows for part in resized)
    labels = [p.equal_labels * p.rows for p in resized if p.equal_labels is not None]
    return Figures(
        rows=sum(part.rows for part in parts),
        columns=_most([part.columns for part in parts]),
        answers=max(part.answers for part in parts),
        unsure=max(part.unsure for part in parts),
        resized_pixels=_most([part.resized_pixels for part in resized]),
        resized_answers=_most([part.resized_answers for part in resized]),
        equal_labels=sum(labels) / rows if labels else None,
    )


def _most(values: list[float | None]) -> float | None:
    return max((value for value in values if value is not None), default=None)
