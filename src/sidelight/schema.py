"""What a column is, what a model takes: plain records, no behaviour, no data.

Everything here is pydantic and refuses unknown fields, so that the command line,
a YAML file and Python build the same object.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from sidelight.redact import redact

Kind = Literal["numeric", "categorical", "boolean", "datetime", "location", "multi_hot"]
Task = Literal["binary", "multiclass", "multilabel", "ordinal", "regression"]
Part = Literal["all", "train", "val", "test"]
Missing = Literal["auto", "mean", "median", "most_frequent", "level", "drop", "error"]
Scale = Literal["standard", "robust", "log"]
Pool = Literal["mean", "max", "attention"]

# A regular expression of what stands between several words of a cell.
SEPARATORS = "[;|]"


class Record(BaseModel):
    """Base of every record: frozen, and strict about unknown fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        """Show no password of a URL."""
        for name, value in super().__repr_args__():
            yield name, redact(value) if isinstance(value, str) else value


@dataclass(frozen=True)
class Search:
    """Where tuning looks for the value of an option: beside the field's type.

    `units: Annotated[int, Search(16, 256, log=True)]`. Options without it are not
    searched: they say what is true of the data, or what is wanted.

    Attributes:
        low: The lowest value; whole ends make whole values.
        high: The highest value.
        log: Whether equal ratios are equally likely, rather than equal differences.
        choices: The values, in place of a range.
    """

    low: float = 0
    high: float = 0
    log: bool = False
    choices: tuple[Any, ...] = ()


class Column(Record):
    """One piece of metadata: which columns of the table it is read from, and how.

    Attributes:
        name: Its name in reports; the column's own name, or "location" for a pair.
        kind: What the cells mean.
        sources: The table's columns it is read from: one, or latitude and longitude.
        scale: How a numeric column is scaled: standard, robust, or log first.
        missing: What is done where the cell is empty. "auto": the median with an
            indicator for numbers, a level of its own for categories, zeros with an
            indicator for everything else.
        min_count: A category seen in fewer training rows counts as rare.
    """

    name: str
    kind: Kind
    sources: tuple[str, ...]
    scale: Scale = "standard"
    missing: Missing = "auto"
    min_count: int = Field(default=2, ge=1)


class Schema(Record):
    """What every column of a table is for.

    Attributes:
        image: The column that names the picture; None for a table without pictures.
        more_images: Further columns that name a row's second, third, … picture.
        max_pictures: The most pictures that a cell of `image` lists; None where it
            names a single one.
        target: The column to predict; None where there is nothing to learn from.
        more_targets: Further columns of numbers that are predicted beside it.
        task: What kind of answer the target asks for; None without a target.
        classes: The order of an ordinal target's classes, lowest first; empty where
            their numbers say it, and for every other task.
        log_target: Whether amounts are learned as `log(1 + y)`.
        weight: The column of the rows' weights in training; None weighs all alike.
        columns: The metadata, in the table's order.
        ignored: Columns left out, each with the reason.
        headers: Headers of the pictures that give columns, such as "exif".
        from_name: The pattern that takes names of pictures apart into columns.
    """

    image: str | None = None
    more_images: tuple[str, ...] = ()
    max_pictures: int | None = Field(default=None, ge=1)
    target: str | None = None
    more_targets: tuple[str, ...] = ()
    task: Task | None = None
    classes: tuple[str, ...] = ()
    log_target: bool = False
    weight: str | None = None
    columns: tuple[Column, ...] = ()
    ignored: dict[str, str] = Field(default_factory=dict)
    headers: tuple[str, ...] = ()
    from_name: str | None = None

    @property
    def images(self) -> tuple[str, ...]:
        """The columns that name pictures; empty for a table without pictures."""
        return () if self.image is None else (self.image, *self.more_images)

    @property
    def num_pictures(self) -> int:
        """How many pictures a row has at most."""
        return self.max_pictures or len(self.images)

    def without_pictures(self) -> Schema:
        """Return the same for rows whose pictures are not looked for."""
        nothing = {"image": None, "more_images": (), "max_pictures": None}
        return self.model_copy(update=nothing)

    @property
    def targets(self) -> tuple[str, ...]:
        """The columns to predict; empty where there is nothing to learn from."""
        return () if self.target is None else (self.target, *self.more_targets)

    def without_target(self) -> Schema:
        """Return the same for rows that are only to be answered."""
        nothing = {"target": None, "more_targets": (), "task": None, "weight": None}
        return self.model_copy(update=nothing)

    def column(self, name: str) -> Column | None:
        """Return the metadata column of that name, if there is one."""
        return next((c for c in self.columns if c.name == name), None)


