"""The `sidelight` command: its verbs, and how it ends.

Exit codes: 0 good, 1 a severe finding of an audit or an exported
file that answers otherwise, 2 bad input, 130 interrupted.
"""

from __future__ import annotations

import os
import sys
import warnings
from typing import Annotated, Any

import typer

from sidelight import __version__
from sidelight.cli import (
    audit,
    card,
    compare,
    dataset,
    demo,
    evaluate,
    export,
    inspect,
    list_,
    pack,
    predict,
    report,
    serve,
    train,
    tune,
)
from sidelight.errors import DiskFullError, SidelightError, SidelightWarning

app = typer.Typer(
    name="sidelight",
    help="Image models that read the metadata too.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("audit")(audit.audit)
app.command("train")(train.train)
app.command("compare")(compare.compare)
app.command("tune")(tune.tune)
app.command("report")(report.report)
app.command("evaluate")(evaluate.evaluate)
app.command("predict")(predict.predict)
app.command("card")(card.card)
app.command("export")(export.export)
app.command("serve")(serve.serve)
app.command("inspect")(inspect.inspect)
app.command("pack")(pack.pack)
app.command("list")(list_.list_)
app.command("dataset")(dataset.dataset)
app.command("demo")(demo.demo)


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.")
    ] = False,
) -> None:
    if version:
        typer.echo(f"sidelight {__version__}")
        raise typer.Exit


def main() -> None:
    """Run the command line; never shows a traceback for bad input."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    warnings.showwarning = _show_warning
    warnings.simplefilter("always", SidelightWarning)
    try:
        app()
    except SidelightError as error:
        typer.secho(f"error: {error}", fg="red", err=True)
        raise SystemExit(2) from None
    except KeyboardInterrupt:
        typer.secho("interrupted", fg="yellow", err=True)
        raise SystemExit(130) from None
    except OSError as error:
        if error.errno != 28:  # ENOSPC
            raise
        typer.secho(f"error: {DiskFullError(error.filename or '')}", fg="red", err=True)
        raise SystemExit(2) from None


def _show_warning(message: Any, category: Any, *_where: Any, **_more: Any) -> None:
    if issubclass(category, SidelightWarning):
        typer.secho(f"warning: {message}", fg="yellow", err=True)
    elif "-W" in sys.orig_argv:
        typer.secho(f"{category.__name__}: {message}", err=True)
