"""Classifier and Regressor: the whole way with scikit-learn's manners."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.metrics import accuracy_score, r2_score

from sidelight.errors import ConfigError, NotFittedError, TableError
from sidelight.experiments import method_of
from sidelight.predictor import KerasFile, Predictor, load_predictor
from sidelight.runs import RunDirectory
from sidelight.schema import Task
from sidelight.table import NULL_VALUES, Table
from sidelight.training import Override
from sidelight.workflow import Run, make_config, read, run, save_run


class _Estimator(BaseEstimator):  # type: ignore[misc]
    """What both estimators share; see `Classifier` for the arguments."""

    _tasks: tuple[Task, ...] = ()

    def __init__(
        self,
        *,
        fusion: str = "film",
        backbone: str = "auto",
        weights: str | None = None,
        image: str | Sequence[str] | None = None,
        target: str | Sequence[str] | None = None,
        images: str | Path | None = None,
        task: Task | None = None,
        classes: Sequence[str] = (),
        log_target: bool = False,
        weight: str | None = None,
        size: str | int | None = None,
        split: str = "auto",
        group: str | None = None,
        epochs: int = 30,
        batch_size: int = 32,
        learning_rate: float = 2e-3,
        patience: int | None = None,
        max_time: float | None = None,
        class_weight: str = "none",
        seed: int = 0,
        loss: Any = None,
        metrics: Sequence[Any] | None = None,
        optimizer: Any = None,
        callbacks: Sequence[Any] = (),
        options: dict[str, Any] | None = None,
        verbose: bool = False,
    ) -> None:
        self.fusion = fusion
        self.backbone = backbone
        self.weights = weights
        self.image = image
        self.target = target
        self.images = images
        self.task = task
        self.classes = classes
        self.log_target = log_target
        self.weight = weight
        self.size = size
        self.split = split
        self.group = group
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.patience = patience
        self.max_time = max_time
        self.class_weight = class_weight
        self.seed = seed
        self.loss = loss
        self.metrics = metrics
        self.optimizer = optimizer
        self.callbacks = callbacks
        self.options = options
        self.verbose = verbose

    def fit(self, table: Any, y: Any = None) -> _Estimator:
        """Split the table, fit the preprocessing and train the network.

        Args:
            table: A `Table`, a Polars or pandas frame, or a path; the last three need
                `target` (and `image`, if there are pictures) in the constructor.
            y: Not used; the target is a column of the table.

        Returns:
            The fitted estimator.

        Raises:
            InputError: If the data or an argument cannot be used.
        """
        del y
        checked = self._table(table)
        if checked.schema.task not in self._tasks:
            problem = f"the target is for a {checked.schema.task} task"
            other = "Regressor" if isinstance(self, Classifier) else "Classifier"
            raise ConfigError(problem, fix=f"Use sidelight.{other} instead.")
        override = Override(self.loss, self.metrics, self.optimizer, self.callbacks)
        config = self._config()
        self.run_: Run = run(
            checked,
            config,
            method=method_of(config.network.fusion),
            override=override,
            progress=self.verbose,
        )
        self.predictor_: Predictor = self.run_.predictor
        return self

    def predict(self, table: Any) -> Any:
        """Return the likeliest class, the labels or the predicted numbers of each row.

        Labels are written as in the target column, sorted and with ";" between.
        """
        return self._fitted().predict(self._to_answer(table))

    def save(self, path: str | Path) -> Path:
        """Write a run directory that `sidelight.load` and the command line read.

        Raises:
            ConfigError: If the path exists.
            NotFittedError: If there is nothing to save, or it came from `load`.
        """
        if not hasattr(self, "run_"):
            raise NotFittedError(type(self).__name__)
        path = Path(path)
        directory = RunDirectory.create(path.parent, path.name)
        save_run(self.run_, directory)
        return path

    def _table(self, table: Any) -> Table:
        if isinstance(table, Table):
            return table
        config = self._config()
        return read(config.table, config.split, table)

    def _to_answer(self, table: Any, *, target: bool = False) -> Table:
        if isinstance(table, Table):
            return table
        said = self._config().table
        return self._fitted().read(
            table,
            target=target,
            images=said.images,
            join=said.join,
            null_values=(*NULL_VALUES, *said.null_values),
            decimal=said.decimal,
        )

    def _config(self) -> Any:
        """Return the run's configuration; `options` wins over the arguments."""
        chosen: dict[str, dict[str, Any]] = {
            "table": {
                "image": self.image,
                "target": self.target,
                "images": None if self.images is None else str(self.images),
                "task": self.task,
                "classes": self.classes,
                "log_target": self.log_target,
                "weight": self.weight,
            },
            "image": {"size": self.size},
            "split": {"method": self.split, "group": self.group, "seed": self.seed},
            "network": {
                "fusion": self.fusion,
                "backbone": self.backbone,
                "weights": self.weights,
            },
            "augment": {},
            "train": {
                "epochs": self.epochs,
                "batch_size": self.batch_size,
                "learning_rate": self.learning_rate,
                "patience": self.patience,
                "max_time": self.max_time,
                "class_weight": self.class_weight,
                "seed": self.seed,
            },
        }
        for section, values in (self.options or {}).items():
            chosen.setdefault(section, {}).update(values)
        return make_config(chosen)

    def _fitted(self) -> Predictor:
        if not hasattr(self, "predictor_"):
            raise NotFittedError(type(self).__name__)
        return self.predictor_

    def _truth(self, table: Table, y: Any) -> Any:
        if y is not None:
            return np.asarray(y)
        if table.schema.target is None:
            problem = "there is no target column to score against"
            raise TableError(problem, path=table.source, fix="Pass y as well.")
        cells = table.frame.select(table.schema.targets).to_numpy()
        return cells[:, 0] if cells.shape[1] == 1 else cells


