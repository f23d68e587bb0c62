"""What `reader.py` has to know of a run, as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sidelight.export.columns.categorical import RawCategorical
from sidelight.preprocessing import LARGEST_LOG
from sidelight.preprocessing.columns.categorical import UNKNOWN

if TYPE_CHECKING:
    from sidelight.export._subject import Subject

# Of what was learned from a column, by kind: all that its arithmetic needs.
NEEDED: dict[str, tuple[str, ...]] = {
    "numeric": ("center", "spread", "log_unit", "fill"),
    "boolean": (),
    "categorical": (),
    "multi_hot": ("words", "rare"),
    "datetime": ("has_hours",),
    "location": (),
}


def statistics(subject: Subject) -> dict[str, Any]:
    """Return columns, image and answers as `reader.py` takes them."""
    predictor, signature = subject.predictor, subject.signature
    target = predictor.preprocessor.known_target
    taken = predictor.network.input
    return {
        "columns": [
            column_statistics(fitted, subject.names, subject.nulls)
            for fitted in subject.columns
        ],
        "blocks": [name for name in ("numeric", "categorical") if name in taken],
        "present": "present" in taken,
        "missing_words": list(subject.nulls),
        "image": signature.image and signature.image.model_dump(mode="json"),
        "task": predictor.task,
        "classes": list(predictor.classes),
        "targets": list(target.names),
        "centers": list(target.centers),
        "spreads": list(target.spreads),
        "log": target.log,
        "largest_log": LARGEST_LOG,
        "sidelight": subject.about,
    }


def column_statistics(
    fitted: Any, names: dict[str, str], nulls: tuple[str, ...]
) -> dict[str, Any]:
    """Return one column's.

    Args:
        fitted: What was learned from it.
        names: Inputs' names by the table's columns.
        nulls: Words that mean an empty cell.
    """
    column = fitted.column
    found = {
        "inputs": [names[source] for source in column.sources],
        "kind": column.kind,
        "block": fitted.block,
        "indicator": fitted.has_indicator,
        **{name: getattr(fitted, name) for name in NEEDED[column.kind]},
    }
    if column.kind == "numeric":
        found["scale"] = column.scale
    if column.kind == "categorical":
        codes = RawCategorical(fitted, nulls).codes()
        found |= {"codes": codes, "unknown": UNKNOWN}
    return found
