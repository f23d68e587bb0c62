"""A table's pictures made ready before any training, or written for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sidelight.errors import ConfigError
from sidelight.workflow._prepare import pack_pictures
from sidelight.workflow._read import read
from sidelight.writers import Written, write_table

if TYPE_CHECKING:
    from sidelight.workflow._config import RunConfig


def pack_source(config: RunConfig, *, progress: bool = True) -> dict[str, Any]:
    """Decode the pictures of a table into the cache, where trainings look for them.

    Args:
        config: Where the table is, and the size and bands of the pictures.
        progress: Whether a bar is shown.

    Returns:
        "rows", "decoded" (how many files were decoded now), "height", "width" and
        "bands" of the packed pictures.

    Raises:
        ConfigError: If no column names pictures.
        TableError: If the table cannot be used.
        ImageError: If pictures are missing or cannot be decoded.
    """
    table = read(config.table, config.split, needs_target=False)
    if table.schema.image is None:
        problem = "there are no pictures to pack"
        raise ConfigError(problem, fix="Name their column: --image COLUMN")
    packed, rule = pack_pictures(table, config, progress)
    return {
        "rows": len(packed.table),
        "decoded": packed.num_decoded,
        "height": rule.height,
        "width": rule.width,
        "bands": rule.bands,
    }


def write_source(
    config: RunConfig, folder: Path, *, to: str, num_shards: int | None = None
) -> Written:
    """Write the table that a configuration names, with its pictures, into a folder.

    Args:
        config: Where the table is.
        folder: A new folder.
        to: Registry name of the format.
        num_shards: Number of files; None chooses by size.

    Raises:
        InputError: As of reading and of `write_table`.
    """
    table = read(config.table, config.split, needs_target=False)
    return write_table(table, folder, to=to, num_shards=num_shards)
