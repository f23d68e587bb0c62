"""Scores as pictures: confusion matrix, learning curves, a comparison of fusions."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from sidelight.runs import write_atomically

if TYPE_CHECKING:
    from collections.abc import Sequence

SHARES_SHOWN, COUNTS_SHOWN, NAMES_SHOWN = 10, 30, 80  # up to so many classes
LONGEST_SIDE = 12.0  # inches
INK, MUTED, ACCENT, SECOND = "#1b1f24", "#6b7280", "#0b6e99", "#d9822b"


def confusion_png(
    matrix: Sequence[Sequence[int]], classes: Sequence[str], path: Path
) -> None:
    """Draw a confusion matrix: counts, shaded by their share of the true class.

    Args:
        matrix: Rows are the truth, columns the answers.
        classes: Names in the same order.
        path: PNG to write.
    """
    counts = np.asarray(matrix)
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    cell = 0.62 if len(classes) <= SHARES_SHOWN else 0.38
    side = min(max(3.6, cell * len(classes) + 1.8), LONGEST_SIDE)
    figure, axes = _figure(side + 0.6, side)
    axes.imshow(share, cmap="Blues", vmin=0, vmax=1)
    if len(classes) <= COUNTS_SHOWN:
        _write_counts(axes, counts, share)
    _name_classes(axes, classes)
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")
    axes.tick_params(length=0)
    right = counts.diagonal().sum() / max(counts.sum(), 1)
    axes.set_title(
        f"{right:.1%} of {counts.sum():,} rows right", loc="left", fontsize=10
    )
    _save(figure, path)


def _write_counts(axes: Any, counts: Any, share: Any) -> None:
    few = len(counts) <= SHARES_SHOWN
    for (row, column), count in np.ndenumerate(counts):
        if not count and not few:
            continue
        axes.text(
            column,
            row,
            f"{count}\n{share[row, column]:.0%}" if few else f"{count}",
            ha="center",
            va="center",
            color="white" if share[row, column] > 0.68 else INK,
            fontsize=8 if few else 6.5,
        )


def _name_classes(axes: Any, classes: Sequence[str]) -> None:
    if len(classes) > NAMES_SHOWN:
        axes.set_xticks([])
        axes.set_yticks([])
        return
    lines = [" ".join(name.split()) for name in classes]
    names = [line if len(line) <= 28 else line[:27] + "…" for line in lines]
    look: dict[str, Any] = {"parse_math": False}  # a name with "$" is no formula
    look["fontsize"] = 9 if len(classes) <= COUNTS_SHOWN else 6
    slanted = {"rotation": 40, "ha": "right", "rotation_mode": "anchor"}
    longest = max(map(len, names), default=0)
    short = longest <= (10 if len(names) < 4 else 6) and len(names) <= SHARES_SHOWN
    axes.set_xticks(range(len(names)), names, **look, **({} if short else slanted))
    axes.set_yticks(range(len(names)), names, **look)


def learning_curves_png(history: Sequence[dict[str, float]], path: Path) -> None:
    """Draw each figure of the history over the epochs, train beside validation.

    Args:
        history: One row of figures an epoch.
        path: PNG to write.
    """
    rows = list(history)
    skipped = {"epoch", "seconds", "learning_rate"}
    names = [n for n in (rows[0] if rows else {}) if n not in skipped]
    figures = [n for n in names if not n.startswith("val_")]
    figure, axes = _figure(
        4.2 * max(1, len(figures)), 3.0, columns=max(1, len(figures))
    )
    epochs = [row["epoch"] for row in rows]
    for name, area in zip(figures, np.atleast_1d(axes), strict=False):
        for key, color, label in (
            (name, ACCENT, "train"),
            (f"val_{name}", SECOND, "val"),
        ):
            if key in names:
                values = [row.get(key, np.nan) for row in rows]
                area.plot(
                    epochs,
                    values,
                    color=color,
                    label=label,
                    linewidth=1.8,
                    marker="o" if len(rows) == 1 else None,
                )
        area.set_xlabel("epoch")
        area.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        area.set_title(name, loc="left", fontsize=10)
        area.legend(frameon=False, fontsize=8)
        area.grid(axis="y", color="#e5e7eb", linewidth=0.8)
    _save(figure, path)


def comparison_png(rows: Sequence[dict[str, Any]], path: Path) -> None:
    """Draw the accuracy of several models with their intervals, best on top.

    Args:
        rows: Each with "name", "accuracy", "low" and "high".
        path: PNG to write.
    """
    ordered = sorted(rows, key=lambda row: row["accuracy"])
    figure, axes = _figure(6.4, 0.46 * len(ordered) + 1.3)
    for place, row in enumerate(ordered):
        color = MUTED if row["name"] in ("none", "metadata") else ACCENT
        axes.plot([row["low"], row["high"]], [place, place], color=color, linewidth=2.4)
        axes.plot(row["accuracy"], place, "o", color=color, markersize=8)
        axes.annotate(
            f"{row['accuracy']:.3f}",
            (row["high"], place),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            fontsize=9,
            color=INK,
        )
    titles = {"none": "none (image only)", "metadata": "metadata only"}
    names = [titles.get(row["name"], row["name"]) for row in ordered]
    axes.set_yticks(range(len(ordered)), names)
    axes.set_ylim(-0.6, len(ordered) - 0.4)
    axes.margins(x=0.12)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color="#e5e7eb", linewidth=0.8)
    axes.set_xlabel("accuracy on test rows, with 95 % bootstrap interval")
    _save(figure, path)


def _figure(width: float, height: float, columns: int = 1) -> tuple[Figure, Any]:
    figure = Figure(figsize=(width, height), dpi=150, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(1, columns)
    for area in np.atleast_1d(axes):
        area.set_axisbelow(True)
        area.tick_params(colors=INK, labelsize=9)
        for side in ("top", "right", "left", "bottom"):
            area.spines[side].set_visible(False)
    return figure, axes


def _save(figure: Figure, path: Path) -> None:
    def draw(place: Path) -> None:
        figure.savefig(place, format="png", bbox_inches="tight", pad_inches=0.12)

    with warnings.catch_warnings():
        # A name in a script that the font lacks is drawn as boxes, which shows.
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        write_atomically(path, draw)
