"""One arm on one fold with one seed: trained once, asked once, kept."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sidelight.errors import InputError
from sidelight.experiments._session import begin_anew
from sidelight.experiments.compare._arms import Arm
from sidelight.experiments.compare._trees import Trees
from sidelight.registry import FUSIONS
from sidelight.schema import Part
from sidelight.training import FeatureStore
from sidelight.workflow import OneNetwork, Prepared, RunConfig

if TYPE_CHECKING:
    from numpy.typing import NDArray

ASKED: tuple[Part, ...] = ("val", "test")
TIMED_ROWS, TIMES = 64, 5
LAST = (-1,)


@dataclass(frozen=True)
class Unit:
    """What one training gave.

    Attributes:
        arm: Name of the arm.
        fold: Number of the fold, from 0.
        seed: Number of the seed, from 0.
        figures: By part ("val", "test"): `(rows, classes)` probabilities or `(rows,)`
            numbers, in the order of the part's rows.
        seconds: For training and answering.
        epochs: Epochs that were run; 0 without a network.
        parameters: Weights of the network; 0 without one.
        ms_per_row: Milliseconds for an answer to one row in a batch of 64, pictures
            at the network's size; 0 where it was not measured.
        history: One row of figures an epoch.
        cached: Whether a frozen backbone's maps stood in for the pictures.
        failed: Why there are no answers; empty if there are.
    """

    arm: str
    fold: int
    seed: int
    figures: dict[str, NDArray[Any]] = field(default_factory=dict)
    seconds: float = 0.0
    epochs: int = 0
    parameters: int = 0
    ms_per_row: float = 0.0
    history: list[dict[str, float]] = field(default_factory=list)
    cached: bool = False
    failed: str = ""


def run_unit(
    arm: Arm,
    prepared: Prepared,
    config: RunConfig,
    fold: int,
    seed: int,
    features: FeatureStore | None = None,
) -> Unit:
    """Train one arm on one fold, and ask it about validation and test rows.

    An arm that does not fit this backbone or this table has failed; the others go on.

    Args:
        arm: What is trained.
        prepared: The fold.
        config: Options of the training; its seed is where seeds are counted from.
        fold: Number of the fold.
        seed: Number of the seed.
        features: Where a frozen backbone's maps are shared.
    """
    start = time.monotonic()
    try:
        prepared = shuffled(prepared, arm, seed)
        if not arm.fusion:
            unit = _run_trees(arm, prepared, fold, seed)
        else:
            unit = _run_network(
                arm, prepared, _config_of(arm, config, seed), fold, seed, features
            )
    except InputError as error:
        unit = Unit(arm.name, fold, seed, failed=str(error))
    return replace(unit, seconds=time.monotonic() - start)


def shuffled(prepared: Prepared, arm: Arm, seed: int) -> Prepared:
    """Return the fold with one part's rows in another order, for a control."""
    if not arm.shuffled:
        return prepared
    order = np.random.default_rng((seed, 1)).permutation(len(prepared.table))
    if arm.shuffled == "images":
        images = prepared.images
        return replace(prepared, images=None if images is None else images.take(order))
    inputs = {name: block[order] for name, block in prepared.inputs.items()}
    return replace(prepared, inputs=inputs)


def with_fusion(config: RunConfig, fusion: str) -> RunConfig:
    """Return the options with another fusion; its options were for the one before.

    Behind a frozen backbone whose maps are shared, a fusion that would act at the end
    of every stage acts at that of the last one, unless its options say otherwise: what
    acts before would run the backbone in every epoch of every training.
    """
    options: dict[str, Any] = {}
    if fusion == config.network.fusion:
        options = dict(config.network.fusion_options)
    if acts_later(config, fusion):
        options.setdefault("stages", LAST)
    update: dict[str, Any] = {"fusion": fusion, "fusion_options": options}
    network = config.network.model_copy(update=update)
    return config.model_copy(update={"network": network})


def acts_later(config: RunConfig, fusion: str) -> bool:
    """Return whether a fusion acts later than by itself, so that maps are shared."""
    train = config.train
    shared = train.reuse_features and not config.augment.changes_pictures
    if train.backbone != "frozen" or not shared:
        return False
    own = fusion == config.network.fusion and config.network.fusion_options
    stages = FUSIONS.get(fusion).obj.Config.model_fields.get("stages")
    everywhere = stages is not None and stages.default is None
    return everywhere and not (own and "stages" in own)


def _config_of(arm: Arm, config: RunConfig, seed: int) -> RunConfig:
    train = config.train.model_copy(update={"seed": config.train.seed + seed})
    return with_fusion(config, arm.fusion).model_copy(update={"train": train})


def _run_trees(arm: Arm, prepared: Prepared, fold: int, seed: int) -> Unit:
    trees = Trees(prepared, seed).fit()
    as_figures = prepared.predictor(None).figures
    return Unit(
        arm.name,
        fold,
        seed,
        figures={part: as_figures(trees.answers(part)) for part in ASKED},
    )


def _run_network(
    arm: Arm,
    prepared: Prepared,
    config: RunConfig,
    fold: int,
    seed: int,
    features: FeatureStore | None,
) -> Unit:
    begin_anew(config.train.seed)
    one = OneNetwork(prepared, config, features)
    training = one.train(None, None, progress=False)
    as_figures = prepared.predictor(one.network).figures
    return Unit(
        arm.name,
        fold,
        seed,
        figures={part: as_figures(one.answers(part)) for part in ASKED},
        epochs=len(training.history),
        parameters=one.network.count_params(),
        ms_per_row=_ms_per_row(one) if fold == seed == 0 else 0.0,
        history=training.history,
        cached=features is not None and one.reuses_features,
    )


def _ms_per_row(one: OneNetwork) -> float:
    """Return the median time of an answer, by the compiled network."""
    source = one.prepared.source("val").only(one.network.input)
    inputs = source.gather(np.arange(TIMED_ROWS) % len(source))[0]
    one.network.predict_on_batch(inputs)  # compiles
    times = []
    for _ in range(TIMES):
        start = time.perf_counter()
        one.network.predict_on_batch(inputs)
        times.append(time.perf_counter() - start)
    return 1000 * statistics.median(times) / TIMED_ROWS