class Classifier(ClassifierMixin, _Estimator):  # type: ignore[misc]
    """Predicts classes, ordered classes or labels from a picture and its metadata.

    Args:
        fusion: How the metadata comes in; `sidelight list fusions`.
        backbone: The image network; `sidelight list backbones`. "auto" is
            efficientnet_lite0 with its ImageNet weights for pictures of 64 px and more,
            where these weights are installed; otherwise small.
        weights: None, "imagenet" or a weights file.
        image: Column that names the pictures, where `fit` is given a frame or a path; a
            list of columns for several pictures a row.
        target: Column to predict, likewise.
        images: Folder that relative picture paths start from.
        task: "binary", "multiclass", "multilabel", "ordinal" or "regression", where the
            target's values do not tell; the middle two are never guessed.
        classes: Order of an ordinal target's classes, lowest first.
        log_target: Whether a Regressor learns `log(1 + y)`; it answers in units of `y`.
        weight: Column of positive weights of the rows in training.
        size: H, "H" or "HxW" in pixels; None takes the median size, at most 128.
        split: How validation and test rows are set apart; `sidelight list splits`.
        group: Column whose rows stay together.
        epochs: Passes over the training rows.
        batch_size: Rows in a step.
        learning_rate: Highest rate of the schedule.
        patience: Stop after so many epochs without improvement; None runs them all.
        max_time: Stop after so many seconds.
        class_weight: "none" or "balanced".
        seed: Seed of everything random.
        loss: A Keras loss in place of the task's own.
        metrics: Keras metrics in place of the task's own.
        optimizer: A Keras optimizer in place of AdamW with warm-up and cosine.
        callbacks: Keras callbacks, called beside Sidelight's own.
        options: Any further option by section, as in `config.yaml`:
            `{"network": {"fusion_options": {"units": 32}}, "augment": {"shift": 0}}`.
        verbose: Whether progress is shown.

    Attributes:
        classes_: Names of classes or labels in fitted order.
        run_: Everything the fit gave: split, history, metrics by part, predictions.
        predictor_: What answers.
    """

    _tasks = ("binary", "multiclass", "multilabel", "ordinal")

    @property
    def classes_(self) -> Any:
        """Names of classes or labels `(classes,)` in fitted order."""
        return np.array(self._fitted().classes)

    def predict_proba(self, table: Any) -> Any:
        """Return probabilities `(rows, classes)`, columns in the order of classes_."""
        return self._fitted().predict_proba(self._to_answer(table))

    def score(self, table: Any, y: Any = None, sample_weight: Any = None) -> float:
        """Return the accuracy on a table; of labels, the share of sets all right."""
        rows = self._to_answer(table, target=y is None)
        truth = np.asarray(self._truth(rows, y)).astype(str)
        answers = self.predict(rows)
        return float(accuracy_score(truth, answers, sample_weight=sample_weight))


class Regressor(RegressorMixin, _Estimator):  # type: ignore[misc]
    """Predicts a number, or several, from a picture and its metadata.

    Arguments as `Classifier`; `target` may be a list of columns.
    """

    _tasks = ("regression",)

    def score(self, table: Any, y: Any = None, sample_weight: Any = None) -> float:
        """Return R² on a table; of several targets, the mean."""
        rows = self._to_answer(table, target=y is None)
        truth = self._truth(rows, y)
        return float(r2_score(truth, self.predict(rows), sample_weight=sample_weight))


def load(path: str | Path) -> Classifier | Regressor:
    """Return a fitted estimator from a run directory, or from a file of `export`.

    Args:
        path: The directory, or a file that ends in .keras.

    Raises:
        RunError: If it is no run or no such file, or is damaged.
    """
    is_file = Path(path).suffix == ".keras"
    predictor = KerasFile.open(path) if is_file else load_predictor(path)
    estimator = Classifier() if predictor.classes else Regressor()
    estimator.predictor_ = predictor
    return estimator
