"""The fusion that validation rows like best, or two of them together."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
from pydantic import Field

from sidelight.errors import ConfigError, InputError
from sidelight.evaluation import Interval, mean_interval, primary_metric, row_scores
from sidelight.experiments._pool import cross_fitted, pool_weights
from sidelight.experiments.ensembles._members import member_config
from sidelight.nn.ensemble import COMBINER, join
from sidelight.nn.options import checked_options
from sidelight.registry import ENSEMBLES, FUSIONS
from sidelight.runs import write_atomically
from sidelight.schema import Record
from sidelight.splits import units_of
from sidelight.training import Override, Training
from sidelight.training.progress import say
from sidelight.workflow import OneNetwork, Prepared, RunConfig

IMAGE_ONLY = "none"


class AutoConfig(Record):
    """Options of the choice.

    Attributes:
        members: Fusions to choose from; image only is always among them, and wins
            where no other is better by more than a standard error.
        worth: What two networks together must gain over the better one to be kept, in
            units of the score.
    """

    members: tuple[str, ...] = Field(
        default=("concat", "film", "gated", "attend"), min_length=1
    )
    worth: float = Field(default=0.005, ge=0)


@dataclass(frozen=True)
class _Trained:
    """One candidate, and what it answers to validation rows."""

    name: str
    one: OneNetwork
    training: Training
    figures: Any


@ENSEMBLES.register(
    "auto",
    summary="the fusion that is best on validation rows, or two of them together",
    capabilities={"image", "metadata"},
)
class Auto:
    """Every candidate trained once; validation rows choose, test rows have no say.

    Args:
        prepared: Rows, split and encoded inputs.
        config: The run's options; `max_time` is for all candidates together.

    Raises:
        ConfigError: If a member or an option does not fit.
    """

    def __init__(self, prepared: Prepared, config: RunConfig) -> None:
        self.prepared, self.split = prepared, config.split
        self.options = checked_options(
            AutoConfig, config.network.fusion_options, "fusion 'auto'"
        )
        for name in self.options.members:
            FUSIONS.check(name)
        names = dict.fromkeys((IMAGE_ONLY, *self.options.members))
        self.configs = {n: member_config(config, n, len(names)) for n in names}
        # Takes every input that a candidate takes; another network leaves.
        first = self.options.members[0]
        self.network = OneNetwork(prepared, self.configs[first]).network
        self.notes: list[str] = []
        self.classes = prepared.preprocessor.classes
        self.truth: Any = prepared.truth("val")
        self.task = prepared.preprocessor.known_target.task
        self.metric = primary_metric(self.task, self.truth)

    def train(
        self, override: Override | None, checkpoint: Path | None, *, progress: bool
    ) -> Training:
        """Train the candidates one by one, then choose.

        Returns:
            The training of the chosen one, or of the better of two.
        """
        trained = []
        for name, config in self.configs.items():
            say(name, progress)
            found = self._candidate(name, config, override, progress)
            trained += [] if found is None else [found]
        if not trained:
            raise ConfigError(self.notes[-1])
        best = self._best(trained)
        self.network = best.one.network
        self._pair(best, trained)
        if checkpoint is not None:
            write_atomically(checkpoint, self.network.save)
        for note in self.notes:
            say(note, progress)
        return best.training

    def _candidate(
        self, name: str, config: RunConfig, override: Override | None, progress: bool
    ) -> _Trained | None:
        try:
            one = OneNetwork(self.prepared, config)
        except InputError as error:  # it does not fit this backbone
            self.notes.append(f"{name} was left out: {error}")
            return None
        training = one.train(override, None, progress=progress)
        as_figures = self.prepared.predictor(one.network).figures
        return _Trained(name, one, training, as_figures(one.answers("val")))

    def _best(self, trained: list[_Trained]) -> _Trained:
        """Return the winner; image only where the gain is within a standard error."""
        best = max(trained, key=lambda t: self._rows(t.figures).mean())
        image = next((t for t in trained if t.name == IMAGE_ONLY), best)
        gain = self._difference(best.figures, image.figures)
        if best is not image and gain.mean <= gain.error:
            self.notes.append(
                f"{best.name} is not better than image only beyond luck "
                f"({gain.mean:+.3f} on validation rows)"
            )
            best = image
        value = self._rows(best.figures).mean()
        self.notes.append(f"chosen: {best.name}, {self.metric} {value:.3f} on val")
        return best

    def _pair(self, best: _Trained, trained: list[_Trained]) -> None:
        """Join the winner with its best partner if that is worth a second network."""
        others = [t for t in trained if t is not best]
        pairs = {
            other.name: cross_fitted(
                [best.figures, other.figures], self.truth, self.task
            )
            for other in others
        }
        if not pairs:
            return
        name = max(pairs, key=lambda n: self._rows(pairs[n]).mean())
        gain = self._difference(pairs[name], best.figures)
        if gain.mean <= max(gain.error, self.options.worth):
            return
        other = next(t for t in others if t.name == name)
        self.network = self._joined(best, other)
        self.notes.append(f"together with {name}: {gain.mean:+.3f} more on val")

    def _joined(self, best: _Trained, other: _Trained) -> keras.Model:
        networks = {t.name: t.one.network for t in (best, other)}
        joined = join(networks, self.task)
        answers = [self._scaled(t) for t in (best, other)]
        truth = self.prepared.source("val").target if not self.classes else self.truth
        weights = pool_weights(answers, np.asarray(truth), self.task)
        outputs = joined.output.shape[-1]
        kernel = np.concatenate([w * np.eye(outputs) for w in weights[:2]])
        bias = np.broadcast_to(weights[2] if len(weights) > 2 else 0.0, (outputs,))
        joined.get_layer(COMBINER).set_weights([kernel, bias])
        return joined

    def _scaled(self, trained: _Trained) -> Any:
        """Return answers as the network gives them: scaled, or probabilities."""
        if self.classes:
            return trained.figures
        answers = trained.one.answers("val")
        return answers[:, 0] if answers.shape[1] == 1 else answers

    def _rows(self, figures: Any) -> Any:
        return row_scores(self.metric, self.truth, figures)

    def _difference(self, figures: Any, other: Any) -> Interval:
        rows = self.prepared.split.indices("val")
        method = self.prepared.split.method
        unit = units_of(self.prepared.table, method, self.split)[rows]
        gap = self._rows(figures) - self._rows(other)
        return mean_interval([gap[None, :]], [unit])
