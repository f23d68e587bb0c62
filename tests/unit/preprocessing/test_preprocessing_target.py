"""What is predicted, encoded and brought back: labels, orders, logarithms, several."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from sidelight.errors import TableError
from sidelight.preprocessing import Preprocessor
from sidelight.preprocessing._target import Target
from sidelight.readers import read_table
from tests.unit.splits.test_splits_labels import labelled


def training(frame, **options):
    return read_table(frame, **options).at(np.arange(len(frame)), part="train")


FRAME = pl.DataFrame(
    {"y": [0.0, 1.0, 3.0, 7.0], "z": [10.0, 20.0, 30.0, 50.0], "x": [1.0, 4, 2, 3]}
)


def test_labels_are_zeros_and_ones_in_order_of_name():
    table = labelled()
    target = Target.fit(table)
    assert (target.classes, target.num_outputs) == (("common", "half", "rare"), 3)
    encoded = target.encode(table)
    assert (encoded.shape, encoded.dtype) == ((200, 3), np.float32)
    for row, labels in zip(encoded, table.target(), strict=True):
        assert [n for n, there in zip(target.classes, row, strict=True) if there] == [
            word for word in labels.split(";") if word
        ]
    np.testing.assert_array_equal(target.truth(table), encoded)


def test_a_label_that_training_never_saw_is_named_with_its_rows():
    target = Target.fit(labelled()).model_copy(update={"classes": ("common", "half")})
    with pytest.raises(TableError, match="4 rows have a label") as caught:
        target.encode(labelled())
    assert caught.value.rows == [1, 2, 3, 4]
    assert "The labels are common, half; correct these cells, or take" in str(
        caught.value
    )


@pytest.mark.parametrize(
    ("cells", "order", "expected"),
    [
        (["low", "high", "mid", "low", "high", "mid"], ["low", "mid", "high"], None),
        (["10", "9", "2", "10", "9", "2"], (), ("2", "9", "10")),
        ([1.5, -2.0, 3.0, 1.5, -2.0, 3.0], (), ("-2", "1.5", "3")),
    ],
)
def test_the_order_of_classes_is_kept(cells, order, expected):
    frame = pl.DataFrame({"g": cells, "x": np.arange(6) ** 1.5})
    table = training(frame, target="g", task="ordinal", classes=order)
    target = Target.fit(table)
    assert target.classes == (expected or tuple(order))
    assert target.num_outputs == 3
    ranks = [target.classes.index(cell) for cell in table.target()]
    assert target.encode(table).tolist() == ranks


def test_several_targets_are_scaled_each_by_itself_and_come_back():
    table = training(FRAME, target=["y", "z"])
    target = Target.fit(table)
    assert target.centers == pytest.approx((2.75, 27.5))
    encoded = target.encode(table)
    assert (encoded.shape, encoded.dtype, target.num_outputs) == ((4, 2), np.float32, 2)
    np.testing.assert_allclose(encoded.mean(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(encoded.std(axis=0), 1, rtol=1e-6)
    np.testing.assert_allclose(
        target.decode(encoded), FRAME.select("y", "z"), rtol=1e-6, atol=1e-6
    )
    np.testing.assert_array_equal(target.truth(table), FRAME.select("y", "z"))


def test_a_logarithm_is_learned_and_answers_are_in_units():
    table = training(FRAME, target="y", task="regression", log_target=True)
    target = Target.fit(table)
    logs = np.log1p(FRAME["y"].to_numpy())
    assert target.centers == pytest.approx((logs.mean(),))
    encoded = target.encode(table)
    np.testing.assert_allclose(encoded, (logs - logs.mean()) / logs.std(), rtol=1e-5)
    np.testing.assert_allclose(target.decode(encoded), FRAME["y"], atol=1e-5)
    assert target.truth(table).tolist() == FRAME["y"].to_list()
    far = target.decode(np.array([[-100.0], [1e6]]))
    assert far[0] == 0
    assert np.isfinite(far[1])
    assert "log(1 + y), minus" in target.describe()


def test_a_run_of_the_first_version_is_still_read(tmp_path):
    one = {"name": "y", "task": "regression", "classes": [], "center": 3, "spread": 2}
    assert Target.model_validate(one).decode(np.array([1.0])).tolist() == [5.0]
    two = {**one, "task": "binary", "classes": ["no", "yes"]}
    target = Target.model_validate(two)
    assert (target.names, target.centers) == (("y",), ())
    fitted = Preprocessor((), target)
    fitted.to_json(tmp_path / "p.json")
    assert Preprocessor.from_json(tmp_path / "p.json") == fitted
