"""`sidelight tune`: the options that score best on validation rows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sidelight.cli import _options as o
from sidelight.cli._backend import load_backend
from sidelight.cli._going_on import directory_of, say_interrupted, tell
from sidelight.cli._run_options import Typed, takes_run_options
from sidelight.errors import ConfigError
from sidelight.experiments import check_fusion

if TYPE_CHECKING:
    from sidelight.experiments.tune import TuneResult

SHOWN = 10  # trials of the table


@takes_run_options()
def tune(
    typed: Typed,
    fusions: Annotated[
        str | None,
        typer.Option(help="Fusions to choose from, separated by commas."),
    ] = None,
    trials: Annotated[
        int, typer.Option(help="Finished trials wanted, earlier ones included.")
    ] = 50,
    budget: Annotated[
        str | None, typer.Option(help="Time for everything: 90s, 20m or 2h.")
    ] = None,
    metric: Annotated[
        str | None,
        typer.Option(help="accuracy, balanced_accuracy, log_loss, r2 or mae."),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the search of that --name.")
    ] = False,
    name: o.Name = None,
    runs: o.Runs = "runs",
    as_json: o.Json = False,
) -> None:
    """Search for the options that score best on validation rows; writes runs/NAME."""
    chosen = o.names(None if fusions is None else [fusions])
    for fusion in chosen:  # before anything heavy is imported
        check_fusion(fusion)
    if chosen and "fusion" in typed.options.get("network", {}):
        problem = "--fusion holds a fusion and --fusions asks for a choice"
        raise ConfigError(problem, fix="Leave one of them out.")
    seconds = None if budget is None else o.duration(budget)
    load_backend()
    from sidelight.experiments.tune import TuneConfig, tune_and_store
    from sidelight.nn.options import checked_options
    from sidelight.workflow import read

    asked = {"fusions": chosen, "trials": trials, "budget": seconds, "metric": metric}
    options = checked_options(TuneConfig, asked, "a search")
    config = typed.run_config("tune")
    directory = directory_of(
        runs, name, "tune", "search", resume=resume, overwrite=False
    )
    table = read(config.table, config.split)
    try:
        found = tune_and_store(
            table, config, typed.options, options, directory, resume=resume, say=tell
        )
    except KeyboardInterrupt:
        say_interrupted(directory, directory.path, "trials")
        raise SystemExit(130) from None
    if as_json:
        stored = (directory.path / "tune.json").read_text(encoding="utf-8")
        shown = {"run": str(directory.path), **json.loads(stored)}
        typer.echo(json.dumps(shown, indent=2, ensure_ascii=False))
        return
    _show(found)


def _show(found: TuneResult) -> None:
    from sidelight.cli._show import console

    console().print(_table(found))
    counts = ", ".join(f"{count} {state}" for state, count in found.counts.items())
    typer.echo(f"{found.trials.height} trials: {counts}")
    if found.optimism is not None:
        typer.echo(
            f"optimism of validation: {found.optimism:+.4f}, validation minus test; "
            "the best of several figures is partly the luckiest"
        )
    if found.looks > 1:
        typer.echo(f"winners were scored on these test rows {found.looks} times")
    if found.importances:
        shares = (f"{n} {share:.0%}" for n, share in found.importances.items())
        typer.echo(f"what the differences go back to: {', '.join(shares)}")
    typer.echo(f"written to {found.path}; the winner is the run {found.path / 'best'}")
    typer.echo(f"to train it: {found.command}")
    typer.echo(found.line)


def _table(found: TuneResult) -> Any:
    """Return the best trials, with what was drawn for them."""
    from sidelight.cli._show import figure, grid

    made = grid("trial", f"validation {found.metric}", "s", "options")
    made.columns[-1].justify = "left"
    whole = found.trials.filter(found.trials["state"] == "complete")
    best = whole.sort("value", "number", descending=[True, False]).head(SHOWN)
    options = best.columns[best.columns.index("error") + 1 :]
    for row in best.iter_rows(named=True):
        values = [_option(n, row[n]) for n in options if row[n] is not None]
        seconds = f"{row['seconds']:.1f}"
        made.add_row(
            str(row["number"]), figure(row["value"]), seconds, "  ".join(values)
        )
    return made


def _option(name: str, value: Any) -> str:
    # The section says nothing that the option's name does not.
    section, _, field = name.rpartition(".")
    known = field if section in ("train", "network", "augment") else name
    return f"{known} {value:.3g}" if isinstance(value, float) else f"{known} {value}"
