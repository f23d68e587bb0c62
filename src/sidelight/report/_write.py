"""Which page belongs to a directory, and the page written whole."""

from __future__ import annotations

from pathlib import Path

from jinja2 import UndefinedError

from sidelight.audit import Audit
from sidelight.errors import RunError
from sidelight.experiments.compare import Comparison, Evidence
from sidelight.report._audit import audit_page
from sidelight.report._comparison import comparison_page
from sidelight.report._run import run_page
from sidelight.report._search import search_page
from sidelight.report._sources import StoredRun
from sidelight.runs import RunDirectory, read_json, write_text


def write_report(run: str | Path, output: str | Path | None = None) -> Path:
    """Write the page of a run, a comparison or a search.

    Args:
        run: Its directory.
        output: Where the page shall be; None is `report.html` in the directory.

    Returns:
        Where it is.

    Raises:
        RunError: If it is no run, is damaged, or has not come to its end.
    """
    directory = RunDirectory.open(run)
    path = directory.report if output is None else Path(output)
    write_text(path, _page_of(directory))
    return path


def write_comparison(found: Comparison, path: Path) -> Path:
    """Write the page of a comparison in memory."""
    evidence = Evidence.of(found)
    write_text(path, comparison_page(evidence, _name_of(found)))
    return path


def write_audit(found: Audit, path: Path) -> Path:
    """Write the page of an audit."""
    write_text(path, audit_page(found))
    return path


def _name_of(found: Comparison) -> str:
    """Return what a comparison without a directory is called: its table."""
    return Path(found.scores.folds[0].table.source).name or "comparison"


def _page_of(directory: RunDirectory) -> str:
    name = directory.path.resolve().name
    try:
        if directory.asked.exists():
            return comparison_page(Evidence.read(directory), name)
        if directory.tune.exists():
            best = RunDirectory(directory.path / "best")
            winner = StoredRun.read(best) if best.metrics.exists() else None
            return search_page(read_json(directory.tune), winner, directory, name)
        return run_page(StoredRun.read(directory), name)
    except (KeyError, TypeError, UndefinedError) as error:
        problem = f"its files are damaged, or of another version ({error!r})"
        raise RunError(problem, path=directory.path) from error
