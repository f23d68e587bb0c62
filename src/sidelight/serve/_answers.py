"""Figures of a row as JSON says them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import BaseModel, Field

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sidelight.predictor import Flag, Signature

FROM = 0.5  # probability from which a label is said to be there


class FlagModel(BaseModel):
    """Something in the row that is unlike all training rows."""

    column: str
    value: str
    what: str


class Answer(BaseModel):
    """What the model answers: classes have a label, labels several, numbers none."""

    label: str | None = None
    labels: list[str] | None = None
    probability: dict[str, float] | None = None
    prediction: float | dict[str, float] | None = None
    flags: list[FlagModel] = Field(default_factory=list)


def answer_of(
    signature: Signature, figures: NDArray[Any], flags: Sequence[Flag]
) -> dict[str, Any]:
    """Return the answer to one row.

    Args:
        signature: The model's.
        figures: `(classes,)` probabilities, or the predicted number or numbers.
        flags: What is unusual about the row's metadata.
    """
    found: dict[str, Any] = {}
    if signature.classes:
        pairs = zip(signature.classes, figures.tolist(), strict=True)
        found["probability"] = dict(pairs)
        if signature.task == "multilabel":
            there = zip(signature.classes, figures >= FROM, strict=True)
            found["labels"] = [name for name, yes in there if yes]
        else:
            found["label"] = signature.classes[int(np.argmax(figures))]
    elif len(signature.targets) > 1:
        found["prediction"] = dict(
            zip(signature.targets, figures.tolist(), strict=True)
        )
    else:
        found["prediction"] = float(figures)
    found["flags"] = [flag.model_dump() for flag in flags]
    return found
