"""New rows read as the rows of the training were read."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sidelight.errors import ColumnNotFoundError, TableError
from sidelight.predictor import TablePredictor
from sidelight.table import NULL_VALUES, Table
from sidelight.workflow._config import load_config, make_config

if TYPE_CHECKING:
    from sidelight.readers import Join


def read_for(
    predictor: TablePredictor, model: str | Path, source: Any, **reading: Any
) -> Table:
    """Read rows for a model; says which joins its training table had.

    Args:
        predictor: The model.
        model: Where it lies: a run's directory, or an exported file.
        source: As for `read_table`.
        **reading: As for `read_table`; what the training set holds unless given.

    Raises:
        TableError: If columns are missing or cells unusable.
    """
    if predictor.reading:
        return predictor.read(source, **reading)
    config = make_config(load_config(model)).table
    held = {
        "null_values": (*NULL_VALUES, *config.null_values),
        "decimal": config.decimal,
    }
    try:
        return predictor.read(source, **{**held, **reading})
    except ColumnNotFoundError as error:
        if not config.join or reading.get("join"):
            raise
        typed = " ".join(_as_typed(join) for join in config.join)
        fix = f"The training table was joined with others; do the same: {typed}"
        raise TableError(error.problem, path=error.path, fix=fix) from None


def _as_typed(join: Join) -> str:
    words = ["--join", str(join.source), "--on", ",".join(join.key)]
    return shlex.join([*words, "--cardinality", join.cardinality])
