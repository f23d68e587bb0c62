"""The page of a search: its trials, then the winner as a run of its own."""

from __future__ import annotations

from typing import Any

from sidelight.report._page import Section, render_page
from sidelight.report._run import run_sections
from sidelight.report._sources import StoredRun
from sidelight.report.sections import repeat, search
from sidelight.runs import RunDirectory, read_json


def search_page(
    tune: dict[str, Any], winner: StoredRun | None, directory: RunDirectory, name: str
) -> str:
    """Return the page.

    Args:
        tune: As in `tune.json`.
        winner: The winner's run; None before it was trained.
        directory: Of the search.
        name: What the page is called.
    """
    head = Section("search", "Search", search.head(tune, name))
    sections = [Section("trials", "The trials", search.trials(tune))]
    if winner is not None:
        sections += [s for s in run_sections(winner) if s.name != "repeat"]
    environment = read_json(directory.environment)
    config = None if winner is None else winner.config
    sections.append(
        Section("repeat", "Versions, and how to repeat this",
                repeat.context(environment, config))
    )  # fmt: skip
    return render_page(name, head, sections)
