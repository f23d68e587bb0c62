"""Results as tables for people to read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console
from rich.table import Table as Grid

from sidelight.evaluation import SCORE_NAMES

if TYPE_CHECKING:
    from sidelight.runs import RunDirectory
    from sidelight.workflow import Run

HEADINGS = {"support": "rows", **SCORE_NAMES}


def console() -> Console:
    """Return standard output, as wide as it is, or 110 columns in a log."""
    found = Console(highlight=False)
    return found if found.is_terminal else Console(highlight=False, width=110)


def grid(*columns: str, title: str | None = None) -> Grid:
    """Return an empty table: first column left, the others right."""
    made = Grid(title=title, box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False)
    for index, name in enumerate(columns):
        made.add_column(name, justify="left" if index == 0 else "right")
    return made


def figure(value: Any) -> str:
    """Return a number as it is shown: four digits, or a dash where there is none."""
    if value is None:
        return "–"
    return str(value) if isinstance(value, int | str) else f"{value:.4f}"


def scores(parts: dict[str, dict[str, Any]], title: str | None = None) -> Grid:
    """Return a table of scores: one line a score, one column a part."""
    made = grid("", *parts, title=title)
    made.add_row("rows", *(figure(part.get("rows")) for part in parts.values()))
    for name, label in SCORE_NAMES.items():
        if any(name in part for part in parts.values()):
            made.add_row(label, *(figure(part.get(name)) for part in parts.values()))
    return made


def by_class(part: dict[str, Any], title: str) -> Grid | None:
    """Return the scores of each class, label or target, where there are several."""
    for key, noun, names in (
        ("per_class", "class", ("support", "sensitivity", "specificity")),
        ("per_label", "label", ("support", "average_precision", "recall", "precision")),
        ("per_target", "target", ("mae", "rmse", "r2")),
    ):
        if part.get(key):
            shown = (HEADINGS.get(name, name.replace("_", " ")) for name in names)
            made = grid(noun, *shown, title=f"{title} by {noun}")
            for name, figures in part[key].items():
                made.add_row(name, *(figure(figures[score]) for score in names))
            return made
    return None


def show_run(finished: Run, directory: RunDirectory) -> None:
    """Print what a run gave and where it is."""
    out = console()
    parts = {part: finished.metrics[part] for part in ("train", "val", "test")}
    out.print(scores(parts))
    classes = by_class(finished.metrics["test"], "test rows")
    if classes is not None:
        out.print(classes)
    training = finished.training
    note = f"kept the {training.kept} epoch of {len(training.history)}"
    if training.best_epoch is not None:
        note += f"; epoch {training.best_epoch} was best on val"
    if training.stopped:
        note += f"; stopped by {training.stopped}"
    out.print(note)
    for decided in finished.notes:
        out.print(decided, soft_wrap=True)
    if finished.predictor.uses_image:
        network = finished.config.network
        weights = network.weights or "random values"
        out.print(f"backbone {network.backbone}, from {weights}")
    noise = finished.label_noise
    if noise is not None and noise.height:
        out.print(
            f"{noise.height} labels of val and test rows look wrong: label_noise.csv"
        )
    left_out = finished.prepared.split.left_out
    if left_out:
        out.print(f"{left_out} training rows nearer than the buffer were left out")
    for reason, count in finished.prepared.table.dropped.items():
        out.print(f"{count} rows dropped: {reason}")
    out.print(f"written to {directory.path}", soft_wrap=True)
