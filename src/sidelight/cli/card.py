"""`sidelight card`: what a model is, what it was made of and what it is not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sidelight.cli import _options as o
from sidelight.cli._backend import load_backend
from sidelight.cli._progress import bar

if TYPE_CHECKING:
    from sidelight.card import Facts


def card(
    run: Annotated[str, typer.Argument(help="Run directory, such as runs/NAME.")],
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", help="File to write; card.md in the run."),
    ] = None,
    by: Annotated[
        list[str] | None,
        typer.Option(
            help="Column of subgroups, again for more; the three that matter."
        ),
    ] = None,
    intended_use: Annotated[
        str, typer.Option(help="What the model is for, in your words.")
    ] = "",
    licence: Annotated[str, typer.Option(help="Its licence, such as Apache-2.0.")] = "",
    rows: Annotated[
        int, typer.Option(min=1, help="Test rows that are asked about, at most.")
    ] = 1_000,
    repeats: Annotated[
        int, typer.Option(min=1, help="How often each column is shuffled.")
    ] = 5,
    as_json: o.Json = False,
) -> None:
    """Write a model card: use, data, columns and their worth, scores, limits."""
    load_backend()
    from sidelight.card import write_card

    with bar("shuffling columns") as advance:
        place, facts = write_card(
            run,
            None if output is None else Path(output),
            by=by or (),
            intended_use=intended_use,
            licence=licence,
            most_rows=rows,
            repeats=repeats,
            advance=advance,
        )
    if as_json:
        typer.echo(json.dumps(_as_dict(place, facts), indent=2, ensure_ascii=False))
        return
    typer.echo(f"written to {place}")
    if facts.test is None:
        typer.secho(
            "without intervals and effects: the training table is not as it was",
            fg="yellow",
            err=True,
        )


def _as_dict(place: Path, facts: Facts) -> dict[str, Any]:
    from dataclasses import asdict

    from sidelight.card._limits import limits

    return {
        "card": str(place),
        "metric": facts.test and facts.test.metric,
        "score": facts.test and asdict(facts.test.interval),
        "worth": {effect.part: asdict(effect.fall) for effect in facts.effects},
        "subgroups": {
            column: {group.value: asdict(group.score) for group in groups}
            for column, groups in facts.groups.items()
        },
        "limits": limits(facts),
    }
