"""The comparison itself: every arm on every fold with every seed, then the verdict."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from sidelight.errors import ConfigError, SplitError
from sidelight.evaluation import primary_metric
from sidelight.experiments.compare._arm_result import ArmResult, results_of
from sidelight.experiments.compare._arms import STACK, arms_of
from sidelight.experiments.compare._comparison import Comparison
from sidelight.experiments.compare._config import MANY_ROWS, USUAL_FOLDS, CompareConfig
from sidelight.experiments.compare._leaks import leak_signs, share_of_columns
from sidelight.experiments.compare._plan import Plan
from sidelight.experiments.compare._rounds import (
    PLAN,
    Say,
    Work,
    kept_plan,
    plan_work,
    run_rounds,
)
from sidelight.experiments.compare._scores import Scores
from sidelight.experiments.compare._second import (
    MOST_SEEDS,
    SecondSplit,
    run_second,
    stricter,
    vanishing,
)
from sidelight.experiments.compare._stack import add_stack
from sidelight.experiments.compare._unit import acts_later, with_fusion
from sidelight.experiments.compare._units import Units
from sidelight.experiments.compare._verdict import best_fusion, judge
from sidelight.nn import AugmentConfig
from sidelight.runs import write_json
from sidelight.splits import SplitConfig, make_folds
from sidelight.table import Table
from sidelight.training import FeatureStore
from sidelight.workflow import Noticed, Prepared, RunConfig, prepare_folds

MOST_REASONS = 5  # columns that are named where none is metadata


def compare(
    table: Table,
    config: RunConfig,
    options: CompareConfig,
    *,
    folder: Path | None = None,
    say: Say = lambda _: None,
    on_prepared: Callable[[], None] = lambda: None,
) -> Comparison:
    """Train every arm on the same folds with the same seeds, and judge.

    Args:
        table: From `read_table`, with pictures and metadata.
        config: Options of every training; its fusion is not looked at, but its fusion
            options are used for that fusion.
        options: What is compared, how often, in which time.
        folder: Where the plan and finished trainings are kept; what is there is not run
            again. None keeps them in memory.
        say: Called with a line for each finished training.
        on_prepared: Called once the data is known to be usable, before any training.

    Raises:
        ConfigError: If the table has no pictures or no metadata, or the budget is too
            small.
        SplitError: If the rows cannot be divided into so many folds.
        InputError: If image only cannot be trained.
    """
    start = time.monotonic()
    _require_both(table)
    if config.network.fusion == "metadata":  # no pictures would be packed for it
        config = with_fusion(config, options.strategies[0])
    arms = arms_of(options.strategies)
    wanted = Plan(
        _num_folds(table, config.split, options), options.seeds, config.train.epochs
    )
    with Noticed() as noticed:
        folds = prepare_folds(table, config, wanted.folds, progress=True)
    config = _comparable(config, folds[0])
    on_prepared()
    units = Units(None if folder is None else folder / "units")
    metric = _metric(folds[0])
    work = Work(arms, folds, config, metric, units, say)
    work.notes = {
        arm.name: ["at the last stage, where the shared maps end"]
        for arm in arms
        if arm.fusion and acts_later(config, arm.fusion)
    }
    with ExitStack() as stack:
        if config.train.backbone == "frozen":
            work.features = stack.enter_context(FeatureStore())
        plan = kept_plan(folder) or plan_work(work, wanted, options, start)
        if folder is not None:
            write_json(folder / PLAN, asdict(plan))
        work.config = config.model_copy(
            update={"train": config.train.model_copy(update={"epochs": plan.epochs})}
        )
        plan = run_rounds(work, plan, options, start)
        scores = Scores(work.units, folds, metric, config.split)
        _add_stack(work, scores)
        results = results_of(arms, scores, work.notes)
        _require_results(results)
        best = best_fusion(results)
        second, plan = _second(work, plan, options, best, metric, folder, start)
    signs = leak_signs(results, scores, share_of_columns(folds[0], metric))
    if second is not None and best.gain is not None:
        gone = vanishing(best.gain, second, metric)
        signs += [] if gone is None else [gone]
    return Comparison(
        results=results,
        verdict=judge(results, scores, signs, options.margin, second),
        second=second,
        signs=signs,
        plan=plan,
        metric=metric,
        config=work.config,
        options=options,
        scores=scores,
        warnings=[*table.notes, *noticed.messages],
        seconds=time.monotonic() - start,
    )


def _require_results(results: list[ArmResult]) -> None:
    """Refuse to judge where no fusion could be trained."""
    fusions = [r for r in results if r.role == "fusion"]
    if all(r.gain is None for r in fusions):
        problem = f"no fusion could be trained: {fusions[0].notes[-1]}"
        raise ConfigError(problem)


def _second(
    work: Work,
    plan: Plan,
    options: CompareConfig,
    best: ArmResult,
    metric: str,
    folder: Path | None,
    start: float,
) -> tuple[SecondSplit | None, Plan]:
    """Run the best fusion on a stricter split too, where there is one and time."""
    table = work.folds[0].table
    if stricter(table, work.config.split) is None:
        return None, plan
    needed = 2 * min(options.seeds, MOST_SEEDS) * best.seconds
    if options.budget and time.monotonic() - start + needed > options.budget:
        why = "the budget left no time for a second, stricter split"
        return None, replace(plan, notes=(*plan.notes, why))
    found = run_second(
        table,
        with_fusion(work.config, best.name),
        metric,
        options.seeds,
        features=work.features,
        folder=folder,
        say=work.say,
    )
    return found, plan


def _comparable(config: RunConfig, prepared: Prepared) -> RunConfig:
    """Return the options with a backbone's name, and pictures left alone if frozen.

    A frozen backbone's maps are computed once for all arms; pictures that are changed
    at random, as by default they are, would forbid that.
    """
    update: dict[str, Any] = {"network": prepared.chosen(config.network)}
    train, augment = config.train, config.augment
    untouched = augment == AugmentConfig(
        modality_dropout=augment.modality_dropout, column_dropout=augment.column_dropout
    )
    if train.backbone == "frozen" and train.reuse_features and untouched:
        still = {"horizontal_flip": False, "shift": 0.0}
        update["augment"] = augment.model_copy(update=still)
    return config.model_copy(update=update)


def _require_both(table: Table) -> None:
    if table.schema.image is None:
        problem = "there are no pictures to compare the metadata with"
        fix = "Name the column with --image."
        raise ConfigError(problem, path=table.source, fix=fix)
    if table.schema.more_targets:
        listed = ", ".join(table.schema.targets)
        problem = f"metadata may help with one target and not with another ({listed})"
        raise ConfigError(problem, path=table.source, fix="Compare them one by one.")
    if not table.schema.columns:
        problem = "there is no metadata column, so there is nothing to compare"
        schema = table.schema
        used = (*schema.images, *schema.targets)
        reasons = schema.ignored.items()
        said = [f"{name!r} {why}" for name, why in reasons if name not in used]
        more = "; …" if len(said) > MOST_REASONS else ""
        fix = f"Of the other columns, {'; '.join(said[:MOST_REASONS])}{more}."
        fix = fix if said else "There is no column beside picture and target."
        raise ConfigError(problem, path=table.source, fix=fix)


def _num_folds(table: Table, split: SplitConfig, options: CompareConfig) -> int:
    if options.folds is not None:
        return options.folds
    if len(table) >= MANY_ROWS:
        return 1
    for number in USUAL_FOLDS:
        with suppress(SplitError):  # too few groups or blocks, or one test part
            return len(make_folds(table, split, number))
    return 1


def _metric(prepared: Prepared) -> str:
    table = prepared.table
    task = prepared.preprocessor.known_target.task
    return primary_metric(task, prepared.preprocessor.truth(table))


def _add_stack(work: Work, scores: Scores) -> None:
    """Combine two of the arms that ran on as many folds and seeds as any."""
    able = [a.name for a in work.arms if a.role != "control" and scores.blocks(a.name)]
    most = max(sum(map(len, scores.blocks(name).values())) for name in able)
    able = [n for n in able if sum(map(len, scores.blocks(n).values())) == most]
    which = add_stack(scores, able)
    if which:
        work.notes[STACK] = [which]
