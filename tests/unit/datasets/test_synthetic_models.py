"""What is said to be the best possible answer is: by hand, by counting, by density."""

import numpy as np
import pytest

from sidelight.datasets._synthetic._evidence import (
    accuracy_with_reading,
    accuracy_without_reading,
)
from sidelight.datasets._synthetic._model import choose, noisy
from sidelight.datasets._synthetic.additive import Additive
from sidelight.datasets._synthetic.interacting import Interacting
from sidelight.datasets._synthetic.irrelevant import Irrelevant
from sidelight.datasets._synthetic.missing import Missing
from sidelight.datasets._synthetic.nuisance import Nuisance
from sidelight.datasets._synthetic.shortcut import BATCHES, Shortcut
from sidelight.datasets._synthetic.where import PLACES, Where
from sidelight.registry import SYNTHETIC

ROWS = 20_000
CASES = [(kind, "test") for kind in SYNTHETIC.names()] + [("shortcut", "train")]


def draw(model, part="test", rows=ROWS, seed=0):
    return model.draw(np.random.default_rng(seed), rows, part)


@pytest.fixture(params=CASES, ids=lambda case: "-".join(case))
def case(request):
    kind, part = request.param
    model = SYNTHETIC.get(kind).obj()
    return model, part, draw(model, part)


def test_the_oracle_is_right_as_often_as_is_said(case):
    model, part, drawn = case
    best = model.best(part)
    error = np.sqrt(best * (1 - best) / ROWS)
    assert best < 0.98
    assert abs((drawn.oracle == drawn.label).mean() - best) < 3 * error
    # The same figure by another way: the mean of what is believed of the best answer.
    assert drawn.posterior.max(axis=1).mean() == pytest.approx(best, abs=3 * error)


def test_the_posterior_is_how_often_each_class_comes_true(case):
    model, _, drawn = case
    np.testing.assert_allclose(drawn.posterior.sum(axis=1), 1)
    assert drawn.posterior.shape == (ROWS, len(model.classes))
    for index in range(len(model.classes)):
        believed, happened = drawn.posterior[:, index], drawn.label == index
        for low in np.arange(0, 1, 0.1):
            chosen = (believed >= low) & (believed < low + 0.1)
            if chosen.sum() > 100:
                spread = believed[chosen] * (1 - believed[chosen])
                error = np.sqrt(spread.sum()) / chosen.sum()
                gap = happened[chosen].mean() - believed[chosen].mean()
                assert abs(gap) < 4 * error


def test_other_answers_are_right_less_often(case):
    _, _, drawn = case
    right = drawn.oracle == drawn.label
    order = np.argsort(drawn.posterior, axis=1)
    certainty = np.take_along_axis(drawn.posterior, order[:, -2:], axis=1)
    doubtful = certainty[:, 1] - certainty[:, 0] < 0.6
    for share in (0.2, 1.0):
        changed = np.random.default_rng(1).random(ROWS) < share
        # Where there is no doubt at all, the rows in doubt cannot be told apart.
        changed &= doubtful if doubtful.any() else True
        other = np.where(changed, order[:, -2], drawn.oracle)
        assert right.mean() - (other == drawn.label).mean() > 0.01 * share


def test_the_same_seed_draws_the_same_rows(case):
    model, part, drawn = case
    again, other = draw(model, part), draw(model, part, seed=1)
    np.testing.assert_array_equal(drawn.label, again.label)
    np.testing.assert_array_equal(drawn.scene, again.scene)
    np.testing.assert_array_equal(drawn.posterior, again.posterior)
    for name, cells in drawn.metadata.items():
        np.testing.assert_array_equal(cells, again.metadata[name])
    assert (drawn.label != other.label).any()


