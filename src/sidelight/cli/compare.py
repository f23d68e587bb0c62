"""`sidelight compare`: does the metadata help, how much, and with which fusion."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sidelight.cli import _options as o
from sidelight.cli._backend import load_backend
from sidelight.cli._going_on import directory_of, say_interrupted, tell
from sidelight.cli._run_options import Typed, takes_run_options
from sidelight.registry import FUSIONS
from sidelight.runs import RunDirectory

if TYPE_CHECKING:
    from sidelight.experiments.compare import Comparison


@takes_run_options(without=("fusion",))
def compare(
    typed: Typed,
    strategies: Annotated[
        str | None,
        typer.Option(help="Fusions, separated by commas, or all; one of each family."),
    ] = None,
    seeds: Annotated[int, typer.Option(help="Trainings of each arm on each fold.")] = 3,
    folds: Annotated[
        int | None,
        typer.Option(help="Test parts in turn; 5 below 20,000 rows, else 1."),
    ] = None,
    budget: Annotated[
        str | None,
        typer.Option(
            help="Time for everything, such as 20m; folds, then seeds, then "
            "epochs are reduced."
        ),
    ] = None,
    margin: Annotated[
        float, typer.Option(help="Smallest difference of the score that matters.")
    ] = 0.01,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the comparison of that --name.")
    ] = False,
    name: o.Name = None,
    runs: o.Runs = "runs",
    overwrite: o.Overwrite = False,
    as_json: o.Json = False,
) -> None:
    """Does the metadata help? Trains every strategy beside baselines and controls."""
    chosen = {} if strategies is None else {"strategies": _strategies(strategies)}
    seconds = None if budget is None else o.duration(budget)
    load_backend()
    from sidelight.experiments.compare import CompareConfig, compare_and_store
    from sidelight.nn.options import checked_options
    from sidelight.report import write_report
    from sidelight.workflow import read

    given = {"seeds": seeds, "folds": folds, "budget": seconds, "margin": margin}
    options = checked_options(CompareConfig, {**chosen, **given}, "a comparison")
    config = typed.run_config("compare")
    directory = directory_of(
        runs, name, "compare", "comparison", resume=resume, overwrite=overwrite
    )
    table = read(config.table, config.split)
    try:
        found = compare_and_store(
            table, config, options, directory, resume=resume, say=tell
        )
    except KeyboardInterrupt:
        say_interrupted(directory, directory.path / "units", "trainings")
        raise SystemExit(130) from None
    write_report(directory.path)
    if as_json:
        typer.echo(
            json.dumps({"run": str(directory.path), **found.to_json()}, indent=2)
        )
        return
    _show(found, directory)


def _strategies(text: str) -> tuple[str, ...]:
    """Return the names; a mistyped one is answered before anything is loaded."""
    names = o.names([text])
    for name in names:
        if name != "all":
            FUSIONS.check(name)
    return names


def _show(found: Comparison, directory: RunDirectory) -> None:
    from sidelight.cli._show import console, grid

    out = console()
    out.print(_table(found, grid))
    plan = found.plan
    done = f"{plan.folds} folds" if plan.folds > 1 else "one split"
    out.print(
        f"{done} ({found.scores.folds[0].split.method}), {_count(plan.seeds, 'seed')}, "
        f"{_count(plan.epochs, 'epoch')}; intervals hold 95 % and cover luck of "
        f"{found.results[0].score.covers if found.results[0].score else 'nothing'}"
    )
    for note in (*plan.notes, *_notes(found)):
        out.print(note, soft_wrap=True)
    out.print()
    for sentence in found.verdict.sentences:
        out.print(sentence, soft_wrap=True)
    out.print(f"\nto see it all: {directory.report}", soft_wrap=True)
    if found.verdict.word == "helps":
        config = shlex.quote(str(directory.config))
        out.print(f"to train it: sidelight train --config {config}", soft_wrap=True)
    out.print(found.verdict.line, soft_wrap=True)


def _table(found: Comparison, grid: Any) -> Any:
    made = grid("arm", found.metric, "95 %", "gain", "95 %", "p", "s", "parameters")
    for r in found.results:
        score, gain = r.score, r.gain
        made.add_row(
            f"{r.name} *" if r.notes else r.name,
            *(_mean_and_range(score, sign="")),
            *(_mean_and_range(gain, sign="+")),
            "" if r.p_adjusted is None else f"{r.p_adjusted:.3f}",
            f"{r.seconds:.1f}" if r.seconds else "–",
            f"{r.parameters:,}" if r.parameters else "–",
        )
    return made


def _mean_and_range(interval: Any, sign: str) -> tuple[str, str]:
    if interval is None:
        return "–", ""
    low, high = interval.low, interval.high
    return f"{interval.mean:{sign}.3f}", f"{low:{sign}.3f} to {high:{sign}.3f}"


def _notes(found: Comparison) -> list[str]:
    return [f"* {r.name}: {'; '.join(r.notes)}" for r in found.results if r.notes]


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
