"""A trained model that takes rows and pictures as the user has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

import keras
import numpy as np

import sidelight.nn  # noqa: F401, registers the layers that a saved network holds
from sidelight.errors import ConfigError, RunError, nearest
from sidelight.feed import Source, batches
from sidelight.images import Pack, pack
from sidelight.pixels import ImageRule
from sidelight.predictor._table import TablePredictor, in_batches
from sidelight.preprocessing import Preprocessor
from sidelight.runs import RunDirectory, write_atomically, write_text
from sidelight.table import Table, load_schema, save_schema

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sidelight.schema import Schema

BATCH_SIZE = 256  # pictures, or rows without pictures


@dataclass(frozen=True)
class Predictor(TablePredictor):
    """Everything that turns a checked table into answers.

    Attributes:
        network: The trained `keras.Model`.
        preprocessor: Fitted on the training rows.
        schema: What each column was for in training.
        rule: How pictures are brought to the network's size; None without pictures.
    """

    network: Any
    preprocessor: Preprocessor
    schema: Schema
    rule: ImageRule | None

    @property
    def uses_image(self) -> bool:
        """Whether the network looks at pictures at all."""
        return "image" in self.network.input

    @property
    def may_miss(self) -> bool:
        """Whether the network was trained to do without columns or the picture."""
        return "present" in self.network.input

    def source(self, table: Table, images: Pack | None = None) -> Source:
        """Return the table's inputs, ready to be batched; pictures are packed."""
        if self.uses_image and images is None and self.rule is not None:
            images = pack(table, self.rule).images
        inputs = self.preprocessor.transform(table)
        if self.may_miss:
            inputs["present"] = self.preprocessor.present(table)
        return Source(meta=inputs, pack=images).only(self.network.input)

    def without(self, source: Source, part: str) -> Source:
        """Return the same inputs as if a part of them were not there.

        Args:
            source: From `source`.
            part: "image", "metadata" or a metadata column.

        Raises:
            ConfigError: If the network was not trained to do without, or there is no
                such part.
        """
        if not self.may_miss:
            problem = f"this model was not trained to do without {part!r}"
            fix = (
                "Train it with --set augment.modality_dropout=0.2 (image or metadata) "
                "and --set augment.column_dropout=0.1 (single columns)."
            )
            raise ConfigError(problem, fix=fix)
        columns = [feature.name for feature in self.preprocessor.spec.by_block]
        positions = {name: [i] for i, name in enumerate(columns)}
        positions |= {"metadata": [*range(len(columns))], "image": [-1]}
        if part not in positions:
            close = nearest(part, positions)
            hint = f"Did you mean {close[0]!r}? " if close else ""
            problem = f"there is no part {part!r} to do without"
            raise ConfigError(problem, fix=f"{hint}Parts: {', '.join(positions)}.")
        present = source.meta["present"].copy()
        present[:, positions[part]] = 0
        return replace(source, meta={**source.meta, "present": present})

    def answers(self, source: Source) -> NDArray[np.float32]:
        """Return the network's raw output `(rows, outputs)` for prepared inputs."""
        return answers_of(self.network, source)

    def predict_proba(
        self, table: Table, images: Pack | None = None
    ) -> NDArray[np.float32]:
        """Return probabilities of classes or labels, columns in fitted order."""
        return self.probabilities(self.answers(self.source(table, images)))

    def probabilities(self, answers: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return `(rows, classes)` also where the network gives one figure for two."""
        if self.task == "binary":
            return np.concatenate([1 - answers, answers], axis=1)
        return answers

    def values(self, answers: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the predicted numbers of a regression, in the targets' units.

        Returns:
            `(rows,)` of one target, `(rows, targets)` of several.
        """
        return self.preprocessor.decode_target(answers)

    def predict(self, table: Table, images: Pack | None = None) -> NDArray[Any]:
        """Return the likeliest class, the labels or the predicted numbers of each row.

        Labels, those with a probability of one half or more, are written as in the
        target column: sorted, with ";" between.
        """
        return self.decided(self.answers(self.source(table, images)))

    def decided(self, answers: NDArray[np.float32]) -> NDArray[Any]:
        """Return what `predict` returns, of raw answers."""
        figures = self.figures(answers)
        return self.named(figures) if self.classes else figures

    def figures(self, answers: NDArray[np.float32]) -> NDArray[Any]:
        """Return what scores are computed from: probabilities, or predicted numbers."""
        return self.probabilities(answers) if self.classes else self.values(answers)

    def figures_of(
        self, table: Table, pictures: Mapping[str, NDArray[Any]], batch_size: int
    ) -> NDArray[Any]:
        """Answer rows whose pictures are decoded; see `TablePredictor`."""
        return self.figures_from(self.inputs_of(table, pictures), batch_size)

    def inputs_of(
        self, table: Table, pictures: Mapping[str, NDArray[Any]]
    ) -> dict[str, NDArray[Any]]:
        """Return the network's inputs of rows whose pictures are decoded."""
        inputs = self.preprocessor.transform(table)
        if self.may_miss:
            inputs["present"] = self.preprocessor.present(table)
        inputs = {**inputs, **pictures}
        return {name: inputs[name] for name in self.network.input}

    def figures_from(
        self, inputs: Mapping[str, NDArray[Any]], batch_size: int
    ) -> NDArray[Any]:
        """Return probabilities, or numbers, for inputs of the network."""
        answers = in_batches(self.network.predict_on_batch, inputs, batch_size)
        return self.figures(answers)

    def save_preprocessing(self, run: RunDirectory) -> None:
        """Write what is known before training: schema, statistics, resize rule."""
        save_schema(self.schema, run.schema)
        self.preprocessor.to_json(run.preprocessor)
        if self.rule is not None:
            write_text(run.image_rule, self.rule.model_dump_json(indent=2) + "\n")

    def save_network(self, run: RunDirectory) -> None:
        """Write the trained network."""
        write_atomically(run.model, self.network.save)


def answers_of(network: Any, source: Source) -> NDArray[np.float32]:
    """Return a network's output `(rows, outputs)` for prepared inputs."""
    rows = replace(source, target=None, weight=None).only(network.input)
    size = max(1, BATCH_SIZE // rows.pictures_a_row)
    parts = [
        keras.ops.convert_to_numpy(network(inputs, training=False))
        for inputs in batches(rows, batch_size=size)
    ]
    return np.concatenate(parts)


def load_predictor(path: str | Path) -> Predictor:
    """Load a run's predictor; nothing that the run directory holds is executed.

    Args:
        path: A run directory.

    Raises:
        RunError: If the directory is no run, is damaged, or stopped before its first
            epoch was over.
    """
    run = RunDirectory.open(path)
    predictor = Predictor(
        network=load_network(run.usable_model()),
        preprocessor=Preprocessor.from_json(run.preprocessor),
        schema=load_schema(run.schema),
        rule=_load_rule(run.image_rule) if run.image_rule.exists() else None,
    )
    if predictor.uses_image and predictor.rule is None:
        problem = "this file is missing"
        raise RunError(problem, path=run.image_rule, fix="The run is incomplete.")
    return predictor


def load_network(path: Path) -> Any:
    """Load a network in Keras' safe mode.

    Raises:
        RunError: If it is damaged, or of another Keras.
    """
    try:
        return keras.saving.load_model(path, compile=False)
    except (OSError, ValueError, TypeError, KeyError, BadZipFile) as error:
        problem = "the network cannot be loaded: it is damaged, or of another Keras"
        fix = "Take the run from a copy, or train again."
        raise RunError(problem, path=path, fix=fix) from error


def _load_rule(path: Path) -> ImageRule:
    try:
        return ImageRule.model_validate_json(path.read_text(encoding="utf-8"))
    except ValueError as error:
        problem = f"this file is damaged ({type(error).__name__})"
        raise RunError(problem, path=path) from error
