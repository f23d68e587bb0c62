"""Draw one small picture of every fusion into docs/fusions/.

The image's way is the upper row, the metadata's the lower one; an arrow shows where one
meets the other, and the sign in the circle what is done there.

    python docs/diagrams.py [FOLDER]
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import matplotlib as mpl

mpl.use("svg")
import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.patches import Circle, FancyBboxPatch

INK, IMAGE, META = "#22303c", "#cfe3f2", "#f6dfb4"
STEPS = ("image", "stem", "stage 0", "stage 1", "stage 2", "stage 3", "pool", "logits")
UPPER, LOWER, GAP = 2.0, 0.45, 1.55


@dataclass(frozen=True)
class Picture:
    """What is drawn of a fusion.

    Attributes:
        network: What the metadata goes through before it meets the image.
        sites: Where they meet: behind which step, and the sign of what is done.
        reads: Steps of the image that the metadata's network reads as well.
        image: Whether the image is read at all.
    """

    network: str = ""
    sites: tuple[tuple[str, str], ...] = ()
    reads: tuple[str, ...] = ()
    image: bool = True


STAGES = STEPS[2:6]
PICTURES = {
    "none": Picture(),
    "metadata": Picture("dense × 2", (("pool", "="),), image=False),
    "concat": Picture("", (("pool", "[ ; ]"),)),
    "branch": Picture("dense × 2", (("pool", "[ ; ]"),)),
    "channels": Picture("tile", (("stem", "+"),)),
    "film": Picture("dense × 2", tuple((s, "×γ+β") for s in STAGES)),
    "daft": Picture("bottleneck", (("stage 3", "×γ+β"),), ("stage 3",)),
    "excite": Picture("bottleneck", tuple((s, "×2σ") for s in STAGES), STAGES),
    "condbn": Picture("dense", (("stem", "×γ+β"), *((s, "×γ+β") for s in STAGES))),
    "dynamic": Picture("router", (("stage 3", "Σ r E"),)),
    "hyper": Picture("writes A, B", (("pool", "+ A B"),)),
    "metablock": Picture("scale, shift", (("pool", "σ(tanh)"),)),
    "spatial": Picture("query", (("stage 2", "×2σ"),), ("stage 2",)),
    "attend": Picture("tokens", (("pool", "+"),), ("stage 2",)),
    "tokens": Picture("transformer", (("pool", "+"),), ("stage 3",)),
    "gated": Picture("tanh, share", (("pool", "+"),), ("pool",)),
    "bilinear": Picture("tanh", (("pool", "+ P(·⊙·)"),)),
    "prior": Picture("dense × 2", (("logits", "+"),)),
}


def draw(name: str, picture: Picture, folder: Path) -> Path:
    """Write one fusion's picture as SVG and return its path."""
    figure, axes = plt.subplots(figsize=(8.6, 1.75))
    place = {step: index * GAP for index, step in enumerate(STEPS)}
    for step, x in place.items():
        drawn = picture.image or step == "logits"
        if drawn:
            _box(axes, x, UPPER, step, IMAGE)
    for left, right in pairwise(STEPS):
        if picture.image:
            _arrow(axes, (place[left] + 0.5, UPPER), (place[right] - 0.5, UPPER))
    if picture.sites:
        _metadata(axes, picture, place)
    _arrow(axes, (place["logits"] + 0.5, UPPER), (place["logits"] + 1.3, UPPER))
    axes.set(xlim=(-0.8, place["logits"] + 1.4), ylim=(0, 2.55))
    axes.axis("off")
    path = folder / f"{name}.svg"
    figure.savefig(path, bbox_inches="tight", metadata={"Date": None})
    plt.close(figure)
    return path


def _metadata(axes: Axes, picture: Picture, place: dict[str, float]) -> None:
    meetings = [place[step] + GAP / 2 for step, _ in picture.sites]
    if not picture.image:
        meetings = [place["logits"] - GAP / 2]
    _box(axes, 0, LOWER, "metadata", META, width=1.2)
    start = 0.6
    if picture.network:
        # Just before the first place where both meet.
        x = max(min(meetings) - GAP, GAP + 0.1)
        _arrow(axes, (start, LOWER), (x - 0.72, LOWER))
        _box(axes, x, LOWER, picture.network, META, width=1.44)
        start = x + 0.72
        for step in picture.reads:
            _arrow(axes, (place[step], UPPER - 0.3), (place[step], LOWER + 0.02), "--")
    reach = max([*meetings, *(place[step] for step in picture.reads)])
    axes.plot([start, reach], [LOWER, LOWER], color=INK, lw=1)
    for x, (_, sign) in zip(meetings, picture.sites, strict=True):
        _arrow(axes, (x, LOWER), (x, UPPER - 0.2))
        axes.add_patch(Circle((x, UPPER), 0.13, fc="white", ec=INK, lw=1, zorder=3))
        axes.text(
            x, UPPER + 0.24, sign, ha="center", va="bottom", fontsize=8, color=INK
        )
        if not picture.image:
            _arrow(axes, (x + 0.13, UPPER), (place["logits"] - 0.5, UPPER))


def _box(
    axes: Axes, x: float, y: float, text: str, colour: str, width: float = 1.0
) -> None:
    axes.add_patch(
        FancyBboxPatch(
            (x - width / 2, y - 0.26),
            width,
            0.52,
            boxstyle="round,pad=0,rounding_size=0.08",
            fc=colour,
            ec=INK,
            lw=1,
            zorder=2,
        )
    )
    axes.text(x, y, text, ha="center", va="center", fontsize=8, color=INK, zorder=4)


def _arrow(
    axes: Axes, start: tuple[float, float], end: tuple[float, float], style: str = "-"
) -> None:
    axes.annotate(
        "",
        end,
        start,
        arrowprops={"arrowstyle": "-|>", "color": INK, "lw": 1, "ls": style},
    )


def main(folder: Path) -> list[Path]:
    """Draw all pictures into a folder; return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    with mpl.rc_context({"svg.hashsalt": "sidelight", "svg.fonttype": "none"}):
        return [draw(name, picture, folder) for name, picture in PICTURES.items()]


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent / "fusions"))
