"""`sidelight evaluate`: how good a run's model is on another table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from sidelight.cli import _options as o
from sidelight.cli._backend import load_backend
from sidelight.redact import redact


def evaluate(
    run: Annotated[str, typer.Argument(help="Run directory, such as runs/NAME.")],
    source: Annotated[str, typer.Argument(help="Table with the target column.")],
    images: o.Images = None,
    sql: o.Sql = None,
    asset: o.Asset = None,
    join: o.Join = None,
    on: o.On = None,
    cardinality: o.Cardinalities = None,
    on_bad: o.OnBad = "error",
    by: Annotated[
        str | None, typer.Option(help="Column: the same scores for each of its values.")
    ] = None,
    without: Annotated[
        list[str] | None,
        typer.Option(
            help="image, metadata or a column: the scores without it as well; again "
            "for more."
        ),
    ] = None,
    picture: Annotated[
        str | None, typer.Option(help="Write the confusion matrix to this PNG.")
    ] = None,
    cache: o.Cache = None,
    as_json: o.Json = False,
) -> None:
    """Score a trained model on a table that has the target column."""
    load_backend()
    from sidelight.readers import Join
    from sidelight.workflow import evaluate_run

    found = evaluate_run(
        run,
        source,
        images=images,
        sql=sql,
        asset=asset,
        join=[Join.model_validate(j) for j in o.joins(join, on, cardinality)],
        on_bad=on_bad,
        by=by,
        without=without or (),
        picture=None if picture is None else Path(picture),
        cache=None if cache is None else Path(cache),
    )
    if as_json:
        typer.echo(json.dumps(found, indent=2))
        return
    from sidelight.cli._show import by_class, console, scores

    out = console()
    name = Path(redact(source)).name
    out.print(scores({name: found}))
    classes = by_class(found, name)
    if classes is not None:
        out.print(classes)
    if found.get("label_noise", {}).get("rows"):
        out.print(_suspicious(found["label_noise"]))
    if without:
        out.print(_subgroups({"nothing": found, **found["without"]}, "without"))
    if by is not None:
        out.print(_subgroups(found["subgroups"], by))
    if picture is not None:
        out.print(f"confusion matrix drawn in {picture}", soft_wrap=True)


def _suspicious(noise: dict[str, Any]) -> Any:
    from sidelight.cli._show import figure, grid

    worst = noise["worst"]
    title = f"{noise['rows']} labels look wrong; the most suspicious {len(worst)}"
    made = grid(*(name.replace("_", " ") for name in worst[0]), title=title)
    for row in worst:
        made.add_row(*(figure(value) for value in row.values()))
    return made


def _subgroups(groups: dict[str, dict[str, Any]], column: str) -> Any:
    from sidelight.cli._show import figure, grid

    shown = (
        *("accuracy", "balanced_accuracy", "rank_mae", "mean_average_precision"),
        *("micro_f1", "log_loss", "mae", "rmse", "r2"),
    )
    names = [n for n in shown if any(n in part for part in groups.values())]
    made = grid(column, "rows", *(name.replace("_", " ") for name in names))
    for value, part in groups.items():
        few = " (few rows)" if part.get("small") else ""
        figures = (figure(part.get(name)) for name in names)
        made.add_row(f"{value}{few}", figure(part.get("rows")), *figures)
    return made
