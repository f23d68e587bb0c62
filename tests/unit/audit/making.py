"""A clean table with its pictures, and faults to plant in it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
from PIL import Image

from sidelight.audit import Audit, run_checks
from sidelight.readers import read_table
from sidelight.splits import SplitConfig, make_split

ROWS, SIDE = 600, 40
CLASSES = ("forest", "meadow", "water", "village")


@dataclass
class Data:
    """A table beside its pictures, and how it would be split."""

    frame: pl.DataFrame
    folder: Path
    split: SplitConfig

    def with_columns(self, **columns) -> Data:
        return Data(self.frame.with_columns(**columns), self.folder, self.split)

    def with_cells(self, column, rows, values) -> Data:
        """Return it with other cells in one column; text as in a CSV."""
        cells = self.frame[column].cast(pl.String).to_list()
        for row, value in zip(rows, values, strict=True):
            cells[row] = value
        return self.with_columns(**{column: pl.Series(cells, dtype=pl.String)})

    def audit(self, checks=None, pixels=True) -> Audit:
        """Read it with all its flaws, and make checks."""
        table = read_table(
            self.frame, image="file", target="label", images=self.folder,
            on_bad="keep", drop=[n for n in (self.split.column,) if n],
        )  # fmt: skip
        filled = np.flatnonzero(table.target().is_not_null().to_numpy())
        split = make_split(table.at(filled), self.split)
        if len(filled) < len(table):
            parts = np.full(len(table), -1, np.int8)
            parts[filled] = split.assignment
            split = type(split)(parts, split.method)
        return run_checks(table, split, checks=checks, pixels=pixels, progress=False)


def make_clean(folder: Path) -> Data:
    """Write 600 pictures whose table has no fault; labels show in the pictures."""
    rng = np.random.default_rng(7)
    label = rng.integers(0, 4, ROWS)
    names = []
    for row in range(ROWS):
        coarse = rng.integers(0, 256, (5, 5, 3), dtype=np.uint8)
        picture = Image.fromarray(coarse).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
        pixels = np.asarray(picture).copy()
        pixels[15:25, 15:25] = (60 * label[row], 90, 200 - 60 * label[row])
        names.append(f"p{rng.integers(10**8):08d}_{row % 10}.png")
        Image.fromarray(pixels).save(folder / names[-1])
    start = datetime(2019, 1, 1)
    days = rng.integers(0, 1500, ROWS)
    warm = 14 + rng.normal(size=ROWS) * 5 + label
    gap = rng.random(ROWS) < 0.1
    frame = pl.DataFrame(
        {
            "file": names,
            "label": [CLASSES[i] for i in label],
            "lat": np.round(rng.uniform(45, 55, ROWS), 4),
            "lon": np.round(rng.uniform(2, 20, ROWS), 4),
            "captured": [f"{start + timedelta(int(d)):%Y-%m-%d}" for d in days],
            "elevation_m": np.round(np.exp(rng.normal(5, 0.6, ROWS)), 1),
            "temperature": pl.Series(np.round(warm, 1)).set(pl.Series(gap), None),
            "cloud_cover": rng.integers(0, 101, ROWS),
            "sensor": rng.choice(["alpha", "beta", "gamma"], ROWS, p=[0.5, 0.3, 0.2]),
            "biome": rng.choice(["taiga", "steppe", "coastal", "alpine"], ROWS),
        }
    )
    text = frame.with_columns(pl.all().cast(pl.String))
    return Data(text, folder, SplitConfig())


@dataclass(frozen=True)
class Plant:
    """A fault: how it gets into clean data, and what has to be found.

    Attributes:
        name: What is wrong.
        check: The check that has to find it.
        make: Gives the data with the fault.
        column: The column that has to be named.
        rows: How many rows have to be counted; None where it does not matter.
    """

    name: str
    check: str
    make: Callable[[Data], Data]
    column: str | None = None
    rows: int | None = None

    def is_found(self, found: Audit) -> bool:
        return any(
            finding.check == self.check
            and (self.column is None or finding.column == self.column)
            and (self.rows is None or finding.rows == self.rows)
            for finding in found.findings
        )


PLANTS: list[Plant] = []
# What paints or names all pictures comes before what spoils some of them, and what
# moves rows comes after what is planted in certain rows.
FIRST = ("frames", "class_size", "class_in_name")
LAST = ("ordered",)


def together(data):
    """Return data with every fault."""
    early = [p for name in FIRST for p in PLANTS if p.make.__name__ == name]
    late = [p for name in LAST for p in PLANTS if p.make.__name__ == name]
    for one in (*early, *(p for p in PLANTS if p not in (*early, *late)), *late):
        data = one.make(data)
    return data


def plant(name, check, column=None, rows=None):
    """Enter a fault under its name."""

    def enter(make):
        PLANTS.append(Plant(name, check, make, column, rows))
        return make

    return enter


def rng():
    return np.random.default_rng(11)


def answers(data):
    return np.array(
        [CLASSES.index(c) if c in CLASSES else 0 for c in data.frame["label"]]
    )


def repainted(data, name, rows, paint, suffix=".png", **save):
    """Return it with changed copies of the pictures of some rows, in their folder."""
    folder = data.folder.parent / f"planted_{name}"
    folder.mkdir(exist_ok=True)
    files = data.frame["file"].to_list()
    made = []
    for row in rows:
        with Image.open(data.folder / files[row]) as image:
            changed = paint(row, image.convert("RGB"))
        made.append(f"../{folder.name}/{row:04d}{suffix}")
        changed.save(data.folder / made[-1], **save)
    return data.with_cells("file", rows, made)


# One row, one picture.


@plant("a file that is not there", "references", "file", 1)
def missing_file(data):
    return data.with_cells("file", [5], ["nowhere.png"])


@plant("a picture named twice", "references", "file", 1)
def named_twice(data):
    return data.with_cells("file", [8], [data.frame["file"][7]])


@plant("pictures in no row", "orphans", "file")
def orphans(data):
    return Data(data.frame.slice(3), data.folder, data.split)


@plant("a truncated picture", "unreadable", "file", 1)
def truncated(data):
    made = repainted(data, "cut", [11], lambda _, image: image)
    path = data.folder / made.frame["file"][11]
    path.write_bytes(path.read_bytes()[:400])
    return made


@plant("PNGs called .jpg", "suffixes", "file", 3)
def lying_suffix(data):
    return repainted(
        data, "lies", [13, 14, 15], lambda _, image: image, ".jpg", format="PNG"
    )


@plant("black pictures", "blank_pictures", "file", 7)
def black(data):
    return repainted(
        data, "black", range(20, 27), lambda r, i: Image.new("RGB", (40 + r, 40))
    )


# The same picture twice.


def copied(data, name, pairs):
    folder = data.folder.parent / f"planted_{name}"
    folder.mkdir(exist_ok=True)
    files = data.frame["file"].to_list()
    made = []
    for source, row in pairs:
        made.append(f"../{folder.name}/{row:04d}.png")
        (data.folder / made[-1]).write_bytes((data.folder / files[source]).read_bytes())
    return data.with_cells("file", [row for _, row in pairs], made)


@plant("one picture with two labels", "exact_duplicates", "file", 1)
def two_labels(data):
    label = answers(data)
    source = int(np.flatnonzero(label[30:60] == 0)[0]) + 30
    row = int(np.flatnonzero(label[60:90] == 1)[0]) + 60
    return copied(data, "labels", [(source, row)])


@plant("pictures on both sides of the split", "exact_duplicates", "file")
def both_sides(data):
    label = answers(data)
    same = np.flatnonzero(label[100:200] == 2) + 100
    half = len(same) // 2
    return copied(
        data, "sides", list(zip(same[:half], same[half : 2 * half], strict=True))
    )


@plant("pictures scaled and compressed again", "near_duplicates", "file")
def compressed_again(data):
    label = answers(data)
    same = np.flatnonzero(label[200:260] == 3) + 200
    files = data.frame["file"].to_list()
    twins = dict(zip(same[1::2].tolist(), same[::2].tolist(), strict=False))

    def paint(row, _):
        with Image.open(data.folder / files[twins[row]]) as image:
            return image.convert("RGB").resize((56, 56), Image.Resampling.BICUBIC)

    return repainted(data, "again", list(twins), paint, ".jpg", quality=80)


@plant("one patient in training and test", "groups", "patient_id")
def patients(data):
    codes = [f"P{number // 3:03d}" for number in rng().permutation(len(data.frame))]
    return data.with_columns(patient_id=pl.Series(codes))


# What gives the answer away.


@plant("a code of the class", "column_leaks", "code")
def class_code(data):
    return data.with_columns(code=pl.Series([f"K{a}" for a in answers(data)]))


@plant("a number that nearly is the class", "column_leaks", "index_value")
def class_number(data):
    values = answers(data) + rng().normal(0, 0.05, len(data.frame))
    values[:6] = rng().permutation(values)[:6]
    return data.with_columns(index_value=pl.Series(values.round(3)).cast(pl.String))


@plant("a level that one class only has", "column_leaks", "verified_by")
def partial_code(data):
    level = rng().choice(["north", "south"], len(data.frame)).astype(object)
    level[answers(data) == 1] = "expert"
    return data.with_columns(verified_by=pl.Series(level.tolist()))


@plant("two columns that hold the class together", "pair_leaks")
def pair(data):
    first = rng().integers(0, 4, len(data.frame))
    second = (answers(data) + first) % 4
    return data.with_columns(
        batch=pl.Series([f"b{v}" for v in first]),
        shelf=pl.Series([f"s{v}" for v in second]),
    )


@plant("the class in the file's name", "file_names", "file")
def class_in_name(data):
    folder = data.folder.parent / "planted_names"
    folder.mkdir(exist_ok=True)
    made = []
    for row, (file, label) in enumerate(data.frame.select("file", "label").iter_rows()):
        made.append(f"../{folder.name}/{label}_{row:04d}{Path(file).suffix}")
        source, link = data.folder / file, data.folder / made[-1]
        if source.is_file() and not link.exists():
            os.link(source, link)
    return data.with_columns(file=pl.Series(made))


@plant("rows in the order of the class", "row_order", "label")
def ordered(data):
    return Data(data.frame.sort("label", maintain_order=True), data.folder, data.split)


@plant("one class in another size", "file_facts", "file")
def class_size(data):
    rows = np.flatnonzero(answers(data) == 0).tolist()
    return repainted(data, "size", rows, lambda _, image: image.resize((44, 44)))


@plant("frames in the colour of the class", "borders", "file")
def frames(data):
    label = answers(data)

    def paint(row, image):
        framed = Image.new("RGB", image.size, (60 * int(label[row]) + 20, 40, 200))
        framed.paste(image.crop((3, 3, SIDE - 3, SIDE - 3)), (3, 3))
        return framed

    return repainted(data, "frames", range(len(data.frame)), paint)


# Between the parts.


def parts(data):
    drawn = rng().choice(["train", "val", "test"], len(data.frame), p=[0.6, 0.2, 0.2])
    made = data.with_columns(part=pl.Series(drawn))
    return Data(made.frame, made.folder, SplitConfig(column="part")), drawn


@plant("a column that drifts", "column_drift", "humidity_level")
def drift(data):
    made, part = parts(data)
    values = rng().normal(50, 5, len(part)) + 6 * (part == "test")
    return made.with_columns(humidity_level=pl.Series(values.round(2)).cast(pl.String))


@plant("a drift that no column shows alone", "part_classifier")
def joint_drift(data):
    made, part = parts(data)
    first = rng().normal(size=len(part))
    sign = np.where(part == "test", -1, 1)
    second = sign * first + rng().normal(size=len(part)) * 0.1
    return made.with_columns(
        wind_u=pl.Series(first.round(3)).cast(pl.String),
        wind_v=pl.Series(second.round(3)).cast(pl.String),
    )


@plant("a class that test lacks", "classes", "label")
def absent_class(data):
    made, part = parts(data)
    part = np.where((answers(data) == 3) & (part == "test"), "train", part)
    return made.with_columns(part=pl.Series(part))


@plant("a class of three rows", "classes", "label", 3)
def small_class(data):
    return data.with_cells("label", [401, 402, 403], ["glacier"] * 3)


# Columns.


@plant("a constant column", "constant", "country")
def constant(data):
    return data.with_columns(country=pl.lit("FR"))


@plant("a nearly constant column", "constant", "flag", 2)
def nearly_constant(data):
    flags = ["ok"] * len(data.frame)
    flags[9] = flags[99] = "odd"
    return data.with_columns(flag=pl.Series(flags))


@plant("a column of names", "identifiers", "observer_note")
def identifier(data):
    codes = [f"n{number}" for number in rng().integers(0, 10**6, len(data.frame))]
    codes[1] = codes[0]
    return data.with_columns(observer_note=pl.Series(codes))


@plant("a column in two units", "duplicate_columns", "elevation_ft")
def twice(data):
    metres = data.frame["elevation_m"].cast(pl.Float64, strict=False)
    return data.with_columns(elevation_ft=(metres / 0.3048).round(2).cast(pl.String))


@plant("rows that are there twice", "duplicate_rows", rows=4)
def repeated_rows(data):
    made = data
    for name in data.frame.columns:
        if name != "file":
            cells = data.frame[name][410:414].to_list()
            made = made.with_cells(name, range(420, 424), cells)
    return made


@plant("words among numbers", "cells", "cloud_cover", 2)
def words_among_numbers(data):
    return data.with_cells("cloud_cover", [430, 431], ["much", "little"])


@plant("rows without an answer", "cells", "label", 2)
def no_answer(data):
    return data.with_cells("label", [440, 441], [None, None])


@plant("latitude 91", "cells", "lat", 2)
def latitude(data):
    return data.with_cells("lat", [450, 451], ["91.0", "-95.2"])


@plant("places at (0, 0)", "impossible_values", "lat", 3)
def nowhere(data):
    made = data.with_cells("lat", [455, 456, 457], ["0"] * 3)
    return made.with_cells("lon", [455, 456, 457], ["0"] * 3)


@plant("year 2205", "impossible_values", "planted_year", 1)
def year(data):
    years = rng().integers(1950, 2020, len(data.frame)).astype(str)
    years[77] = "2205"
    return data.with_columns(planted_year=pl.Series(years))


@plant("age −3", "impossible_values", "age", 2)
def age(data):
    ages = rng().integers(1, 90, len(data.frame)).astype(str)
    ages[[7, 70]] = "-3"
    return data.with_columns(age=pl.Series(ages))


@plant("a cloud cover of 140 %", "impossible_values", "cloud_cover", 1)
def cover(data):
    return data.with_cells("cloud_cover", [460], ["140"])


@plant("latitude and longitude swapped", "swapped_coordinates", "lat", 4)
def swapped(data):
    rows = [470, 471, 472, 473]
    lat, lon = (data.frame[name].gather(rows).to_list() for name in ("lat", "lon"))
    return data.with_cells("lat", rows, lon).with_cells("lon", rows, lat)


@plant("kilometres among metres", "mixed_units", "distance")
def kilometres(data):
    values = np.exp(rng().normal(7, 0.5, len(data.frame))).round(2)
    values[rng().random(len(values)) < 0.1] /= 1000
    return data.with_columns(distance=pl.Series(values).cast(pl.String))


@plant("one sensor in °F", "mixed_units", "water_temp")
def fahrenheit(data):
    values = rng().normal(15, 4, len(data.frame))
    values = np.where(data.frame["sensor"] == "gamma", values * 1.8 + 32, values)
    return data.with_columns(water_temp=pl.Series(values.round(2)).cast(pl.String))


@plant("one biome in feet", "mixed_units", "tree_height")
def feet(data):
    values = rng().normal(22, 4, len(data.frame))
    values = np.where(data.frame["biome"] == "alpine", values / 0.3048, values)
    return data.with_columns(tree_height=pl.Series(values.round(2)).cast(pl.String))


@plant("times with and without a zone", "time_zones", "seen", 30)
def zones(data):
    start = datetime(2020, 1, 1)
    hours = rng().integers(0, 20000, len(data.frame))
    seen = [f"{start + timedelta(hours=int(h)):%Y-%m-%dT%H:%M:%S}" for h in hours]
    seen[:30] = [f"{text}+02:00" for text in seen[:30]]
    return data.with_columns(seen=pl.Series(seen))


@plant("a date to come", "future_dates", "captured", 1)
def future(data):
    return data.with_cells("captured", [480], ["2091-01-01"])


@plant("clocks that were never set", "future_dates", "captured", 5)
def never_set(data):
    return data.with_cells("captured", range(485, 490), ["1970-01-01"] * 5)


@plant("−999 for not known", "disguised_missing", "elevation_m", 12)
def sentinel(data):
    return data.with_cells("elevation_m", range(500, 512), ["-999"] * 12)


@plant("unknown for not known", "disguised_missing", "sensor", 15)
def unknown(data):
    return data.with_cells("sensor", range(515, 530), ["unknown"] * 15)


@plant("Alpine and 'alpine '", "category_variants", "biome")
def variants(data):
    return data.with_cells("biome", range(530, 536), ["Alpine", "alpine "] * 3)


@plant("a label with a slip", "label_typos", "label", 2)
def typo(data):
    return data.with_cells("label", [540, 541], ["foerst"] * 2)


@plant("amounts with their unit", "numbers_as_text", "range_text")
def with_unit(data):
    values = rng().integers(1, 99, len(data.frame))
    return data.with_columns(range_text=pl.Series([f"{v} km" for v in values]))


@plant("one number beyond all others", "outliers", "temperature", 1)
def outlier(data):
    return data.with_cells("temperature", [550], ["9000.5"])


@plant("gaps that tell the class", "informative_absence", "ph")
def gaps(data):
    values = rng().normal(7, 0.3, len(data.frame)).round(2).astype(str).astype(object)
    empty = rng().random(len(values)) < np.where(answers(data) == 2, 0.7, 0.1)
    values[empty] = None
    return data.with_columns(ph=pl.Series(values.tolist(), dtype=pl.String))
