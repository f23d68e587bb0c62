"""Verbs of many trainings: where they write, and what they say on the way."""

from __future__ import annotations

from pathlib import Path

import typer

from sidelight.errors import ConfigError
from sidelight.runs import RunDirectory


def directory_of(
    runs: str, name: str | None, verb: str, what: str, *, resume: bool, overwrite: bool
) -> RunDirectory:
    """Return a fresh directory, or the one that goes on.

    Args:
        runs: Folder of all runs.
        name: The directory's name; None makes one.
        verb: First part of a name that is made.
        what: What goes on, in messages.
        resume: Whether it is one that is there already.
        overwrite: Whether a run of that name is replaced.

    Raises:
        ConfigError: If nothing says which one goes on, or the name is taken.
        RunError: If there is nothing to go on with.
    """
    root = Path(runs)
    if not resume:
        return RunDirectory.create(root, name, prefix=verb, overwrite=overwrite)
    if name is None:
        problem = f"--resume does not say which {what} goes on"
        raise ConfigError(problem, fix="Name it with --name.")
    return RunDirectory.open(root / name)


def tell(line: str) -> None:
    """Print a line about a finished training on standard error."""
    typer.echo(line, err=True)


def say_interrupted(directory: RunDirectory, kept: Path, what: str) -> None:
    """Say that it was interrupted, and how it goes on.

    Args:
        directory: Where it wrote.
        kept: The folder that is there once something is kept.
        what: What is kept.
    """
    text = "interrupted"
    if kept.is_dir():
        text += f"; finished {what} are kept, go on with the same command and "
        text += f"--resume --name {directory.path.name}"
    typer.secho(text, fg="yellow", err=True)
