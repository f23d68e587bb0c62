"""What is compared, and how often."""

from __future__ import annotations

from pydantic import Field, field_validator

from sidelight.registry import FUSIONS
from sidelight.schema import Record

# One of each family: late, modulating, merging, attending, at the logits.
USUAL = ("concat", "film", "gated", "attend", "prior")
BASELINES = ("none", "metadata")
MANY_ROWS = 20_000  # from here on one split is no lottery any more
USUAL_FOLDS = (5, 3)  # the first that the rows can be divided into


class CompareConfig(Record):
    """Options of a comparison.

    Attributes:
        strategies: Fusions to compare, or the one word "all". Image only, metadata
            only (a network and boosted trees), the controls and a stack of two
            of them are always added: they are the proof.
        seeds: Trainings of each arm on each fold.
        folds: Parts of the rows that are test in turn; 1 is a single split. None is 5
            for fewer than 20,000 rows, 3 if groups or blocks are too few for 5, else 1.
        budget: Seconds for everything; folds, then seeds, then epochs are reduced to
            keep it. None does all of them.
        margin: The smallest difference of the score that would matter, such as 0.01
            for a point of accuracy.
    """

    strategies: tuple[str, ...] = USUAL
    seeds: int = Field(default=3, ge=1)
    folds: int | None = Field(default=None, ge=1)
    budget: float | None = Field(default=None, gt=0)
    margin: float = Field(default=0.01, gt=0)

    @field_validator("strategies")
    @classmethod
    def _known(cls, strategies: tuple[str, ...]) -> tuple[str, ...]:
        if strategies == ("all",):
            strategies = tuple(FUSIONS.names())
        for name in strategies:
            FUSIONS.check(name)
        chosen = tuple(dict.fromkeys(n for n in strategies if n not in BASELINES))
        if not chosen:
            message = "name at least one fusion beside none and metadata"
            raise ValueError(message)
        return chosen
