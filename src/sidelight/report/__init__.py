"""One page that shows what a comparison, a search or a run found; opens offline."""

from sidelight.report._write import write_comparison, write_report

__all__ = ["write_comparison", "write_report"]
