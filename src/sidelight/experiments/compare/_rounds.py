"""The rounds of a comparison: all arms on one fold with one seed, one after another."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from sidelight.errors import ConfigError
from sidelight.experiments.compare._arms import Arm
from sidelight.experiments.compare._config import CompareConfig
from sidelight.experiments.compare._plan import Pace, Plan, within
from sidelight.experiments.compare._scores import Scores
from sidelight.experiments.compare._unit import Unit, run_unit
from sidelight.experiments.compare._units import Units
from sidelight.runs import read_json
from sidelight.training import FeatureStore
from sidelight.workflow import Prepared, RunConfig

HALVING_FOLDS = (1, 3)  # after so many folds the weaker half of the fusions stops
LEAST_FUSIONS = 2
PILOT_EPOCHS = 2
PLAN = "plan.json"

Say = Callable[[str], None]


@dataclass
class Work:
    """What the rounds work on.

    Attributes:
        arms: In the order in which they run.
        folds: The prepared folds.
        config: Options of every training.
        metric: By which fusions are stopped early.
        units: Finished trainings.
        say: Called with a line for each finished training.
        features: Where a frozen backbone's maps are shared; None trains it.
        notes: What a reader should know about an arm.
        stopped: Arms that do not go on.
        dear: Arms that cannot use the shared maps; they run with one seed.
    """

    arms: list[Arm]
    folds: list[Prepared]
    config: RunConfig
    metric: str
    units: Units
    say: Say
    features: FeatureStore | None = None
    notes: dict[str, list[str]] = field(default_factory=dict)
    stopped: set[str] = field(default_factory=set)
    dear: set[str] = field(default_factory=set)

    def run(self, arm: Arm, fold: int, seed: int) -> Unit:
        """Return a training, finished before or now."""
        found = self.units.get(arm.name, fold, seed)
        if found is not None:
            return found
        unit = run_unit(arm, self.folds[fold], self.config, fold, seed, self.features)
        self.units.add(unit)
        return unit

    def is_dear(self, arm: Arm) -> None:
        """Let an arm that runs the backbone in every epoch run with one seed only."""
        if arm.fusion == "metadata" or arm.name in self.dear:
            return
        self.dear.add(arm.name)
        note = "acts before the frozen maps end: ran the backbone, with one seed"
        self.notes.setdefault(arm.name, []).append(note)


def kept_plan(folder: Path | None) -> Plan | None:
    """Return the plan of a comparison that goes on."""
    if folder is None or not (folder / PLAN).exists():
        return None
    kept = read_json(folder / PLAN)
    return Plan(**{**kept, "notes": tuple(kept["notes"])})


def plan_work(work: Work, wanted: Plan, options: CompareConfig, start: float) -> Plan:
    """Return what there is time for, by the pace of a short training."""
    if options.budget is None:
        return wanted
    arm = work.arms[0]
    if work.features is not None:
        # On shared maps image only trains on their means, which is no fusion's pace.
        fusion = next(a for a in work.arms if a.role == "fusion")
        # The first run computes the maps that later ones find.
        arm = arm if _pilot(work, fusion, 1).failed else fusion
    pilot = _pilot(work, arm, PILOT_EPOCHS)  # the first epoch also traces the graph
    per_epoch = pilot.history[-1]["seconds"]
    pace = Pace(max(0.0, pilot.seconds - PILOT_EPOCHS * per_epoch), per_epoch)
    left = options.budget - (time.monotonic() - start)
    networks = sum(bool(arm.fusion) for arm in work.arms)
    return within(wanted, max(left, 0.0), pace, networks)


def _pilot(work: Work, arm: Arm, epochs: int) -> Unit:
    """Train an arm for a few epochs, to see how long it takes."""
    train = work.config.train.model_copy(update={"epochs": epochs})
    config = work.config.model_copy(update={"train": train})
    pilot = run_unit(arm, work.folds[0], config, 0, 0, work.features)
    if pilot.failed and arm.role == "image":
        problem = f"image only cannot be trained: {pilot.failed}"
        raise ConfigError(problem)
    return pilot


def run_rounds(work: Work, plan: Plan, options: CompareConfig, start: float) -> Plan:
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
            if arm.name in work.stopped or (seed and arm.name in work.dear):
                continue
            unit = work.run(arm, fold, seed)
            work.say(_line(unit, plan, work))
            if unit.failed and arm.role == "image":
                problem = f"image only cannot be trained: {unit.failed}"
                raise ConfigError(problem)
            if work.features is not None and unit.parameters and not unit.cached:
                work.is_dear(arm)
        slowest = max(slowest, time.monotonic() - begun)
    return plan


def _halve(work: Work, plan: Plan, folds: int) -> None:
    """Stop the fusions that are behind on validation rows, where training is dear."""
    if work.features is not None:
        return
    going = [a for a in work.arms if a.role == "fusion" and a.name not in work.stopped]
    keep = max(LEAST_FUSIONS, -(-len(going) // 2))
    if len(going) <= keep:
        return
    # Only those folds: a comparison that goes on must stop the same fusions.
    so_far = Units()
    so_far.finished = {k: u for k, u in work.units.finished.items() if u.fold < folds}
    scores = Scores(so_far, work.folds, work.metric, work.config.split)
    good = [a.name for a in going if scores.blocks(a.name)]
    ranked = sorted(good, key=lambda n: scores.mean(n, "val"), reverse=True)
    for name in ranked[keep:]:
        work.stopped.add(name)
        note = f"stopped after {folds} of {plan.folds} folds (successive halving)"
        work.notes.setdefault(name, []).append(note)


def _line(unit: Unit, plan: Plan, work: Work) -> str:
    where = f"fold {unit.fold + 1}/{plan.folds}  seed {unit.seed + 1}/{plan.seeds}"
    if unit.failed:
        return f"{where}  {unit.arm:<18} failed: {unit.failed}"
    scores = Scores(work.units, work.folds, work.metric, work.config.split)
    rows = scores.rows(unit.arm, {unit.fold: (unit.seed,)}, "val")
    value = f"{work.metric} on val {rows[0].mean():.3f}"
    return f"{where}  {unit.arm:<18} {value}  {unit.seconds:6.1f} s"