def test_best_accuracies_worked_by_hand():
    assert Irrelevant(truth=0.7).best("test") == 0.7
    assert Interacting(truth=0.8).best("test") == 0.8
    assert Where(truth=0.6).best("test") == 0.6
    # Equal shares: the reading alone, one deviation from the middle: Phi(1).
    even = Additive(shares=(0.25,) * 4, distance=1.0)
    assert even.best("test") == pytest.approx(0.841345, abs=1e-6)
    # No reading to speak of: the shape alone, .5 + .3.
    assert Additive(distance=1e-4).best("test") == pytest.approx(0.8, abs=1e-3)
    # Nothing but absence: right for A when there, for B when missing: (.9 + .6) / 2.
    absence = Missing(agreement=0.5, distance=1e-4)
    assert absence.best("test") == pytest.approx(0.75, abs=1e-3)
    # Absence says nothing, nor does the shape: half the time Phi(1), else a coin.
    reading = Missing(agreement=0.5, absence=(0.5, 0.5), distance=1.0)
    assert reading.best("test") == pytest.approx((0.841345 + 0.5) / 2, abs=1e-6)
    # Two levels, two deviations apart: Phi(1). Three: the middle one errs both ways.
    assert Nuisance(levels=(0.3, 0.5), spread=0.1).best("test") == pytest.approx(
        0.841345, abs=1e-6
    )
    assert Nuisance(levels=(0.3, 0.5, 0.7), spread=0.1).best("test") == pytest.approx(
        1 - 4 / 3 * 0.158655, abs=1e-6
    )
    # A strong leak is believed against the shape, a weak one is not.
    assert Shortcut(truth=0.85, leak=0.97).best("train") == pytest.approx(0.97)
    assert Shortcut(truth=0.85, leak=0.6).best("val") == pytest.approx(0.85)
    assert Shortcut(truth=0.85, leak=0.97).best("test") == pytest.approx(0.85)


def test_evidence_worked_by_hand():
    # One level that says nothing, a reading one deviation out: Phi(1).
    joint = np.array([[0.5], [0.5]])
    assert accuracy_with_reading(joint, 1.0) == pytest.approx(0.841345, abs=1e-6)
    assert accuracy_without_reading(np.array([[0.3, 0.2], [0.1, 0.4]])) == 0.7
    np.testing.assert_allclose(noisy(3, 0.8)[0], [0.8, 0.1, 0.1])


def test_indices_are_chosen_as_often_as_is_said():
    table = np.tile([0.2, 0.5, 0.3], (ROWS, 1))
    shares = np.bincount(choose(np.random.default_rng(0), table)) / ROWS
    np.testing.assert_allclose(shares, [0.2, 0.5, 0.3], atol=0.015)


def bell(x, mean):
    return np.exp(-((x - mean) ** 2) / 2)


def test_additive_posterior_is_the_product_of_the_densities():
    model = Additive()
    drawn = draw(model)
    reading, shares = drawn.metadata["reading"], np.array(model.shares)
    first = shares[drawn.scene] * bell(reading, -model.distance)
    second = shares[::-1][drawn.scene] * bell(reading, model.distance)
    np.testing.assert_allclose(drawn.posterior[:, 1], second / (first + second))


def test_missing_posterior_is_the_product_of_the_densities():
    model = Missing()
    drawn = draw(model)
    reading = drawn.metadata["reading"]
    gap = np.isnan(reading)
    weights = []
    for label, mean in enumerate((-model.distance, model.distance)):
        shape = np.where(drawn.scene == label, model.agreement, 1 - model.agreement)
        absent = model.absence[label]
        weights.append(
            shape * np.where(gap, absent, (1 - absent) * bell(reading, mean))
        )
    np.testing.assert_allclose(drawn.posterior[:, 1], weights[1] / sum(weights))
    assert gap[drawn.label == 0].mean() == pytest.approx(0.1, abs=0.01)
    assert gap[drawn.label == 1].mean() == pytest.approx(0.6, abs=0.02)


def test_nuisance_is_undone_by_gain_and_haze():
    model = Nuisance()
    drawn = draw(model)
    gain, haze = drawn.metadata["gain"], drawn.metadata["haze"]
    reflectance = (drawn.scene - haze) / ((1 - haze) * gain)
    nearest = np.abs(reflectance[:, None] - np.array(model.levels)).argmin(axis=1)
    np.testing.assert_array_equal(nearest, drawn.oracle)
    # Without them the brightness leaves much more in doubt.
    edges = np.quantile(drawn.scene, [1 / 3, 2 / 3])
    assert (np.searchsorted(edges, drawn.scene) == drawn.label).mean() < 0.65


