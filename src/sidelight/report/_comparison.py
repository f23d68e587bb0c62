"""The page of a comparison: its sections, the verdict first."""

from __future__ import annotations

from sidelight.experiments.compare import Evidence
from sidelight.report._page import Section, render_page
from sidelight.report._sources import Data
from sidelight.report.sections import (
    arms,
    calibration,
    changed,
    confusion,
    cost,
    curves,
    data,
    done,
    groups,
    leaks,
    repeat,
    verdict,
)


def comparison_page(evidence: Evidence, name: str) -> str:
    """Return the page.

    Args:
        evidence: What the comparison found.
        name: What the page is called.
    """
    rows = Data.of_comparison(evidence)
    head = Section("verdict", "Verdict", verdict.context(evidence, name))
    sections = [
        Section("arms", "What was compared", arms.context(evidence)),
        Section("leaks", "Signs of a leak", leaks.context(evidence)),
        Section("groups", "Who gains and who loses", groups.context(evidence)),
        Section("changed", "Where the metadata changed the answer",
                changed.context(evidence)),
        Section("confusion", "What is taken for what", confusion.of_sides(evidence)),
        Section("calibration", "Is it as sure as it should be?",
                calibration.of_sides(evidence)),
        Section("curves", "Learning curves", curves.of_arms(evidence)),
        Section("data", "The data", data.context(rows)),
        Section("done", "What was done to the data",
                done.context(rows, evidence.facts["warnings"])),
        Section("cost", "What it costs", cost.context(evidence)),
        Section("repeat", "Versions, and how to repeat this",
                repeat.context(evidence.environment, evidence.config)),
    ]  # fmt: skip
    return render_page(f"{name}: does the metadata help?", head, sections)
