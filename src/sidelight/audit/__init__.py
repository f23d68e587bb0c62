"""Table, split and pictures in, doubts out; nothing is changed."""

from sidelight.audit._finding import SEVERITIES, Audit, Example, Finding, Severity
from sidelight.audit._run import run_checks

__all__ = [
    "SEVERITIES",
    "Audit",
    "Example",
    "Finding",
    "Severity",
    "run_checks",
]
