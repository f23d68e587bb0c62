"""What was done to the data before any training."""

from __future__ import annotations

from typing import Any

from sidelight.report._sources import Data, StoredRun

MOST_COLUMNS = 60
LONGEST = 300  # characters of what was done; a target may have a thousand classes


def context(data: Data, warnings: list[str]) -> dict[str, Any]:
    """Return rows that were dropped, and what was done to each column."""
    return _context(data.columns, data.dropped, data.schema.ignored, warnings)


def of_run(run: StoredRun) -> dict[str, Any]:
    """Return the same of a run."""
    rows = run.metrics["rows"]
    made = _context(
        run.columns, rows["dropped"], run.schema.ignored, run.metrics["warnings"]
    )
    return {**made, "why_no_data": run.why_no_data}


def _context(
    columns: list[dict[str, Any]],
    dropped: dict[str, int],
    ignored: dict[str, str],
    warnings: list[str],
) -> dict[str, Any]:
    return {
        "dropped": dropped,
        "ignored": ignored,
        "columns": [
            {
                "name": c["column"],
                "kind": c["kind"],
                "missing": c["missing"],
                "done": _short(c["what is done"]),
            }
            for c in columns[:MOST_COLUMNS]
        ],
        "hidden": max(0, len(columns) - MOST_COLUMNS),
        "warnings": warnings,
        "why_no_data": "",
    }


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
