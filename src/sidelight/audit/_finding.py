"""What a check says: how bad it is, where, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

Severity = Literal["severe", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("severe", "warning", "note")


@dataclass(frozen=True)
class Example:
    """One row that a finding is about.

    Attributes:
        row: Its number in the source; row 1 is the first row of data.
        file: Its picture's path; None for a table without pictures.
        value: What was found there; None where the row itself is the finding.
    """

    row: int
    file: str | None = None
    value: Any = None


@dataclass(frozen=True)
class Finding:
    """One doubt about the data.

    Attributes:
        check: Name of the check that raised it.
        severity: "severe" makes a score worthless or stops a training, "warning" is
            to be looked at, "note" is worth knowing.
        sentence: What was found, in one sentence.
        column: The column it is about; None if it is about rows or files.
        rows: How many rows it concerns; 0 where it concerns the table as a whole.
        examples: Up to five of them.
        fix: What to do about it.
        told: Whether reading or splitting a table warns of the same by itself.
    """

    check: str
    severity: Severity
    sentence: str
    column: str | None = None
    rows: int = 0
    examples: tuple[Example, ...] = ()
    fix: str = ""
    told: bool = False

    @property
    def said(self) -> str:
        """What was found and what to do, in one line."""
        return f"{self.sentence} {self.fix}".strip()

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON takes it."""
        made = asdict(self)
        del made["told"]
        made["examples"] = list(made["examples"])
        return made


@dataclass(frozen=True)
class Audit:
    """Everything that was found, the worst first.

    Attributes:
        source: The table's name.
        num_rows: Rows that were looked at.
        findings: What was found.
        checks: Names of the checks that were made.
        skipped: Checks that could not be made, each with the reason.
        page: Writes it as an HTML page; `report` calls it.
    """

    source: str
    num_rows: int
    findings: tuple[Finding, ...]
    checks: tuple[str, ...]
    skipped: dict[str, str]
    page: Callable[[Audit, Path], Path] | None = None

    def counts(self) -> dict[str, int]:
        """Return how many findings there are of each severity."""
        return {
            severity: sum(f.severity == severity for f in self.findings)
            for severity in SEVERITIES
        }

    @property
    def is_severe(self) -> bool:
        """Whether a severe finding stands."""
        return any(finding.severity == "severe" for finding in self.findings)

    def report(self, path: str | Path) -> Path:
        """Write the findings as one HTML page that opens offline.

        Args:
            path: The file.

        Raises:
            ValueError: If it was not made by `sidelight.audit_table`.
        """
        if self.page is None:
            message = "only an audit of sidelight.audit_table knows how to write a page"
            raise ValueError(message)
        return self.page(self, Path(path))

    def to_dict(self) -> dict[str, Any]:
        """Return it as `--json` and `audit.json` hold it."""
        return {
            "source": self.source,
            "rows": self.num_rows,
            "counts": self.counts(),
            "findings": [finding.to_dict() for finding in self.findings],
            "checks": list(self.checks),
            "skipped": self.skipped,
        }
