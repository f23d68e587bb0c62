"""What every head has to do."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from sidelight.nn.heads import Head
from sidelight.registry import HEADS
from sidelight.testing._requirements import reloaded, require

ROWS, FEATURES, OUTPUTS = 96, 4, 3
STEPS = 25


def check_head(name: str) -> None:
    """Run every case of one head."""
    head: Head = HEADS.get(name).obj
    check_answers(name)
    check_head_learns(name)
    if head.make_focal is not None:
        check_focal(name)


def toy_head(name: str) -> tuple[keras.Model, Any, Any]:
    """Return a linear model with the head, and rows from which it can learn.

    Returns:
        The model, features `(rows, 4)` and targets as the task has them.
    """
    head: Head = HEADS.get(name).obj
    rng = np.random.default_rng(0)
    features = rng.normal(size=(ROWS, FEATURES)).astype("float32")
    score = features[:, 0] - features[:, 1]
    thirds = np.digitize(score, np.quantile(score, [1 / 3, 2 / 3])).astype("int32")
    targets = {
        "binary": (score > 0).astype("int32"),
        "multilabel": (features[:, :OUTPUTS] > 0).astype("float32"),
        "regression": features[:, :OUTPUTS] + 1,
    }
    outputs = 1 if name == "binary" else OUTPUTS
    keras.utils.set_random_seed(0)
    inputs = keras.Input((FEATURES,))
    logits = keras.layers.Dense(head.num_logits(outputs), name="logits")(inputs)
    model = keras.Model(inputs, head.answer(logits, outputs))
    return model, features, targets.get(name, thirds)


def check_answers(name: str) -> None:
    """Answers are of the right shape and type, and survive saving and loading."""
    head: Head = HEADS.get(name).obj
    model, features, _ = toy_head(name)
    answers = _of(model, 100 * features)
    require(answers.dtype == np.float32, f"{name}: answers are {answers.dtype}")
    require(bool(np.isfinite(answers).all()), f"{name}: an answer is not finite")
    if name != "regression":
        inside = (answers >= 0) & (answers <= 1)
        require(bool(inside.all()), f"{name}: a probability is not between 0 and 1")
    if head.activation == "softmax":
        sums = answers.sum(axis=1)
        require(np.allclose(sums, 1, atol=1e-5), f"{name}: classes do not sum to one")
    again = _of(reloaded(model), 100 * features)
    require(np.array_equal(answers, again), f"{name}: another answer after loading")


def check_head_learns(name: str) -> None:
    """The loss falls, every weight moves, and what is to be watched is there."""
    head: Head = HEADS.get(name).obj
    model, features, target = toy_head(name)
    loss = head.make_loss(0.0)
    twin = type(loss).from_config(loss.get_config())
    require(twin is not loss, f"{name}: the loss is not made anew")
    require(head.metrics()[0] is not head.metrics()[0], f"{name}: metrics are shared")
    before = [np.array(weight) for weight in model.get_weights()]
    model.compile(
        optimizer=keras.optimizers.Adam(0.3),
        loss=twin,
        metrics=head.metrics(),
        run_eagerly=True,  # a few steps of so small a model
    )
    found = model.fit(
        features,
        target,
        batch_size=ROWS,
        epochs=STEPS,
        validation_data=(features, target),
        verbose=0,
    ).history
    require(head.monitor in found, f"{name}: {head.monitor} is not measured")
    first, last = found["loss"][0], found["loss"][-1]
    require(last < 0.6 * first, f"{name}: the loss went from {first} to {last}")
    for old, weight in zip(before, model.weights, strict=True):
        moved = not np.array_equal(old, np.array(weight))
        require(moved, f"{name}: {weight.path} did not move")


def check_focal(name: str) -> None:
    """The focal loss is the loss itself with gamma 0, and less for sure answers."""
    head: Head = HEADS.get(name).obj
    model, features, target = toy_head(name)
    answers = _of(model, features)
    true = target[:, None] if name == "binary" else target
    own = _loss(head.make_loss(0.1), true, answers)
    same = _loss(head.loss("focal", smoothing=0.1, gamma=0.0), true, answers)
    require(abs(own - same) < 1e-4, f"{name}: {same} with gamma 0, not {own}")
    less = _loss(head.loss("focal", smoothing=0.1, gamma=2.0), true, answers)
    require(less < own, f"{name}: the focal loss {less} is not below {own}")


def _of(model: keras.Model, features: Any) -> Any:
    return keras.ops.convert_to_numpy(model(features, training=False))


def _loss(loss: Any, target: Any, answers: Any) -> float:
    value = loss(keras.ops.convert_to_tensor(target), answers)
    return float(keras.ops.convert_to_numpy(value))
