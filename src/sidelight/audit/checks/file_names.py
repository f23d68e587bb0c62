"""Names of pictures that hold the answer."""

from __future__ import annotations

import numpy as np
import polars as pl

from sidelight.audit._context import Context, codes_of
from sidelight.audit._finding import Finding
from sidelight.audit._foretell import foretold
from sidelight.registry import CHECKS
from sidelight.table import names_as_text

FEWEST, TOLD, LOW = 60, 0.9, 0.7


@CHECKS.register(
    "file_names",
    summary="file names, folders or numbers in them that tell the target",
    capabilities={"table"},
)
def find(context: Context) -> list[Finding]:
    """Say which part of a file's name tells the answer."""
    answer, image = context.answer, context.table.schema.image
    if answer is None or image is None or answer.known.sum() < FEWEST:
        return []
    names = names_as_text(context.table.frame[image]).fill_null("")
    parts = {
        "folder": names.str.extract(r"^(.*)/[^/]*$", 1),
        "words": names.str.extract(r"([^/]*)$", 1).str.replace_all(r"\d+", "#"),
        "number": names.str.extract(r"(\d+)[^\d/]*$", 1).cast(pl.Float64, strict=False),
    }
    found = []
    for what, cells in parts.items():
        codes = codes_of(cells)
        skill = foretold(codes, answer)
        if skill.value < TOLD or skill.low < LOW:
            continue
        found.append(
            context.finding(
                "file_names",
                "note",
                f"The {what} in a picture's file name "
                f"{'tell' if what == 'words' else 'tells'} the target "
                f"{context.table.schema.target!r}.",
                column=image,
                where=np.flatnonzero(answer.known),
                fix="The network does not see file names. Make no column of them that "
                "holds this, and see that pictures of each class come from one source.",
            )
        )
    return found
