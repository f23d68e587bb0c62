"""From a configuration to the checked table that it names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sidelight.errors import ConfigError
from sidelight.readers import read_table
from sidelight.splits import SplitConfig
from sidelight.table import NULL_VALUES, Table, load_schema
from sidelight.workflow._config import TableConfig


def read(
    config: TableConfig,
    split: SplitConfig,
    source: Any = None,
    *,
    lenient: bool = False,
    needs_target: bool = True,
) -> Table:
    """Read and check the table a configuration names.

    The columns that decide the split are not metadata: a part or a group's name would
    be learned by heart.

    Args:
        config: Where it is.
        split: Which columns the split will need.
        source: A table in memory, in place of the one that is named.
        lenient: For an audit: bad rows are kept and told, and no target is needed.
        needs_target: Whether a table without a target is refused.

    Raises:
        ConfigError: If no source is named, or no target.
        TableError: If the table cannot be used.
        ImageError: If pictures are missing.
    """
    source = config.source if source is None else source
    if source is None:
        problem = "the configuration names no table"
        raise ConfigError(problem, fix="Give it: sidelight train TABLE --config …")
    deciding = [name for name in (split.column, split.group) if name]
    schema = config.schema_file and load_schema(Path(config.schema_file))
    table = read_table(
        source,
        sql=config.sql,
        asset=config.asset,
        join=config.join,
        image=config.image,
        max_pictures=config.max_pictures,
        target=config.target,
        images=config.images,
        headers=config.headers,
        from_name=config.from_name,
        kinds=config.kinds,
        drop=config.drop if schema else (*config.drop, *deciding),
        lat=config.lat,
        lon=config.lon,
        task=config.task,
        classes=config.classes,
        log_target=config.log_target,
        weight=config.weight,
        schema=schema or None,
        on_bad="keep" if lenient else config.on_bad,
        null_values=(*NULL_VALUES, *config.null_values),
        decimal=config.decimal,
        keep=tuple(n for n in (*deciding, split.time) if n),
        learn=True,
    )
    if table.schema.target is None and needs_target and not lenient:
        problem = "no target was given"
        raise ConfigError(problem, fix="Name the column to predict: --target COLUMN")
    return table
