"""The page of an audit: the worst first, with the rows and pictures concerned."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sidelight.audit import Audit, Finding, Severity
from sidelight.registry import CHECKS
from sidelight.report._page import Section, render_page
from sidelight.report._pictures import small_picture

SIDE = 96  # pixels of a picture's side
HEADINGS: dict[Severity, str] = {
    "severe": "Severe",
    "warning": "To be looked at",
    "note": "Worth knowing",
}
STYLES = {"severe": "suspected", "warning": "check", "note": "note-worthy"}


def audit_page(found: Audit) -> str:
    """Return the page."""
    name = Path(found.source).name or "audit"
    sections = [
        Section("findings", heading, {"findings": of_kind}, anchor=severity)
        for severity, heading in HEADINGS.items()
        if (of_kind := [_shown(f) for f in found.findings if f.severity == severity])
    ]
    checks = [CHECKS.get(check) for check in found.checks]
    made = [{"name": check.name, "summary": check.summary} for check in checks]
    context = {"made": made, "skipped": found.skipped}
    sections.append(Section("checked", "What was checked", context))
    head = Section("audit", "Audit", _head(found, name))
    return render_page(f"{name}: audit", head, sections)


def _head(found: Audit, name: str) -> dict[str, Any]:
    counts = found.counts()
    if found.is_severe:
        word, mark, headline = "suspected-leak", "!", "Do not train on this yet"
    elif counts["warning"]:
        word, mark, headline = "undecided", "?", "Look at the warnings first"
    else:
        word, mark, headline = "helps", "✓", "Nothing speaks against training"
    return {
        "name": name,
        "word": word,
        "mark": mark,
        "headline": headline,
        "counts": counts,
        "rows": found.num_rows,
        "checks": len(found.checks),
    }


def _shown(finding: Finding) -> dict[str, Any]:
    return {
        "check": finding.check,
        "style": STYLES[finding.severity],
        "sentence": finding.sentence,
        "rows": finding.rows,
        "fix": finding.fix,
        "examples": [
            {
                "row": example.row,
                "value": example.value,
                "picture": example.file and small_picture(example.file, SIDE),
            }
            for example in finding.examples
        ],
    }
