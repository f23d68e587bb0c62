"""One file for each format a run can be exported to."""
