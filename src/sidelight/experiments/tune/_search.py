"""The search: trial by trial, until there are enough or the time is over."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from sidelight.errors import InputError
from sidelight.experiments.tune._space import Space
from sidelight.experiments.tune._study import load_optuna
from sidelight.experiments.tune._train import Scorer

Say = Callable[[str], None]

STARTUP = 5  # trials that are finished before one is judged by them
INTERRUPTED = "interrupted"


class Deadline:
    """The time that a search has.

    Args:
        seconds: For the search and the training of its winner; None is endless.
    """

    def __init__(self, seconds: float | None) -> None:
        self.start, self.seconds = time.monotonic(), seconds

    def leaves_no_trial(self, longest: float) -> bool:
        """Say whether a trial and the winner's training would end too late.

        Args:
            longest: Seconds of the longest whole training so far.
        """
        if self.seconds is None:
            return False
        return time.monotonic() - self.start + 2 * longest > self.seconds


def make_pruner(epochs: int) -> Any:
    """Return Optuna's pruner: it ends trials worse than the median of the others.

    Args:
        epochs: Epochs of a whole training; the first third is never judged, for the
            learning rate is still high then.
    """
    pruners = load_optuna().pruners
    return pruners.MedianPruner(n_startup_trials=STARTUP, n_warmup_steps=epochs // 3)


def search(
    study: Any,
    space: Space,
    scorer: Scorer,
    *,
    trials: int,
    seed: int,
    deadline: Deadline,
    say: Say,
) -> None:
    """Run trials until so many are finished in the study, by whichever process.

    A trial that an `InputError` ends has failed, and the search goes on.

    Args:
        study: From `open_study`.
        space: What is searched.
        scorer: Says what a configuration is worth.
        trials: Finished trials wanted, those of before included.
        seed: Each trial's draw depends on it, on how many trials precede it and on
            what they gave. So a search that goes on is the one that was not stopped.
        deadline: No trial is begun that would miss it.
        say: Called with a line for each finished trial.
    """
    if not study.get_trials(deepcopy=False):
        for start in space.starts():
            study.enqueue_trial(start)
    while len(finished(study)) < trials:
        if finished(study) and deadline.leaves_no_trial(_longest(study)):
            say("the budget leaves no time for another trial")
            return
        trial = study.ask()
        place = places(study)[trial.number]
        study.sampler = load_optuna().samplers.TPESampler(seed=_mixed(seed, place))
        _run(study, trial, space, scorer)
        say(_line(study, trial.number, trials))


def finished(study: Any) -> list[Any]:
    """Return the trials that came to an end of their own: whole, pruned or failed."""
    return [trial for trial in _counted(study) if trial.state.is_finished()]


def _mixed(seed: int, place: int) -> int:
    # A sum would give one seed's second trial the draw of the next seed's first.
    return int(np.random.SeedSequence((seed, place)).generate_state(1)[0])


def places(study: Any) -> dict[int, int]:
    """Return which trial each is, from 1, by Optuna's number, which counts all."""
    counted = enumerate(_counted(study), 1)
    return {trial.number: place for place, trial in counted}


def best_of(study: Any) -> Any | None:
    """Return the whole trial with the highest score, the first of equals."""
    whole = [t for t in finished(study) if t.state.name == "COMPLETE"]
    return max(whole, key=lambda t: (t.value, -t.number), default=None)


def _counted(study: Any) -> list[Any]:
    trials = study.get_trials(deepcopy=False)
    return [
        t
        for t in trials
        if t.state.name != "WAITING" and not t.user_attrs.get(INTERRUPTED)
    ]


def _longest(study: Any) -> float:
    whole = [t for t in finished(study) if t.state.name == "COMPLETE"]
    return max((t.user_attrs.get("seconds", 0.0) for t in whole), default=0.0)


def _run(study: Any, trial: Any, space: Space, scorer: Scorer) -> None:
    optuna = load_optuna()
    states = optuna.trial.TrialState
    start = time.monotonic()
    epochs = 0

    def watch(epoch: int, figure: float) -> None:
        nonlocal epochs
        epochs = epoch + 1
        trial.report(figure, epoch)
        if trial.should_prune():
            raise optuna.TrialPruned

    value, state = None, states.COMPLETE
    try:
        scored = scorer(space.config(space.suggest(trial)), watch)
        value, epochs = scored.value, scored.epochs
    except optuna.TrialPruned:
        state = states.PRUNED
    except InputError as error:
        state = states.FAIL
        trial.set_user_attr("error", str(error))
    except BaseException:
        # Taken up again where the search goes on, and not counted.
        trial.set_user_attr(INTERRUPTED, True)
        study.enqueue_trial(trial.params)
        study.tell(trial, state=states.FAIL)
        raise
    trial.set_user_attr("seconds", round(time.monotonic() - start, 3))
    trial.set_user_attr("epochs", epochs)
    study.tell(trial, value, state=state)


def _line(study: Any, number: int, wanted: int) -> str:
    """Return what is said of a finished trial."""
    trial = study.get_trials(deepcopy=False)[number]
    attrs = trial.user_attrs
    if trial.state.name == "COMPLETE":
        said = f"{trial.value:.4f} on validation"
    elif trial.state.name == "PRUNED":
        said = f"pruned after epoch {attrs['epochs']}"
    else:
        said = f"failed: {attrs['error']}"
    best = best_of(study)
    place = places(study)
    best_said = f"  best {best.value:.4f} (trial {place[best.number]})" if best else ""
    values = "  ".join(f"{n}={shown(v)}" for n, v in trial.params.items())
    which = f"trial {place[number]:>{len(str(wanted))}} of {wanted}"
    return f"{which}  {said}{best_said}  {attrs['seconds']:.1f} s  {values}"


def shown(value: Any) -> str:
    """Return the value of an option in few digits."""
    return f"{value:.3g}" if isinstance(value, float) else str(value)
