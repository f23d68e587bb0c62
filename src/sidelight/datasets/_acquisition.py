"""A simulated acquisition: what a satellite, the hour and the air do to a picture.

Everything here is simulation; the surface below it is real. The altitude decides how
much ground is cut out and resampled to the picture's size. Then, on linear light x:

1. surface     x = (value / 255) to the power 2.2
2. sun         ground, clouds and airlight all shine with sin(elevation) of the sun
3. clouds      x (1 - c) + 0.8 c, with opacity c where a fractal field is high
4. haze        x exp(-t) + airlight (1 - exp(-t)), t the optical depth
5. sensor      a 3 × 3 mixing of bands
6. gamma       x to the power 1 / gamma, the sensor's own
7. quantised   to 8 bits, and JPEG

Optical depths are drawn from Gamma(shape 1.5, scale 0.3): 0.45 on average.

Solar position: declination `-23.44° cos(2π (d + 10) / 365)` for day d of the year, and
`sin(elevation) = sin φ sin δ + cos φ cos δ cos(15° (t - 12))` for solar time t, which
is mean solar time plus `9.87 sin 2B - 7.53 cos B - 1.5 sin B` minutes,
`B = 2π (d - 81) / 364`.

Times are local mean solar times, by which sun-synchronous satellites are steered: with
the place withheld, an hour in UTC would say nothing about the sun.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

ALTITUDES_KM = (500.0, 900.0)
ELEVATIONS_DEG = (15.0, 85.0)
YEAR = datetime(2024, 1, 1)
DEPTH_SHAPE, DEPTH_SCALE = 1.5, 0.3
AIRLIGHT = np.array([0.20, 0.25, 0.33])
CLOUD_LIGHT = 0.8
CLOUD_COVER = {"clear": 0.0, "scattered": 0.15, "broken": 0.35}
CLOUD_ODDS = (0.6, 0.25, 0.15)


@dataclass(frozen=True)
class Sensor:
    """One instrument: how it mixes red, green and blue, and its gamma."""

    mixing: tuple[tuple[float, float, float], ...]
    gamma: float


SENSORS = {
    "aurora": Sensor(((0.95, 0.05, 0.0), (0.05, 0.9, 0.05), (0.0, 0.05, 0.95)), 2.2),
    "borealis": Sensor(((0.3, 0.6, 0.1), (0.65, 0.2, 0.15), (0.2, 0.1, 0.7)), 1.6),
    "cirrus": Sensor(((0.15, 0.25, 0.6), (0.2, 0.65, 0.15), (0.75, 0.15, 0.1)), 3.0),
}


@dataclass(frozen=True)
class Acquisition:
    """The circumstances of one picture.

    Attributes:
        acquired_at: Local mean solar time, to the second.
        sensor_altitude_km: Height; the chip's footprint grows with it.
        sensor: Name of the instrument.
        atmosphere: Optical depth of the haze.
        cloud_cover: "clear", "scattered" or "broken".
        elevation_deg: Elevation of the sun; follows from time and latitude.
    """

    acquired_at: datetime
    sensor_altitude_km: float
    sensor: str
    atmosphere: float
    cloud_cover: str
    elevation_deg: float

    def footprint(self, size: int) -> int:
        """Return the pixels of imagery a side that this altitude sees.

        The highest orbit sees what a plain chip shows and none sees more, so that a
        buffer chosen for plain chips is wide enough here.
        """
        return round(size * self.sensor_altitude_km / ALTITUDES_KM[1])


def draw_acquisition(rng: np.random.Generator, latitude: float) -> Acquisition:
    """Draw circumstances under which the sun stands between 15° and 85° high.

    Near the poles not every date has such a sun; moments are drawn until one does.
    """
    low, high = ELEVATIONS_DEG
    while True:
        moment = YEAR + timedelta(seconds=int(rng.integers(0, 366 * 86_400)))
        # Mean solar time is what a clock at longitude 0 shows.
        elevation = sun_elevation(moment, latitude, longitude=0.0)
        if low <= elevation <= high:
            break
    return Acquisition(
        acquired_at=moment,
        sensor_altitude_km=round(float(rng.uniform(*ALTITUDES_KM)), 1),
        sensor=str(rng.choice(list(SENSORS))),
        atmosphere=round(float(rng.gamma(DEPTH_SHAPE, DEPTH_SCALE)), 3),
        cloud_cover=str(rng.choice(list(CLOUD_COVER), p=CLOUD_ODDS)),
        elevation_deg=elevation,
    )


def sun_elevation(moment: datetime, latitude: float, longitude: float) -> float:
    """Return the sun's elevation in degrees.

    Args:
        moment: UTC.
        latitude: Degrees north.
        longitude: Degrees east.
    """
    day = moment.timetuple().tm_yday
    hours = moment.hour + moment.minute / 60 + moment.second / 3600
    b = 2 * np.pi * (day - 81) / 364
    equation_min = 9.87 * np.sin(2 * b) - 7.53 * np.cos(b) - 1.5 * np.sin(b)
    solar_time = hours + longitude / 15 + equation_min / 60
    declination = np.radians(-23.44 * np.cos(2 * np.pi * (day + 10) / 365))
    phi, hour_angle = np.radians(latitude), np.radians(15 * (solar_time - 12))
    sine = np.sin(phi) * np.sin(declination)
    sine += np.cos(phi) * np.cos(declination) * np.cos(hour_angle)
    return float(np.degrees(np.arcsin(np.clip(sine, -1, 1))))


def photograph(
    surface: NDArray[np.uint8], acquisition: Acquisition, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Return the picture a sensor would take of a surface.

    Args:
        surface: `(size, size, 3)` uint8, already of the sensor's footprint.
        acquisition: The circumstances.
        rng: Draws the clouds.
    """
    light = (surface / 255.0) ** 2.2
    sun = np.sin(np.radians(acquisition.elevation_deg))
    clouds = cloud_field(len(surface), CLOUD_COVER[acquisition.cloud_cover], rng)
    light = (light * (1 - clouds) + CLOUD_LIGHT * clouds) * sun
    clear = np.exp(-acquisition.atmosphere)
    light = light * clear + AIRLIGHT * sun * (1 - clear)
    sensor = SENSORS[acquisition.sensor]
    mixed = light @ np.array(sensor.mixing).T
    values = 255 * np.clip(mixed, 0, 1) ** (1 / sensor.gamma)
    return np.asarray(values.round(), dtype=np.uint8)


def cloud_field(
    size: int, cover: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Return the opacity of clouds `(size, size, 1)` that cover part of a picture.

    The field is noise with a power spectrum of `f ** -3.6`; its highest part is cloud,
    thicker the higher it is.
    """
    if cover == 0:
        return np.zeros((size, size, 1))
    frequency = np.hypot(np.fft.fftfreq(size)[:, None], np.fft.rfftfreq(size)[None])
    frequency[0, 0] = np.inf
    noise = rng.normal(size=(2, *frequency.shape))
    spectrum = (noise[0] + 1j * noise[1]) * frequency**-1.8
    field = np.fft.irfft2(spectrum, s=(size, size))
    level = np.quantile(field, 1 - cover)
    opacity = np.clip((field - level) / (1.5 * field.std() + 1e-12), 0, 0.9)
    return np.asarray(opacity)[..., None]