class Feature(Record):
    """One metadata column as the model sees it.

    Attributes:
        name: The column's name.
        kind: The column's kind.
        block: The model input it is part of: "numeric" or "categorical".
        start: Its first position in that block.
        width: Positions it takes in the block, missing indicator included.
        levels: For "categorical", how many indices there are; 0 otherwise.
        unseen: Indices, or positions within the column, that no training row fills:
            their weights would stay random.
        indicator: Whether the last position says that the cell was missing.
        bins: For "numeric", edges of bins with equally many training rows, rising, in
            scaled units.
    """

    name: str
    kind: Kind
    block: Literal["numeric", "categorical"]
    start: int
    width: int
    levels: int = 0
    unseen: tuple[int, ...] = ()
    indicator: bool = False
    bins: tuple[float, ...] = ()


class MetaSpec(Record):
    """The metadata inputs of a model.

    Attributes:
        features: Every metadata column in order.
        num_numeric: Width of the float32 input "numeric"; 0 if there is none.
        num_categorical: Width of the int32 input "categorical"; 0 if there is none.
    """

    features: tuple[Feature, ...] = ()
    num_numeric: int = 0
    num_categorical: int = 0

    @classmethod
    def of_numbers(cls, count: int) -> MetaSpec:
        """Return the inputs of so many numeric columns without names of their own."""
        features = tuple(
            Feature(
                name=f"number_{i}", kind="numeric", block="numeric", start=i, width=1
            )
            for i in range(count)
        )
        return cls(features=features, num_numeric=count)

    @property
    def by_block(self) -> tuple[Feature, ...]:
        """The columns in the order of the encoded vector: the numeric block first."""
        return tuple(
            sorted(self.features, key=lambda f: (f.block == "categorical", f.start))
        )

    @property
    def num_columns(self) -> int:
        """Number of metadata columns."""
        return len(self.features)

    @property
    def width(self) -> int:
        """Number of metadata values a model takes; 0 means there is no metadata."""
        return self.num_numeric + self.num_categorical


class BandScale(Record):
    """How packed values beyond 8 bits become 0 to 255, band by band.

    Fitted on training pictures; in the units of the pack.

    Attributes:
        low: What becomes 0; anything below it too.
        high: What becomes 255; anything above it too.
        fill: What stands where a picture has no data: the median.
        zero_is_absent: Whether 0 says that there is no data; NaN always does.
    """

    low: tuple[float, ...]
    high: tuple[float, ...]
    fill: tuple[float, ...]
    zero_is_absent: bool = False


class ImageSpec(Record):
    """The picture input of a model.

    Attributes:
        height: Rows of pixels.
        width: Columns of pixels.
        bands: Values of a pixel.
        pictures: Pictures of a row. With more than one the input has an axis more, and
            a mask beside it says which of them are there.
        scale: How the input's values become 0 to 255; None where they are already.
    """

    height: int
    width: int
    bands: int
    pictures: int = Field(default=1, ge=1)
    scale: BandScale | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """The input's shape: (height, width, bands), after pictures if several."""
        one = (self.height, self.width, self.bands)
        return one if self.pictures == 1 else (self.pictures, *one)


class ModelSpec(Record):
    """Everything needed to build a network; no data.

    Attributes:
        image: The picture input.
        meta: The metadata inputs.
        task: What is predicted.
        num_outputs: Classes of a multiclass or ordinal task, labels of a multilabel
            one, targets of a regression; 1 for a binary task.
        backbone: Registry name of the image network.
        fusion: Registry name of the strategy that brings the metadata in.
        weights: None for random initial values, "imagenet", or a file's path.
        backbone_options: Fields of the backbone's configuration.
        fusion_options: Fields of the fusion's configuration.
        encoders: Registry names of metadata encoders, by column or by kind.
        encoder_options: Fields of their configurations, keyed in the same way.
        pool: How the vectors of a row's pictures become one, where it has several.
        dropout: Rate before the head's last layer.
        may_miss: Whether the network also takes what is there and what is not, as
            "present", and has learned stand-ins for the latter.
    """

    image: ImageSpec
    meta: MetaSpec
    task: Task
    num_outputs: int
    backbone: str = "small"
    fusion: str = "film"
    weights: str | None = None
    backbone_options: dict[str, Any] = Field(default_factory=dict)
    fusion_options: dict[str, Any] = Field(default_factory=dict)
    encoders: dict[str, str] = Field(default_factory=dict)
    encoder_options: dict[str, dict[str, Any]] = Field(default_factory=dict)
    pool: Pool = "mean"
    dropout: float = Field(default=0.2, ge=0, lt=1)
    may_miss: bool = False
