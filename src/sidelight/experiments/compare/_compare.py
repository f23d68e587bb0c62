"""The comparison itself: every arm on every fold with every seed, then the verdict."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from sidelight.errors import ConfigError
from sidelight.evaluation import primary_metric
from sidelight.experiments.compare._arms import IMAGE_ONLY, STACK, Arm, arms_of
from sidelight.experiments.compare._config import FOLDS, MANY_ROWS, CompareConfig
from sidelight.experiments.compare._leaks import leak_signs, share_of_columns
from sidelight.experiments.compare._plan import Pace, Plan, within
from sidelight.experiments.compare._result import Comparison
from sidelight.experiments.compare._results import results_of
from sidelight.experiments.compare._scores import Scores
from sidelight.experiments.compare._stack import stack_units
from sidelight.experiments.compare._unit import Unit, run_unit
from sidelight.experiments.compare._units import Units
from sidelight.experiments.compare._verdict import judge
from sidelight.runs import read_json, write_json
from sidelight.splits import SplitConfig, method_of
from sidelight.table import Table
from sidelight.training import FeatureStore
from sidelight.workflow import Noticed, Prepared, RunConfig, prepare_folds

HALVING_FOLDS = (1, 3)  # after so many folds the weaker half of the fusions stops
LEAST_FUSIONS = 2
PLAN = "plan.json"

Say = Callable[[str], None]


def compare(
    table: Table,
    config: RunConfig,
    options: CompareConfig,
    *,
    folder: Path | None = None,
    say: Say = lambda _: None,
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

    Raises:
        ConfigError: If the table has no pictures or no metadata, or the budget is too
            small.
        SplitError: If the rows cannot be divided into so many folds.
        InputError: If image only cannot be trained.
    """
    start = time.monotonic()
    _require_both(table)
    arms = arms_of(options.strategies)
    wanted = Plan(
        _num_folds(table, config.split, options), options.seeds, config.train.epochs
    )
    with Noticed() as noticed:
        folds = prepare_folds(table, config, wanted.folds, progress=True)
    config = config.model_copy(update={"network": folds[0].chosen(config.network)})
    units = Units(None if folder is None else folder / "units")
    work = _Work(arms, folds, config, units, say)
    with ExitStack() as stack:
        if config.train.backbone == "frozen":
            work.features = stack.enter_context(FeatureStore())
        plan = _kept_plan(folder) or _planned(work, wanted, options, start)
        if folder is not None:
            write_json(folder / PLAN, asdict(plan))
        work.config = config.model_copy(
            update={"train": config.train.model_copy(update={"epochs": plan.epochs})}
        )
        plan = _run(work, plan, options, start)
    metric = _metric(work)
    scores = Scores(work.units, folds, metric, config.split)
    _add_stack(work, scores)
    results = results_of(arms, scores, work.notes)
    if next(r for r in results if r.name == IMAGE_ONLY).score is None:
        problem = f"image only cannot be trained: {results[0].notes[-1]}"
        raise ConfigError(problem)
    if not any(r.role == "fusion" and r.score is not None for r in results):
        why = next(r.notes[-1] for r in results if r.role == "fusion")
        problem = f"no fusion could be trained: {why}"
        raise ConfigError(problem)
    signs = leak_signs(results, scores, share_of_columns(folds[0], metric))
    return Comparison(
        results=results,
        verdict=judge(results, scores, signs, options.margin),
        signs=signs,
        plan=plan,
        metric=metric,
        config=work.config,
        options=options,
        scores=scores,
        warnings=[*table.notes, *noticed.messages],
        seconds=time.monotonic() - start,
    )


@dataclass
class _Work:
    """What the loop works on."""

    arms: list[Arm]
    folds: list[Prepared]
    config: RunConfig
    units: Units
    say: Say
    features: FeatureStore | None = None
    notes: dict[str, list[str]] = field(default_factory=dict)
    stopped: set[str] = field(default_factory=set)

    def run(self, arm: Arm, fold: int, seed: int) -> Unit:
        """Return a training, finished before or now."""
        found = self.units.get(arm.name, fold, seed)
        if found is not None:
            return found
        unit = run_unit(arm, self.folds[fold], self.config, fold, seed, self.features)
        self.units.add(unit)
        return unit


def _require_both(table: Table) -> None:
    if table.schema.image is None:
        problem = "there are no pictures to compare the metadata with"
        fix = "Name the column with --image."
        raise ConfigError(problem, path=table.source, fix=fix)
    if not table.schema.columns:
        problem = "there is no metadata column, so there is nothing to compare"
        raise ConfigError(problem, path=table.source)


