"""Whole groups: all rows of a patient, a site or a camera on one side."""

from __future__ import annotations

import numpy as np

from sidelight.errors import SplitError
from sidelight.registry import SPLITS
from sidelight.splits._base import Split, SplitConfig, deal_units, without_gaps
from sidelight.table import Table


@SPLITS.register("grouped", summary="whole groups, named by --group COLUMN")
def grouped(table: Table, config: SplitConfig) -> Split:
    """Deal whole groups near the wanted fractions of rows.

    Raises:
        SplitError: If no group column is named, cells are missing in it, or there are
            fewer than three groups.
    """
    if config.group is None:
        problem = "a grouped split needs a column that names the groups"
        raise SplitError(problem, fix="Name it: --group COLUMN")
    cells = without_gaps(table, config.group, "a grouped split needs every group")
    names, group = np.unique(cells.cast(str).to_numpy(), return_inverse=True)
    if len(names) < 3:
        problem = f"{len(names)} groups cannot fill train, val and test"
        raise SplitError(
            problem,
            path=table.source,
            column=config.group,
            fix="Choose a column with at least 3 different values.",
        )
    note = f"{len(names)} groups of {config.group!r}"
    return Split(deal_units(table, group, config), "grouped", note)
