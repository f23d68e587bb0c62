"""One page that shows what a comparison, a search, a run or an audit found."""

from sidelight.report._write import write_audit, write_comparison, write_report

__all__ = ["write_audit", "write_comparison", "write_report"]