def _num_folds(table: Table, split: SplitConfig, options: CompareConfig) -> int:
    if options.folds is not None:
        return options.folds
    one_part = method_of(table, split) in ("time", "column")
    return 1 if one_part or len(table) >= MANY_ROWS else FOLDS


def _kept_plan(folder: Path | None) -> Plan | None:
    """Return the plan of a comparison that goes on."""
    if folder is None or not (folder / PLAN).exists():
        return None
    kept = read_json(folder / PLAN)
    return Plan(**{**kept, "notes": tuple(kept["notes"])})


def _planned(work: _Work, wanted: Plan, options: CompareConfig, start: float) -> Plan:
    """Return what there is time for, by the pace of one epoch of image only."""
    if options.budget is None:
        return wanted
    train = work.config.train.model_copy(update={"epochs": 1})
    pilot = run_unit(
        work.arms[0],
        work.folds[0],
        work.config.model_copy(update={"train": train}),
        0,
        0,
        work.features,
    )
    if pilot.failed:
        problem = f"image only cannot be trained: {pilot.failed}"
        raise ConfigError(problem)
    per_epoch = pilot.history[0]["seconds"]
    pace = Pace(max(0.0, pilot.seconds - per_epoch), per_epoch)
    left = options.budget - (time.monotonic() - start)
    networks = sum(bool(arm.fusion) for arm in work.arms)
    return within(wanted, max(left, 0.0), pace, networks)


def _run(work: _Work, plan: Plan, options: CompareConfig, start: float) -> Plan:
    """Run block by block; a block that would break the budget is not begun."""
    slowest = 0.0
    for number, (fold, seed) in enumerate(plan.blocks):
        begun = time.monotonic()
        late = options.budget is not None and (begun - start + slowest > options.budget)
        if number and late:
            why = f"the budget ended after {number} of {len(plan.blocks)} rounds"
            return replace(plan, notes=(*plan.notes, why))
        if seed == 0 and fold in HALVING_FOLDS:
            _halve(work, plan, fold)
        for arm in work.arms:
            if arm.name not in work.stopped:
                unit = work.run(arm, fold, seed)
                work.say(_line(unit, plan))
        slowest = max(slowest, time.monotonic() - begun)
    return plan


def _halve(work: _Work, plan: Plan, folds: int) -> None:
    """Stop the fusions that are behind on validation rows, where training is dear."""
    if work.features is not None:
        return
    going = [a for a in work.arms if a.role == "fusion" and a.name not in work.stopped]
    keep = max(LEAST_FUSIONS, -(-len(going) // 2))
    if len(going) <= keep:
        return
    metric = _metric(work)
    scores = Scores(work.units, work.folds, metric, work.config.split)
    good = [a.name for a in going if scores.blocks(a.name)]
    ranked = sorted(good, key=lambda n: scores.of(n, "val").mean, reverse=True)
    for name in ranked[keep:]:
        work.stopped.add(name)
        note = f"stopped after {folds} of {plan.folds} folds (successive halving)"
        work.notes.setdefault(name, []).append(note)


def _metric(work: _Work) -> str:
    table = work.folds[0].table
    target = (
        work.folds[0].preprocessor.encode_target(table)
        if work.folds[0].preprocessor.classes
        else table.target().to_numpy()
    )
    return primary_metric(table.schema.task or "multiclass", target)


def _add_stack(work: _Work, scores: Scores) -> None:
    """Combine the two arms that are best on validation rows."""
    able = [a.name for a in work.arms if a.role != "control" and scores.blocks(a.name)]
    most = max(sum(map(len, scores.blocks(name).values())) for name in able)
    able = [n for n in able if sum(map(len, scores.blocks(n).values())) == most]
    if len(able) < 2:
        return
    ranked = sorted(able, key=lambda n: scores.of(n, "val").mean, reverse=True)
    first, second = ranked[:2]
    work.notes[STACK] = [f"of {first} and {second}"]
    for fold, seeds in scores.blocks(first, second).items():
        truth = scores.truth(fold, "val")
        for seed in seeds:
            one, other = (work.units.finished[n, fold, seed] for n in (first, second))
            work.units.finished[STACK, fold, seed] = stack_units(one, other, truth)


def _line(unit: Unit, plan: Plan) -> str:
    where = f"fold {unit.fold + 1}/{plan.folds}  seed {unit.seed + 1}/{plan.seeds}"
    said = f"failed: {unit.failed}" if unit.failed else f"{unit.seconds:6.1f} s"
    return f"{where}  {unit.arm:<18} {said}"
