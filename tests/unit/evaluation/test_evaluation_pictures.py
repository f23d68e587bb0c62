"""Pictures that are drawn at all, whole, and of what was asked."""

import numpy as np
import pytest
from PIL import Image

from sidelight.errors import DiskFullError
from sidelight.evaluation.pictures import (
    comparison_png,
    confusion_png,
    learning_curves_png,
)

HISTORY = [
    {"epoch": e, "loss": 1 / e, "val_loss": 1.2 / e, "seconds": 3.0} for e in (1, 2, 3)
]
ROWS = [
    {"name": name, "accuracy": a, "low": a - 0.02, "high": a + 0.02}
    for name, a in (("none", 0.6), ("metadata", 0.5), ("film", 0.7))
]


def size(path):
    with Image.open(path) as picture:
        assert picture.format == "PNG"
        picture.load()
        assert np.asarray(picture.convert("L")).std() > 5  # not an empty sheet
        return picture.size


@pytest.mark.parametrize("num_classes", [2, 5, 12, 45, 120])
def test_confusion(tmp_path, num_classes):
    matrix = np.random.default_rng(0).integers(0, 99, (num_classes, num_classes))
    names = [f"class {i}" for i in range(num_classes)]
    confusion_png(matrix.tolist(), names, tmp_path / "c.png")
    assert min(size(tmp_path / "c.png")) >= 400
    assert max(size(tmp_path / "c.png")) <= 2000
    assert len(list(tmp_path.iterdir())) == 1


def test_confusion_of_a_class_without_rows_and_odd_names(tmp_path):
    names = ["$\\frac{$", "Müll\n_deponie_" * 4]
    confusion_png([[0, 0], [1, 3]], names, tmp_path / "c.png")
    assert size(tmp_path / "c.png")


def test_names_in_a_script_that_the_font_lacks(tmp_path):
    confusion_png([[2, 0], [1, 3]], ["森林", "水"], tmp_path / "c.png")
    assert size(tmp_path / "c.png")


def test_curves_are_as_wide_as_there_are_figures(tmp_path):
    learning_curves_png(HISTORY, tmp_path / "one.png")
    two = [{**row, "accuracy": 0.5, "val_accuracy": 0.4} for row in HISTORY]
    learning_curves_png(two, tmp_path / "two.png")
    ratio = size(tmp_path / "two.png")[0] / size(tmp_path / "one.png")[0]
    assert 1.9 < ratio < 2.1


def test_curves_of_one_epoch_without_validation(tmp_path):
    learning_curves_png([{"epoch": 1, "loss": 0.3}], tmp_path / "c.png")
    assert size(tmp_path / "c.png")


@pytest.mark.parametrize("num_epochs", [1, 2, 20])
def test_epochs_are_whole_numbers(tmp_path, monkeypatch, num_epochs):
    from matplotlib.figure import Figure

    shown = []
    save = Figure.savefig

    def look(figure, place, **options):
        save(figure, place, **options)
        low, high = figure.axes[0].get_xlim()
        ticks = figure.axes[0].get_xticks()
        shown.extend(tick for tick in ticks if low <= tick <= high)

    monkeypatch.setattr(Figure, "savefig", look)
    history = [{"epoch": e, "loss": 1 / e} for e in range(1, num_epochs + 1)]
    learning_curves_png(history, tmp_path / "c.png")
    assert shown
    assert all(tick == int(tick) for tick in shown)


def test_comparison_grows_with_the_models(tmp_path):
    comparison_png(ROWS, tmp_path / "three.png")
    comparison_png(ROWS[:2], tmp_path / "two.png")
    assert size(tmp_path / "three.png")[1] > size(tmp_path / "two.png")[1]


def test_a_full_disk_leaves_no_picture(tmp_path, monkeypatch):
    from matplotlib.figure import Figure

    def savefig(figure, place, **options):
        place.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Figure, "savefig", savefig)
    with pytest.raises(DiskFullError):
        comparison_png(ROWS, tmp_path / "c.png")
    assert list(tmp_path.iterdir()) == []
