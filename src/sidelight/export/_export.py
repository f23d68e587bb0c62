"""A run written in another format, and given out only if it answers as the run does."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sidelight.errors import ConfigError
from sidelight.export._base import Exporter
from sidelight.export._check import Figures, check_file, fresh_folder
from sidelight.export._held_out import held_out
from sidelight.export._subject import Subject
from sidelight.registry import EXPORTERS
from sidelight.runs import write_atomically, write_folder_atomically

if TYPE_CHECKING:
    from sidelight.predictor import Signature


@dataclass(frozen=True)
class Exported:
    """A file that was written and checked.

    Attributes:
        path: The file.
        format: Name of its format.
        num_bytes: Its size.
        signature: What it takes and gives, as it says itself.
        renamed: Inputs that have another name than their column, by column.
        figures: How far its answers were from the run's.
        takes_files: Whether pictures are also taken as JPEG and PNG files.
        is_smaller: Whether weights are stored with fewer bits than in the run.
        has_card: Whether the run's model card is inside.
    """

    path: Path
    format: str
    num_bytes: int
    signature: Signature
    renamed: dict[str, str]
    figures: Figures
    takes_files: bool = False
    is_smaller: bool = False
    has_card: bool = False


def export_run(
    path: str | Path, to: str = "onnx", output: str | Path | None = None
) -> Exported:
    """Write a run in a form that takes raw rows and pictures without Sidelight.

    The file is read back in a fresh process where Sidelight cannot be imported, and has
    to answer as the run does, before it gets its name.

    Args:
        path: Directory of a run whose training is over.
        to: Registry name of the format.
        output: The file, or the folder of a format that is one; in the run by default.
            One of the same format that is there is replaced.

    Raises:
        UnknownNameError: If there is no such format.
        RunError: If the directory is no run, or holds no trained model.
        ConfigError: If the file's name does not fit, or the format cannot hold the
            network; says what it is.
        ExportError: If the file does not answer as the run does; none is left.
        MissingPackageError: If the format needs a package that is not there.
    """
    exporter: Exporter = EXPORTERS.get(to).obj()
    exporter.check()
    place = Path(path) / exporter.file if output is None else Path(output)
    _check_place(place, exporter, to)
    subject = Subject.load(path)
    return write_checked(subject, to, place, run=path)


def write_checked(
    subject: Subject, to: str, place: Path, *, run: str | Path | None = None
) -> Exported:
    """Write and check a file; see `export_run`.

    Args:
        subject: What is exported.
        to: Registry name of the format.
        place: Where it is written.
        run: The directory whose test rows a format with fewer bits is scored with.
    """
    exporter: Exporter = EXPORTERS.get(to).obj()
    subject = replace(
        subject, identifiers=exporter.identifiers, resizes=exporter.resizes
    )
    found: list[Figures] = []
    tested = held_out(subject, run) if run and exporter.is_smaller else None

    def write(temporary: Path) -> None:
        with fresh_folder() as folder:
            front = Path(folder) / "front"
            exporter.write(subject, temporary, front)
            found.append(check_file(exporter, subject, temporary, front, tested))

    put = write_folder_atomically if exporter.marker else write_atomically
    put(place, write)
    return Exported(
        path=place,
        format=to,
        num_bytes=_size(place),
        signature=subject.signature,
        renamed=subject.renamed,
        figures=found[0],
        takes_files=exporter.takes_files(subject),
        is_smaller=exporter.is_smaller,
        has_card=bool(subject.card),
    )


def _size(place: Path) -> int:
    files = [place] if place.is_file() else place.rglob("*")
    return sum(file.stat().st_size for file in files if file.is_file())


def _check_place(place: Path, exporter: Exporter, to: str) -> None:
    if exporter.marker:
        known = (place / exporter.marker).is_file()
        if place.exists() and not known and not _is_empty_folder(place):
            problem = f"{place} is there, and holds no {to}"
            raise ConfigError(problem, fix="Name a new folder: -o FOLDER.")
        return
    suffix = Path(exporter.file).suffix
    if place.suffix != suffix:
        problem = f"a file of format {to} cannot be called {place.name!r}"
        raise ConfigError(problem, fix=f"Name one that ends in {suffix}: -o FILE.")
    if place.is_dir():
        problem = f"{place} is a folder"
        raise ConfigError(problem, fix="Name a file in it: -o FILE.")


def _is_empty_folder(place: Path) -> bool:
    return place.is_dir() and not any(place.iterdir())
