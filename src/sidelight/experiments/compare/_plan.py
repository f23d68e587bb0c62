"""How many folds, seeds and epochs there is time for."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sidelight.errors import ConfigError

LEAST_EPOCHS = 3  # fewer teach nothing about a fusion
RESERVE = 0.9  # of the budget is planned; arms differ in speed


@dataclass(frozen=True)
class Plan:
    """What is to be run.

    Attributes:
        folds: Folds that are tested, of those that the rows were divided into.
        seeds: Trainings of each arm on each fold.
        epochs: Epochs of each training.
        notes: What was reduced and why, in words.
    """

    folds: int
    seeds: int
    epochs: int
    notes: tuple[str, ...] = ()

    @property
    def blocks(self) -> list[tuple[int, int]]:
        """Every (fold, seed), in the order in which they run."""
        return [(f, s) for f in range(self.folds) for s in range(self.seeds)]


@dataclass(frozen=True)
class Pace:
    """What a training takes, as measured on image only.

    Attributes:
        overhead: Seconds to build, compile and ask one network.
        per_epoch: Seconds of one epoch.
    """

    overhead: float
    per_epoch: float

    def of_block(self, num_networks: int, epochs: int) -> float:
        """Seconds of all networks on one fold with one seed."""
        return num_networks * (self.overhead + epochs * self.per_epoch)


def within(wanted: Plan, budget: float, pace: Pace, num_networks: int) -> Plan:
    """Reduce folds, then seeds, then epochs until the budget holds.

    Args:
        wanted: What would be run without a budget.
        budget: Seconds that are left.
        pace: What one training takes.
        num_networks: Networks to train on each fold with each seed.

    Raises:
        ConfigError: If not even three epochs on one fold fit.
    """
    room = RESERVE * budget
    plan = wanted
    blocks = room / pace.of_block(num_networks, plan.epochs)
    folds = min(plan.folds, int(blocks / plan.seeds))
    if folds >= 1:
        return _noted(wanted, replace(plan, folds=folds))
    plan = replace(plan, folds=1, seeds=min(plan.seeds, int(blocks)))
    if plan.seeds >= 1:
        return _noted(wanted, plan)
    left = room / num_networks - pace.overhead
    epochs = int(left / pace.per_epoch)
    if epochs < min(LEAST_EPOCHS, wanted.epochs):
        needed = pace.of_block(num_networks, min(LEAST_EPOCHS, wanted.epochs)) / RESERVE
        problem = (
            f"{budget:.0f} s of the budget are left, too few for {num_networks} "
            f"networks: {LEAST_EPOCHS} epochs of each take about {needed:.0f} s"
        )
        fix = (
            "Raise --budget, name fewer --strategies, or keep the backbone as it is "
            "(--train-backbone frozen), so that its maps are computed once."
        )
        raise ConfigError(problem, fix=fix)
    return _noted(wanted, replace(plan, seeds=1, epochs=epochs))


def _noted(wanted: Plan, plan: Plan) -> Plan:
    notes = tuple(
        f"the budget allowed {now} of {before} {what}"
        for what, now, before in (
            ("folds", plan.folds, wanted.folds),
            ("seeds", plan.seeds, wanted.seeds),
            ("epochs", plan.epochs, wanted.epochs),
        )
        if now < before
    )
    return replace(plan, notes=(*wanted.notes, *notes))
