"""Labels that look wrong to a model that has not learned from their rows."""

from __future__ import annotations

from typing import Any

from sidelight.report import _text as t
from sidelight.report._pictures import small_picture
from sidelight.report._sources import StoredRun

SHOWN, SIDE = 24, 112  # rows, pixels


def context(run: StoredRun) -> dict[str, Any]:
    """Return the most suspicious held-out rows of a run."""
    found = run.label_noise
    if found is None:
        return {"total": 0, "rows": []}
    pictures = {} if run.data is None else dict(
        zip(run.data.row.to_list(), run.data.picture.to_list(), strict=True)
    )  # fmt: skip
    return {
        "total": found.height,
        "rows": [
            {
                "row": row["row"],
                "part": t.PARTS[row["part"]],
                "picture": small_picture(pictures.get(row["row"]), SIDE),
                "given": t.cell(row["given"]),
                "likely": t.cell(row["likely"]),
                "of_given": f"{100 * row['probability_given']:.0f} %",
                "of_likely": f"{100 * row['probability_likely']:.0f} %",
            }
            for row in found.head(SHOWN).iter_rows(named=True)
        ],
    }
