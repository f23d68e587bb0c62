"""`sidelight audit`: what is doubtful about a table, its pictures and their split."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sidelight.cli import _options as o
from sidelight.cli._backend import load_backend
from sidelight.cli._run_options import (
    NETWORK,
    PACKING,
    TRAINING,
    Typed,
    takes_run_options,
)

if TYPE_CHECKING:
    from rich.text import Text

    from sidelight.audit import Audit

SEEDED = "seed"  # of the options about training, the split has use of one
WITHOUT = [
    option.name for option in (*NETWORK, *TRAINING, *PACKING) if option.name != SEEDED
]
COLOURS = {"severe": "red", "warning": "yellow", "note": "cyan"}


@takes_run_options(without=[*WITHOUT, "on_bad"])
def audit(
    typed: Typed,
    pixels: Annotated[
        bool, typer.Option(help="Read and decode every picture, or look at none.")
    ] = True,
    page: Annotated[
        str | None, typer.Option(help="Write the findings to this HTML page.")
    ] = None,
    as_json: o.Json = False,
) -> None:
    """Doubt a table, its pictures and their split before training; changes nothing."""
    load_backend()
    from sidelight.workflow import audit_source

    found = audit_source(typed.run_config("audit"), pixels=pixels)
    if page is not None:
        from sidelight.report import write_audit

        write_audit(found, Path(page))
    if as_json:
        typer.echo(json.dumps(found.to_dict(), indent=2, ensure_ascii=False))
    else:
        _show(found)
        if page is not None:
            typer.echo(f"written to {page}")
    if found.is_severe:
        raise typer.Exit(1)


def _show(found: Audit) -> None:
    from sidelight.cli._show import console, grid

    out = console()
    made = grid("", "check", "rows", "finding")
    made.columns[1].justify = made.columns[3].justify = "left"
    for finding in found.findings:
        text = finding.sentence
        if finding.examples:
            named = [
                f"{example.row}"
                + ("" if example.value is None else f" ({_short(str(example.value))})")
                for example in finding.examples
            ]
            more = ", …" if finding.rows > len(named) else ""
            one = "Row" if len(named) == 1 else "Rows"
            text += f"\n{one} {', '.join(named)}{more}"
        if finding.fix:
            text += f"\n→ {finding.fix}"
        colour = COLOURS[finding.severity]
        severity = f"[{colour}]{finding.severity}[/{colour}]"
        number = f"{finding.rows:,}" if finding.rows else ""
        made.add_row(severity, finding.check, number, _plain(text), end_section=True)
    if found.findings:
        out.print(made)
    counts = ", ".join(f"{number} {name}" for name, number in found.counts().items())
    out.print(f"{found.num_rows:,} rows, {len(found.checks)} checks: {counts}")
    for name, reason in found.skipped.items():
        out.print(f"not made: {name}, since {reason}", style="dim")


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"


def _plain(text: str) -> Text:
    from rich.text import Text

    return Text(text)  # square brackets in cells are no mark-up
