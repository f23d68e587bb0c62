"""Size, format and compression of the files that tell the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from sidelight.audit._context import Context, codes_of
from sidelight.audit._finding import Finding
from sidelight.audit._foretell import foretold
from sidelight.registry import CHECKS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sidelight.audit._files import Files

FEWEST = 100
TOLD, LOW = 0.2, 0.1  # for what has nothing to do with what is shown
CONTENT = 0.7  # for the bytes a pixel takes, which depend on what is shown
CERTAIN = 0.9


@CHECKS.register(
    "file_facts",
    summary="size, format, bands, JPEG quality or bytes a pixel that tell the target",
    capabilities={"pixels"},
)
def find(context: Context) -> list[Finding]:
    """Say which fact of the files a network could learn in place of the picture."""
    files, answer = context.files, context.answer
    if files is None or answer is None:
        return []
    seen = np.flatnonzero(files.usable & answer.known[files.rows])
    if len(seen) < FEWEST:
        return []
    known = answer.at(files.rows[seen])
    found = []
    for what, cells in _facts(files, seen).items():
        if cells.n_unique() < 2:
            continue
        skill = foretold(codes_of(cells), known)
        least = CONTENT if what == "bytes a pixel" else TOLD
        if skill.value < least or skill.low < LOW:
            continue
        found.append(
            context.finding(
                "file_facts",
                "severe" if skill.value >= CERTAIN else "warning",
                f"The pictures' {what} tells the target "
                f"{context.table.schema.target!r} and leaves open "
                f"{1 - skill.value:.0%} of what guessing leaves open: a network can "
                "learn it from traces of scaling and compression.",
                column=context.table.schema.image,
                where=files.rows[seen],
                values=cells[:5].to_list(),
                files=files.paths(seen[:5]),
                fix="Bring all pictures to one size, format and quality from sources "
                "that have every class.",
            )
        )
    return found


def _facts(files: Files, seen: NDArray[np.int64]) -> dict[str, pl.Series]:
    looked = [files.looked[place] for place in seen]
    sizes = [one.size for one in looked]
    per_pixel = [one.num_bytes / max(one.size[0] * one.size[1], 1) for one in looked]
    return {
        "size": pl.Series([f"{height} × {width}" for height, width in sizes]),
        "format": pl.Series([one.format for one in looked]),
        "kind of bands": pl.Series([one.mode for one in looked]),
        "JPEG quality": pl.Series([one.quality for one in looked]),
        "bytes a pixel": pl.Series(per_pixel),
    }
