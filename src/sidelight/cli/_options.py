"""Options that several verbs share, and how their texts become values."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import typer

from sidelight.errors import ConfigError
from sidelight.registry import ENCODERS, HEADERS

Image = Annotated[
    str | None,
    typer.Option(
        help="Column that names the pictures; several with commas, for several a row."
    ),
]
MaxPictures = Annotated[
    int | None,
    typer.Option(
        help="Most pictures that a cell may list (a.jpg;b.jpg); 1: cells are names."
    ),
]
Target = Annotated[
    str | None,
    typer.Option(help="Column to predict; several of numbers with commas between."),
]
Task = Annotated[
    str | None,
    typer.Option(help="binary, multiclass, multilabel, ordinal or regression."),
]
Classes = Annotated[
    list[str] | None,
    typer.Option(help="Order of an ordinal target: low,mid,high. Numbers need none."),
]
LogTarget = Annotated[
    bool,
    typer.Option("--log-target", help="Learn log(1 + y); answers stay in units of y."),
]
Weight = Annotated[
    str | None, typer.Option(help="Column of the rows' weights in training, positive.")
]
Bands = Annotated[
    str | None,
    typer.Option(help="Bands of the files, by number or name: 4,3,2 or B8,B4,B3."),
]
Join = Annotated[
    list[str] | None,
    typer.Option("--join", help="Table whose columns are added; again for more."),
]
On = Annotated[
    list[str] | None,
    typer.Option(
        "--on", help="Key of a --join: COLUMN, HERE=THERE, several with commas."
    ),
]
Cardinalities = Annotated[
    list[str] | None,
    typer.Option(
        "--cardinality",
        help="How the keys of a --join pair off: one_to_one, many_to_one (many "
        "pictures share a row of the other table) or one_to_many.",
    ),
]
Images = Annotated[
    str | None,
    typer.Option(help="Folder that picture paths start from; the table's by default."),
]
Sql = Annotated[
    str | None,
    typer.Option(help="Query or table name, for databases; a sheet of .xlsx."),
]
Asset = Annotated[
    str | None,
    typer.Option(help="Which STAC asset is the picture: its key, a band or a role."),
]
OnBad = Annotated[
    str, typer.Option(help="What to do with unusable rows: error or drop.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON on standard output.")]
Cache = Annotated[
    str | None, typer.Option(help="Folder of packed pictures; the user's by default.")
]
TrainBackbone = Annotated[
    str,
    typer.Option(help="What trains of the image network: finetune, frozen or gradual."),
]
Lat = Annotated[str | None, typer.Option(help="Latitude column, in degrees.")]
Lon = Annotated[str | None, typer.Option(help="Longitude column, in degrees.")]
Headers = Annotated[
    list[str] | None,
    typer.Option(help="Headers of the pictures: exif,xmp,geotiff,dicom,sidecar"),
]
FromName = Annotated[
    str | None,
    typer.Option(help="Takes names apart: '{site}_{date:%Y%m%d}_{n:int}.jpg'"),
]
Kinds = Annotated[
    list[str] | None,
    typer.Option(
        "--kind",
        help="COLUMN=KIND: numeric, categorical, boolean, datetime, multi_hot.",
    ),
]
Drop = Annotated[
    list[str] | None,
    typer.Option(help="Columns that are not metadata, separated by commas."),
]
Null = Annotated[
    list[str] | None, typer.Option("--null", help="Text that means a missing cell.")
]
Decimal = Annotated[str, typer.Option(help="Decimal mark in text files: . or ,")]
Name = Annotated[str | None, typer.Option(help="Name of the run.")]
Runs = Annotated[str, typer.Option(help="Folder of the runs.")]
Overwrite = Annotated[bool, typer.Option(help="Replace a run of the same name.")]


def on_bad(text: str) -> Literal["error", "drop"]:
    """Return the word if it is one of the two.

    Raises:
        ConfigError: If it is not.
    """
    if text == "error":
        return "error"
    if text == "drop":
        return "drop"
    problem = f"--on-bad {text!r} is neither error nor drop"
    raise ConfigError(problem)


def names(given: list[str] | None) -> tuple[str, ...]:
    """Return the names in repeated or comma-separated options."""
    parts = [part.strip() for text in given or [] for part in text.split(",")]
    return tuple(part for part in parts if part)


def two_numbers(text: str, option: str) -> tuple[float, float]:
    """Return the numbers in "1,99".

    Raises:
        ConfigError: If they are not two.
    """
    try:
        first, second = map(float, text.split(","))
    except ValueError as error:
        problem = f"{option} {text!r} is not two numbers"
        raise ConfigError(problem, fix=f"For example {option} 1,99.") from error
    return first, second


def headers(given: list[str] | None) -> tuple[str, ...]:
    """Return the names of headers, each perhaps with a field as `dicom:PatientID`.

    Raises:
        UnknownNameError: If there is no such header.
    """
    asked = names(given)
    for request in asked:
        HEADERS.check(request.partition(":")[0])
    return asked


CARDINALITIES = ("one_to_one", "many_to_one", "one_to_many")


def joins(
    sources: list[str] | None, keys: list[str] | None, cardinalities: list[str] | None
) -> list[dict[str, str]]:
    """Return the options of each join from what was typed, the first with the first.

    Raises:
        ConfigError: If there are not as many keys as tables, or cardinalities for some
            of them only.
    """
    given = {"--join": sources or [], "--on": keys or []}
    if cardinalities:
        given["--cardinality"] = cardinalities
    if len({len(values) for values in given.values()}) > 1:
        counted = ", ".join(f"{len(values)} × {name}" for name, values in given.items())
        problem = f"joins do not add up: {counted}"
        fix = "Each table needs its key: --join sites.csv --on site."
        raise ConfigError(problem, fix=fix)
    for word in cardinalities or ():
        if word not in CARDINALITIES:
            problem = f"--cardinality {word!r} is no way in which keys pair off"
            raise ConfigError(problem, fix=f"It can be {' or '.join(CARDINALITIES)}.")
    fields = ("source", "key", "cardinality")
    return [
        dict(zip(fields, one, strict=False))
        for one in zip(*given.values(), strict=True)
    ]


def pairs(given: list[str] | None, option: str) -> dict[str, str]:
    """Return the pairs in repeated `NAME=VALUE` options.

    Raises:
        ConfigError: If one has no equals sign.
    """
    found = {}
    for text in given or []:
        name, equals, value = text.partition("=")
        if not equals or not name:
            problem = f"{option} {text!r} is not NAME=VALUE"
            raise ConfigError(problem, fix=f"For example {option} zone=categorical.")
        found[name] = value
    return found


SECONDS = {"s": 1, "m": 60, "h": 3600}


def duration(text: str) -> float:
    """Return the seconds of `90s`, `20m` or `2h`.

    Raises:
        ConfigError: If it is not a positive number with one of these letters.
    """
    number, unit = text[:-1], text[-1:]
    try:
        seconds = float(number) * SECONDS[unit]
    except (ValueError, KeyError) as error:
        problem = f"{text!r} is not a duration"
        raise ConfigError(problem, fix="For example 90s, 20m or 2h.") from error
    if not 0 < seconds < float("inf"):
        problem = f"a duration of {text!r} is no time to do anything"
        raise ConfigError(problem, fix="For example 90s, 20m or 2h.")
    return seconds


# Short first words of --set, for what is deeper in the configuration.
SHORT = {
    "fusion": ("network", "fusion_options"),
    "backbone": ("network", "backbone_options"),
}


def settings(given: list[str] | None) -> dict[str, Any]:
    """Return `--set fusion.units=8` options as nested dictionaries of YAML values.

    Raises:
        ConfigError: If one is not `SECTION.NAME=VALUE`.
        UnknownNameError: If there is no such encoder.
    """
    import yaml

    nested: dict[str, Any] = {}
    for path, text in pairs(given, "--set").items():
        section, dot, rest = path.partition(".")
        if not dot:
            problem = f"--set {path}={text} names no section"
            raise ConfigError(problem, fix="For example --set fusion.units=32.")
        steps = _steps(section, rest.split("."))
        if steps[:2] == ["network", "encoders"]:
            ENCODERS.check(text)
        place = nested
        for step in steps[:-1]:
            place = place.setdefault(step, {})
        place[steps[-1]] = yaml.safe_load(text)
    return nested


def _steps(section: str, names: list[str]) -> list[str]:
    """Return the way through the configuration to what a `--set` names."""
    if section == "encoder":
        # A column's encoder, or with one name more an option of it.
        part = "encoders" if len(names) == 1 else "encoder_options"
        return ["network", part, *names]
    return [*SHORT.get(section, (section,)), *names]


def merge(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """Return `base` with the values of `over` in their places, level by level."""
    merged = dict(base)
    for name, value in over.items():
        below = merged.get(name)
        if isinstance(value, dict) and isinstance(below, dict):
            merged[name] = merge(below, value)
        else:
            merged[name] = value
    return merged
