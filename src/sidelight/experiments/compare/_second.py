"""A stricter split, run as well where rows of one thing or place may be in both parts.

A gain that is there with rows drawn at random and gone with whole groups or blocks
came from recognising the thing or the place, not from what metadata means.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sidelight.errors import InputError
from sidelight.evaluation import Interval
from sidelight.experiments.compare._arms import IMAGE_ONLY, Arm
from sidelight.experiments.compare._leaks import Sign
from sidelight.experiments.compare._scores import Scores
from sidelight.experiments.compare._unit import run_unit
from sidelight.experiments.compare._units import Units
from sidelight.experiments.compare._words import amount, change
from sidelight.splits import SplitConfig, method_of
from sidelight.table import Table, repeated_identifiers
from sidelight.training import FeatureStore
from sidelight.workflow import RunConfig, prepare_folds

MOST_SEEDS = 2
LOST = 0.5  # of the gain; less than this left is a gain that vanishes


@dataclass(frozen=True)
class SecondSplit:
    """What image only and the best fusion reach with the stricter split.

    Attributes:
        method: "grouped" or "spatial".
        by: The column that names groups, or the size of blocks.
        image_only: Score of image only.
        fusion: Score of the fusion.
        gain: Their difference; one split, so it covers less luck than the first.
    """

    method: str
    by: str
    image_only: Interval
    fusion: Interval
    gain: Interval


def stricter(table: Table, split: SplitConfig) -> SplitConfig | None:
    """Return a split that keeps things or places together, if the first does not."""
    if method_of(table, split) not in ("random", "stratified"):
        return None
    names = list(repeated_identifiers(table))
    if names:
        return split.model_copy(update={"method": "grouped", "group": names[0]})
    if any(column.kind == "location" for column in table.schema.columns):
        return split.model_copy(update={"method": "spatial"})
    return None


def run_second(
    table: Table,
    config: RunConfig,
    metric: str,
    seeds: int,
    *,
    features: FeatureStore | None = None,
    folder: Path | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> SecondSplit | None:
    """Train image only and the configured fusion on the stricter split.

    Returns:
        None where there is no such split, or the rows cannot be divided so.
    """
    split = stricter(table, config.split)
    if split is None:
        return None
    config = config.model_copy(update={"split": split})
    try:
        folds = prepare_folds(table, config, 1, progress=False)
    except InputError:
        return None
    units = Units(None if folder is None else folder / "second")
    fusion = config.network.fusion
    arms = [Arm(IMAGE_ONLY, "image", fusion="none"), Arm(fusion, "fusion", fusion)]
    for seed in range(min(seeds, MOST_SEEDS)):
        for arm in arms:
            if units.get(arm.name, 0, seed) is None:
                units.add(run_unit(arm, folds[0], config, 0, seed, features))
            say(f"{split.method} split  seed {seed + 1}  {arm.name}")
    scores = Scores(units, folds, metric, split)
    if not scores.blocks(IMAGE_ONLY, fusion):
        return None
    by = split.group or f"blocks of {split.block_deg:g}°"
    return SecondSplit(
        method=split.method,
        by=by,
        image_only=scores.of(IMAGE_ONLY),
        fusion=scores.of(fusion),
        gain=scores.difference(fusion, IMAGE_ONLY),
    )


def vanishing(gain: Interval, second: SecondSplit, metric: str) -> Sign | None:
    """Return a sign of a leak where the gain is gone with the stricter split."""
    if gain.low <= 0 or second.gain.high >= LOST * gain.mean:
        return None
    sentence = (
        f"The gain of {amount(gain.mean, metric)} with rows drawn at random becomes "
        f"{change(second.gain, metric)} with a {second.method} split by {second.by}: "
        "what was learned is the thing or the place itself."
    )
    return Sign("gain vanishes", sentence, suspected=True)
