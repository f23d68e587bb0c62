"""`sidelight dataset`: writes a known data set as pictures and a table."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Annotated, Any

import typer

from sidelight.cli import _options as o
from sidelight.errors import ConfigError, UnknownNameError
from sidelight.registry import DATASETS, SYNTHETIC

TAKES = {
    "blue_marble": ("flavour", "chips", "size", "seed"),
    "synthetic": ("rows", "size", "seed"),
}
TRAIN = {
    "blue_marble": "--target climate --split spatial --buffer 3.2",
    "synthetic": "--target label --split-column part --drop oracle",
}


def _known() -> list[str]:
    alone = [name for name in DATASETS.names() if name != "synthetic"]
    return [*alone, *SYNTHETIC.names()]


def dataset(
    kind: Annotated[str, typer.Argument(help=f"One of: {', '.join(_known())}")],
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", help="Folder; one in the user's cache if not."),
    ] = None,
    rows: Annotated[
        str | None,
        typer.Option(help="TRAIN,VAL,TEST rows of synthetic data; 4000,1000,5000."),
    ] = None,
    chips: Annotated[
        int | None, typer.Option(help="Pictures of blue_marble; 6000.")
    ] = None,
    flavour: Annotated[
        str | None,
        typer.Option(help="Of blue_marble: plain (the default) or acquired."),
    ] = None,
    size: Annotated[
        int | None, typer.Option(help="Pixels a side; 32, of blue_marble 48.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of what is drawn; 7.")] = None,
    as_json: o.Json = False,
) -> None:
    """Write a data set: a real one, or one whose best possible accuracy is known."""
    if kind not in _known():
        what = "data set"
        raise UnknownNameError(what, kind, _known())
    typed = {
        "rows": rows if rows is None else _counts(rows),
        "chips": chips,
        "flavour": flavour,
        "size": size,
        "seed": seed,
    }
    options = {name: value for name, value in typed.items() if value is not None}
    family = "synthetic" if kind in SYNTHETIC.names() else kind
    _refuse_others(kind, family, options)
    make = DATASETS.get(family).obj
    words = (kind, output) if family == "synthetic" else (output,)
    _show(make(*words, **options), family, as_json)


def _counts(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError as error:
        problem = f"--rows {text!r} is not TRAIN,VAL,TEST"
        raise ConfigError(problem, fix="For example --rows 4000,1000,5000.") from error


def _refuse_others(kind: str, family: str, options: dict[str, Any]) -> None:
    others = [f"--{name}" for name in options if name not in TAKES[family]]
    if others:
        problem = f"{kind} has no {' and no '.join(others)}"
        taken = ", ".join(f"--{name}" for name in TAKES[family])
        raise ConfigError(problem, fix=f"It takes {taken}.")


def _show(folder: Path, family: str, as_json: bool) -> None:
    card = json.loads((folder / "dataset.json").read_text("utf-8"))
    words = ["sidelight", "train", str(folder / "table.csv"), "--image", "file"]
    words += TRAIN[family].split()
    if not card.get("may_be_mirrored", True):
        words += ["--set", "augment.horizontal_flip=false"]
    command = shlex.join(words)
    if as_json:
        found = {"folder": str(folder), "train": command, **card}
        typer.echo(json.dumps(found, indent=2, ensure_ascii=False))
        return
    typer.echo(f"written to {folder}")
    if "best_possible_accuracy" in card:
        best, oracle = (
            card[name]["test"] for name in ("best_possible_accuracy", "oracle_accuracy")
        )
        typer.echo(
            f"the best possible accuracy is {best:.4f}; on these test rows the oracle "
            f"column reaches {oracle:.4f}"
        )
    typer.echo(f"train on it with\n  {command}")
