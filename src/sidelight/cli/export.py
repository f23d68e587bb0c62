"""`sidelight export`: a run in a form that needs no Sidelight."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sidelight.cli import _options as o
from sidelight.cli._backend import load_backend
from sidelight.errors import ExportError
from sidelight.registry import EXPORTERS

if TYPE_CHECKING:
    from sidelight.export import Exported


def export(
    run: Annotated[str, typer.Argument(help="Run directory, such as runs/NAME.")],
    to: Annotated[
        str, typer.Option(help="Format to write: sidelight list exporters.")
    ] = "onnx",
    output: Annotated[
        str | None,
        typer.Option(
            "--output", "-o", help="File or folder to write; in the run by default."
        ),
    ] = None,
    as_json: o.Json = False,
) -> None:
    """Write a run to take raw rows and pictures; it is read back and checked."""
    EXPORTERS.check(to)
    load_backend()
    from sidelight.export import export_run

    try:
        exported = export_run(run, to, output)
    except ExportError as error:
        typer.secho(f"error: {error}", fg="red", err=True)
        raise typer.Exit(1) from None
    if as_json:
        typer.echo(json.dumps(_as_dict(exported), indent=2, ensure_ascii=False))
    else:
        typer.echo("\n".join(_lines(exported)))


def _as_dict(exported: Exported) -> dict[str, Any]:
    image = exported.signature.image
    return {
        "output": str(exported.path),
        "format": exported.format,
        "bytes": exported.num_bytes,
        "fingerprint": exported.signature.fingerprint,
        "image": None if image is None else image.takes,
        "columns": exported.signature.model_dump(mode="json")["columns"],
        "renamed": exported.renamed,
        "card": exported.has_card,
        "check": exported.figures.to_dict(),
    }


def _lines(exported: Exported) -> list[str]:
    lines = [f"written to {exported.path}, {exported.num_bytes / 2**20:.1f} MiB"]
    if exported.signature.image is not None:
        lines.append(f"  image: {exported.signature.image.takes}")
    if exported.takes_files:
        lines.append("  or JPEG and PNG files, with the signature encoded")
    lines += [
        f"  {name}: {column.takes}"
        for column in exported.signature.columns
        for name in column.inputs
    ]
    lines += [
        f"column {column!r} is the input {name!r}, for its name is taken"
        for column, name in exported.renamed.items()
    ]
    lines += _checked(exported)
    if exported.is_smaller:
        lines += _scored(exported)
    if not exported.has_card:
        lines.append("no model card is inside: sidelight card RUN writes one")
    return lines


def _checked(exported: Exported) -> list[str]:
    """Return how far the file's answers are from the run's."""
    figures = exported.figures
    # Of fewer bits the scores on test rows decide.
    limit = "" if exported.is_smaller else f" (limit {figures.most_at_size:.1e})"
    lines = [
        f"read back in a fresh process: {figures.rows} rows, with gaps, unknown words "
        "and extremes",
        f"  answers differ by {figures.answers:.1e} at most{limit}",
    ]
    if figures.columns is not None:
        lines.append(f"  encoded columns by {figures.columns:.1e}")
    if figures.resized_answers is not None:
        text = (
            f"  pictures of other sizes: pixels by {figures.resized_pixels:g} of 255, "
            f"answers by {figures.resized_answers:.1e}"
        )
        if figures.equal_labels is not None:
            text += f", {figures.equal_labels:.1%} equal labels"
        lines.append(text)
    return lines


def _scored(exported: Exported) -> list[str]:
    """Return what fewer bits cost on the run's test rows."""
    scores = exported.figures.scores
    if scores is None:
        return ["  score on test rows: not measured, for the table is not as it was"]
    name = "R²" if scores.metric == "r2" else scores.metric.replace("_", " ")
    return [
        f"  {name} on {scores.rows} test rows: {scores.file:.4f}, of the run "
        f"{scores.run:.4f} ({scores.file - scores.run:+.4f})"
    ]
