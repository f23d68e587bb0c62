"""One run from beginning to end, as options: what `config.yaml` holds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import Field, ValidationError, field_serializer, field_validator

from sidelight.errors import ConfigError, nearest
from sidelight.images import check_percentiles
from sidelight.nn.augment import AugmentConfig
from sidelight.pixels import parse_bands
from sidelight.readers import Join
from sidelight.redact import redact
from sidelight.schema import Kind, Pool, Record, Search, Task
from sidelight.splits import SplitConfig
from sidelight.training import TrainConfig


class TableConfig(Record):
    """Where the rows come from and what their columns are for.

    Attributes:
        source: File or database URL, whose password is never written; None where a
            table was handed over in Python.
        sql: Query or table name, for databases; a sheet, for Excel.
        asset: Key, band or role of the picture in a STAC catalogue.
        join: Tables whose columns are added: `source`, `key`, `cardinality`, `sql`.
        image: Column that names the pictures; several, as a list or with commas
            between, name a row's first, second, … picture.
        max_pictures: Most pictures that a cell may list; None takes the longest list.
        target: Column to predict; several columns of numbers with commas between, or
            as a list.
        images: Folder that relative picture paths start from; None is the table's own.
        headers: Headers of the pictures that give columns: exif, xmp, geotiff, dicom,
            sidecar; "dicom:PatientID" is a further field.
        from_name: Pattern that takes the pictures' names apart into columns.
        lat: Latitude column, where its name does not tell.
        lon: Longitude column.
        kinds: Column kinds that override the inferred ones.
        drop: Columns that are not metadata.
        task: Kind of answer, where the target's values do not tell.
        classes: Order of an ordinal target's classes, lowest first.
        log_target: Whether `log(1 + y)` of an amount is learned.
        weight: Column of the rows' weights in training.
        on_bad: "error" refuses a table with unusable rows, "drop" leaves them out.
        null_values: Texts that stand for a missing cell, beside the usual ones.
        decimal: Decimal mark of numbers in text files.
        schema_file: A schema that `sidelight inspect --save` wrote, edited or not; then
            nothing is inferred.
    """

    source: str | None = Field(default=None, repr=False)
    sql: str | None = None
    asset: str | None = None
    join: tuple[Join, ...] = ()
    image: str | tuple[str, ...] | None = None
    max_pictures: int | None = Field(default=None, ge=1)
    target: str | tuple[str, ...] | None = None
    images: str | None = Field(default=None, repr=False)
    headers: tuple[str, ...] = ()
    from_name: str | None = None
    lat: str | None = None
    lon: str | None = None
    kinds: dict[str, Kind] = Field(default_factory=dict)
    drop: tuple[str, ...] = ()
    task: Task | None = None
    classes: tuple[str, ...] = ()
    log_target: bool = False
    weight: str | None = None
    on_bad: Literal["error", "drop"] = "error"
    null_values: tuple[str, ...] = ()
    decimal: Literal[".", ","] = "."
    schema_file: str | None = None

    @field_serializer("source", "images")
    def _without_password(self, place: str | None) -> str | None:
        # Whatever is written comes from here: no password of a URL leaves memory.
        return None if place is None else redact(place)


class ImageConfig(Record):
    """How pictures are brought to one size.

    Attributes:
        size: "H" or "HxW" in pixels, or H as a number; None takes the median size, at
            most 128.
        resize: What is done with another aspect: stretch, pad or crop.
        bands: Numbers, from 1, or names of a file's bands; None takes all.
        scale_percentiles: Which percentiles of a band's training pixels become 0 and
            255, in pictures of more than 8 bits.
        window: Whether DICOM values are seen through each file's own window; "auto":
            if every file has one.
        verify: Whether the contents of already packed files are compared again.
        cache: Folder of packed pictures; None is the user's cache.
    """

    size: str | None = None
    resize: Literal["stretch", "pad", "crop"] = "stretch"
    bands: tuple[int | str, ...] | None = None
    scale_percentiles: tuple[float, float] = (1.0, 99.0)
    window: Literal["auto", "file", "none"] = "auto"
    verify: bool = False
    cache: str | None = None

    @field_validator("size", mode="before")
    @classmethod
    def _read_size(cls, given: Any) -> Any:
        # YAML reads `size: 64` as a number.
        return str(given) if type(given) is int else given

    @field_validator("bands", mode="before")
    @classmethod
    def _read_bands(cls, given: Any) -> Any:
        return parse_bands(given) if isinstance(given, str) else given

    @field_validator("scale_percentiles")
    @classmethod
    def _check_percentiles(cls, given: tuple[float, float]) -> tuple[float, float]:
        check_percentiles(given)
        return given


class NetworkConfig(Record):
    """Which network is built.

    Attributes:
        backbone: Registry name of the image network, or "auto": efficientnet_lite0 with
            its ImageNet weights for pictures of 64 px and more, where these weights are
            installed; otherwise small. A run's own configuration holds what was chosen.
        fusion: Registry name of the way the metadata comes in.
        weights: None, "imagenet", or a weights file.
        pool: How the vectors of a row's pictures become one, where it has several:
            mean, max or attention.
        dropout: Rate before the last layer.
        backbone_options: Options of the backbone.
        fusion_options: Options of the fusion.
        encoders: Registry names of metadata encoders, by column or by kind of column;
            a column's own wins.
        encoder_options: Options of those encoders, keyed in the same way.
    """

    backbone: str = "auto"
    fusion: str = "film"
    weights: str | None = None
    pool: Pool = "mean"
    dropout: Annotated[float, Search(0.0, 0.6)] = Field(default=0.2, ge=0, lt=1)
    backbone_options: dict[str, Any] = Field(default_factory=dict)
    fusion_options: dict[str, Any] = Field(default_factory=dict)
    encoders: dict[str, str] = Field(default_factory=dict)
    encoder_options: dict[str, dict[str, Any]] = Field(default_factory=dict)


class RunConfig(Record):
    """Everything that decides a run; the same configuration gives the same run."""

    table: TableConfig = TableConfig()
    image: ImageConfig = ImageConfig()
    split: SplitConfig = SplitConfig()
    network: NetworkConfig = NetworkConfig()
    augment: AugmentConfig = AugmentConfig()
    train: TrainConfig = TrainConfig()

    def to_yaml(self) -> str:
        """Return the configuration as YAML, in the order of its fields."""
        return yaml.safe_dump(self.model_dump(mode="json"), sort_keys=False)


def load_config(path: str | Path) -> dict[str, Any]:
    """Read a configuration file as nested dictionaries, not checked yet.

    Raises:
        ConfigError: If it is missing or is not YAML.
    """
    path = Path(path)
    if path.is_dir():
        path /= "config.yaml"
    try:
        loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        problem = "there is no such configuration file"
        raise ConfigError(problem, path=path, fix="Give runs/NAME/config.yaml.") from (
            error
        )
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        problem = f"this is not a YAML configuration ({type(error).__name__})"
        raise ConfigError(problem, path=path, fix="Give runs/NAME/config.yaml.") from (
            error
        )
    if not isinstance(loaded, dict):
        problem = "a configuration is a mapping of table, split, network, train, …"
        raise ConfigError(problem, path=path)
    return loaded


def make_config(options: dict[str, Any], *, path: str | None = None) -> RunConfig:
    """Check nested options and return the configuration.

    Raises:
        ConfigError: Naming the option, its value, and the nearest known option.
    """
    try:
        return RunConfig.model_validate(options)
    except ValidationError as error:
        raise _config_error(error, path) from error


def _config_error(error: ValidationError, path: str | None) -> ConfigError:
    first = error.errors()[0]
    names = [str(part) for part in first["loc"]]
    problem = f"option {'.'.join(names)!r}: {first['msg'][0].lower()}{first['msg'][1:]}"
    if first["type"] == "extra_forbidden":
        known = _known_options(names[:-1])
        close = nearest(names[-1], known)
        problem = f"there is no option {'.'.join(names)!r}"
        hint = f"Did you mean {close[0]!r}? " if close else ""
        return ConfigError(problem, path=path, fix=f"{hint}Known: {', '.join(known)}.")
    return ConfigError(f"{problem} (received {first['input']!r})", path=path)


def _known_options(names: list[str]) -> list[str]:
    model: Any = RunConfig
    for name in names:
        model = model.model_fields[name].annotation
    return list(model.model_fields)