def test_shortcut_answers_by_batch_in_training_and_by_shape_in_test():
    test, names = draw(Shortcut(), "test"), np.array(BATCHES)
    for part in ("train", "val"):
        leaky = draw(Shortcut(), part)
        np.testing.assert_array_equal(names[leaky.oracle], leaky.metadata["batch"])
    np.testing.assert_array_equal(test.oracle, test.scene)
    told = (names[test.label] == test.metadata["batch"]).mean()
    assert told == pytest.approx(1 / 3, abs=0.015)


def test_where_answers_by_the_shape_in_that_place():
    drawn = draw(Where(), rows=500)
    for row, place in enumerate(drawn.metadata["place"]):
        assert drawn.oracle[row] == drawn.scene[row][PLACES.index(place)]


def says_nothing(cells, label, classes):
    """Whether each class is as frequent below and above the middle, or in each word."""
    words = cells if cells.dtype.kind == "U" else cells > np.median(cells)
    return all(
        abs((label[words == word] == index).mean() - (label == index).mean())
        < 4 * np.sqrt(0.25 / (words == word).sum())
        for word in np.unique(words)
        for index in range(classes)
    )


@pytest.mark.parametrize(
    "kind", ["irrelevant", "interacting", "where", "nuisance", "shortcut"]
)
def test_metadata_alone_says_nothing_of_the_label(kind):
    model = SYNTHETIC.get(kind).obj()
    drawn = draw(model)
    for cells in drawn.metadata.values():
        assert says_nothing(cells, drawn.label, len(model.classes))


def test_metadata_that_says_something_is_noticed_by_that_measure():
    drawn = draw(Additive())
    assert not says_nothing(drawn.metadata["reading"], drawn.label, 2)
    drawn = draw(Shortcut(), "train")
    assert not says_nothing(drawn.metadata["batch"], drawn.label, 3)


def test_noise_says_nothing_together_with_the_shape_either():
    drawn = draw(Irrelevant())
    wrong = (drawn.label != drawn.scene).astype(int)
    assert len(drawn.metadata) == 9
    for cells in drawn.metadata.values():
        assert says_nothing(cells, wrong, 2)


def test_neither_bar_nor_polarity_says_anything_alone():
    drawn = draw(Interacting())
    assert says_nothing(drawn.scene.astype(str), drawn.label, 2)
    flipped = (drawn.metadata["polarity"] == "inverse") ^ (drawn.scene == 1)
    np.testing.assert_array_equal(flipped, drawn.oracle == 1)


def commonest(by, label):
    """Accuracy of answering the class that is commonest among rows alike in `by`."""
    _, group = np.unique(by, return_inverse=True)
    counts = np.zeros((group.max() + 1, label.max() + 1))
    np.add.at(counts, (group, label), 1)
    return counts.max(axis=1).sum() / len(label)


def bins(cells):
    """Number of the hundredth each cell is in; -1 where it is missing."""
    edges = np.nanquantile(cells, np.linspace(0, 1, 101)[1:-1])
    return np.where(np.isnan(cells), -1, np.searchsorted(edges, cells))


# The figures of docs/data.md: what picture or metadata can reach alone.
ALONE = {
    "irrelevant": (0.85, None),
    "additive": (0.8, 0.802),
    "interacting": (0.5, 0.5),
    "where": (0.475, 1 / 3),
    "nuisance": (0.555, None),
    "missing": (0.75, 0.814),
    "shortcut": (0.85, 1 / 3),
}


@pytest.mark.parametrize("kind", list(ALONE))
def test_what_picture_or_metadata_can_reach_alone(kind):
    drawn = draw(SYNTHETIC.get(kind).obj(), rows=60_000)
    scene, (picture, metadata) = drawn.scene, ALONE[kind]
    if kind == "where":
        scene = np.array(
            [np.bincount(shapes, minlength=3).argmax() for shapes in scene]
        )
    elif kind == "nuisance":
        scene = bins(scene)
    assert commonest(scene, drawn.label) == pytest.approx(picture, abs=0.01)
    if metadata is not None:
        (cells,) = drawn.metadata.values()
        by = bins(cells) if cells.dtype.kind == "f" else cells
        assert commonest(by, drawn.label) == pytest.approx(metadata, abs=0.01)
