"""Figures as JSON, and what explains them."""

import numpy as np
import pytest

from sidelight.predictor import ColumnSignature, Signature, TrainedOn
from sidelight.serve._answers import answer_of
from sidelight.serve._explain import changes, covered
from sidelight.serve._heat import explained

DEPTH = ColumnSignature(
    column="depth",
    sources=("depth",),
    inputs=("depth",),
    kind="numeric",
    takes="",
    missing="auto",
    training={"low": 0.0, "high": 5.0, "fill": 2.0},
)
WORD = ColumnSignature(
    column="sensor",
    sources=("sensor",),
    inputs=("sensor",),
    kind="categorical",
    takes="",
    missing="error",
    training={"words": ["a", "b"], "rare": []},
)
CLASSES = Signature(
    version="0",
    fingerprint="",
    task="multiclass",
    classes=("x", "y", "z"),
    targets=("label",),
    columns=(DEPTH, WORD),
    image=None,
    missing_words=(),
)
LABELS = CLASSES.model_copy(update={"task": "multilabel"})
NUMBER = CLASSES.model_copy(update={"task": "regression", "classes": ()})
NUMBERS = NUMBER.model_copy(update={"targets": ("p", "q")})
CELLS = {"depth": 9.0, "sensor": "b"}


def test_classes_have_the_likeliest_and_all_probabilities():
    flags = TrainedOn(CLASSES).unusual(CELLS)
    found = answer_of(CLASSES, np.array([0.25, 0.5, 0.25]), flags)
    assert found["label"] == "y"
    assert found["probability"] == {"x": 0.25, "y": 0.5, "z": 0.25}
    assert found["flags"] == [
        {"column": "depth", "value": "9.0", "what": "outside 0 to 5"}
    ]


@pytest.mark.parametrize(
    ("signature", "figures", "key", "value"),
    [
        (LABELS, [0.5, 0.49, 1.0], "labels", ["x", "z"]),
        (NUMBER, 3.5, "prediction", 3.5),
        (NUMBERS, [1.0, 2.0], "prediction", {"p": 1.0, "q": 2.0}),
    ],
)
def test_other_tasks_have_theirs(signature, figures, key, value):
    found = answer_of(signature, np.array(figures), [])
    assert found[key] == value
    assert "label" not in found


def test_a_value_becomes_a_gap_or_what_is_usual():
    depth, sensor = changes(CLASSES, CELLS)
    assert (depth.replaced_by, depth.cells) == ("unknown", {**CELLS, "depth": None})
    assert (sensor.replaced_by, sensor.cells["sensor"]) == ("a", "a")
    assert changes(CLASSES, {"depth": None}) == []


def test_each_part_is_covered_once_by_the_mean_colour():
    pixels = np.arange(5 * 7, dtype=np.uint8).reshape(5, 7, 1)
    found = list(covered(pixels, (2, 3)))
    assert len(found) == 6
    touched = np.sum([part[..., 0] != pixels[..., 0] for part in found], axis=0)
    same = pixels[..., 0] == 17  # the mean itself
    assert (touched[~same] == 1).all()
    assert set(np.concatenate([p[p != pixels] for p in found])) == {17}


def test_effects_and_heat_are_differences_to_the_answer():
    figures = np.array(
        [[0.2, 0.5, 0.3], [0.2, 0.1, 0.7], [0.2, 0.6, 0.2], [0.0, 0.5, 0.5],
         [0.0, 0.25, 0.75]]
    )  # fmt: skip
    found = explained(CLASSES, figures, changes(CLASSES, CELLS), (1, 2), None)
    assert (found["class"], found["probability"]) == ("y", 0.5)
    assert [round(e["effect"], 9) for e in found["effects"]] == [0.4, -0.1]
    assert found["heat"] == {"rows": 1, "columns": 2, "drop": [[0.0, 0.25]]}
    asked = explained(CLASSES, figures, changes(CLASSES, CELLS), None, "z")
    assert (asked["class"], asked["probability"], asked["heat"]) == ("z", 0.3, None)


def test_numbers_are_explained_by_target():
    figures = np.array([[1.0, 10.0], [3.0, 10.0], [1.0, 4.0]])
    found = explained(NUMBERS, figures, changes(NUMBERS, CELLS), None, "q")
    assert (found["class"], found["target"], found["prediction"]) == (None, "q", 10.0)
    assert [effect["effect"] for effect in found["effects"]] == [0.0, 6.0]
