"""A table doubted before it is trained on, all of it or what takes a second."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from sidelight.audit import Audit, run_checks
from sidelight.errors import DataWarning, SplitError
from sidelight.registry import CHECKS
from sidelight.splits import Split, SplitConfig, make_split
from sidelight.splits._base import LEFT_OUT
from sidelight.workflow._read import read

if TYPE_CHECKING:
    from sidelight.table import Table
    from sidelight.workflow._config import RunConfig
    from sidelight.workflow._prepare import Prepared

SLOW = frozenset(
    {"pixels", "slow"}
)  # what checks need that a training does not wait for


def audit_source(
    config: RunConfig,
    source: Any = None,
    *,
    pixels: bool = True,
    progress: bool = True,
) -> Audit:
    """Read a table with all its flaws, split it, and make every check.

    Args:
        config: Where the table is, and how it would be split.
        source: A table in memory, in place of the one that is named.
        pixels: Whether every picture is read and decoded.
        progress: Whether a bar is shown while pictures are decoded.

    Raises:
        InputError: If there is no such table or column: nothing can be audited then.
    """
    table = read(config.table, config.split, source, lenient=True)
    split, trouble = _split(table, config.split)
    return run_checks(
        table,
        split,
        group=config.split.group,
        pixels=pixels,
        unsplit=trouble,
        progress=progress,
    )


def audit_prepared(prepared: Prepared, config: RunConfig) -> Audit:
    """Make the checks that take a second, and warn of what they find.

    What reading and splitting have warned of already is found too, but not said again.
    """
    quick = [
        entry.name for entry in CHECKS.entries() if not SLOW & set(entry.capabilities)
    ]
    found = run_checks(
        prepared.table, prepared.split, group=config.split.group, checks=quick
    )
    for finding in found.findings:
        if finding.severity != "note" and not finding.told:
            warnings.warn(finding.said, DataWarning, stacklevel=2)
    return found


def _split(table: Table, config: SplitConfig) -> tuple[Split | None, str]:
    """Return the split that a training would make of the rows with an answer."""
    rows = np.arange(len(table))
    if table.schema.target is not None:
        rows = np.flatnonzero(table.target().is_not_null().to_numpy())
    try:
        made = make_split(table.at(rows), config)
    except SplitError as error:
        return None, str(error)
    assignment = np.full(len(table), LEFT_OUT, np.int8)
    assignment[rows] = made.assignment
    return Split(assignment, made.method, made.note), ""
