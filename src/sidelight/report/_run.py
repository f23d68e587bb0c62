"""The page of an ordinary run."""

from __future__ import annotations

from sidelight.report._page import Section, render_page
from sidelight.report._sources import StoredRun
from sidelight.report.sections import (
    calibration,
    confusion,
    curves,
    data,
    done,
    label_noise,
    repeat,
    scores,
)


def run_page(run: StoredRun, name: str) -> str:
    """Return the page.

    Args:
        run: What was stored.
        name: What the page is called.
    """
    head = Section("run", "Run", scores.head(run, name))
    return render_page(name, head, run_sections(run))


def run_sections(run: StoredRun) -> list[Section]:
    """Return the sections about one trained model."""
    about_rows = [Section("done", "What was done to the data", done.of_run(run))]
    if run.data is not None:
        about_rows.insert(0, Section("data", "The data", data.context(run.data)))
    noise = []
    if run.label_noise is not None:
        noise = [Section("label_noise", "Labels that look wrong",
                         label_noise.context(run))]  # fmt: skip
    return [
        Section("scores", "Scores", scores.context(run)),
        Section("confusion", "What is taken for what", confusion.of_run(run)),
        Section("calibration", "Is it as sure as it should be?",
                calibration.of_run(run)),
        *noise,
        Section("curves", "Learning curves", curves.of_run(run)),
        *about_rows,
        Section("repeat", "Versions, and how to repeat this",
                repeat.context(run.environment, run.config)),
    ]  # fmt: skip
