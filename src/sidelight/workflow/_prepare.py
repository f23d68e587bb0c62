"""From a checked table to arrays and packed pictures: all that precedes training."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from sidelight.errors import ConfigError
from sidelight.feed import Source
from sidelight.images import Pack, Packed, fit_scale, pack, survey
from sidelight.nn.backbones import AUTO, default_backbone
from sidelight.pixels import ImageRule, parse_size
from sidelight.predictor import Predictor
from sidelight.preprocessing import Preprocessor
from sidelight.schema import BandScale, ImageSpec, ModelSpec, Part
from sidelight.splits import Split, make_folds
from sidelight.table import Table, warn_about_groups
from sidelight.workflow._config import NetworkConfig, RunConfig

# A network without pictures is still described by a ModelSpec.
NO_IMAGE = ImageSpec(height=1, width=1, bands=1)


@dataclass(frozen=True)
class Prepared:
    """A table that is ready to train on.

    Attributes:
        table: The checked rows, bad ones dropped if that was asked for.
        split: Who is train, val and test.
        preprocessor: Fitted on the training rows.
        rule: How pictures are resized; None without pictures.
        images: The packed pictures of `table`, row by row; None without pictures.
        inputs: Encoded metadata of every row of `table`.
        scale: How packed values beyond 8 bits become 0 to 255, fitted on the training
            rows; None where they need not.
    """

    table: Table
    split: Split
    preprocessor: Preprocessor
    rule: ImageRule | None
    images: Pack | None
    inputs: dict[str, Any]
    scale: BandScale | None = None

    def source(self, part: Part, weight: np.ndarray | None = None) -> Source:
        """Return one part's inputs and targets, ready to be batched."""
        positions = self.split.indices(part)
        rows = self.table.at(positions)
        return Source(
            meta={name: block[positions] for name, block in self.inputs.items()},
            pack=None if self.images is None else self.images.take(positions),
            target=self.preprocessor.encode_target(rows),
            weight=weight,
        )

    def truth(self, part: Part) -> np.ndarray[Any, Any]:
        """Return what a part's answers are scored against; see `Target.truth`."""
        return self.preprocessor.truth(self.table.take(self.split, part))

    def predictor(self, network: Any) -> Predictor:
        """Return what turns a network's raw answers into probabilities or numbers."""
        return Predictor(network, self.preprocessor, self.table.schema, self.rule)

    @property
    def image_spec(self) -> ImageSpec:
        """Size, bands and number of a row's pictures."""
        if self.rule is None:
            return NO_IMAGE
        return ImageSpec(
            height=self.rule.height,
            width=self.rule.width,
            bands=self.rule.bands,
            pictures=self.table.schema.num_pictures,
            scale=self.scale,
        )

    def chosen(self, network: NetworkConfig) -> NetworkConfig:
        """Return the options with a backbone's name in place of "auto"."""
        if network.backbone != AUTO:
            return network
        name, weights = default_backbone(self.image_spec, network.weights)
        return network.model_copy(update={"backbone": name, "weights": weights})

    def spec(self, network: NetworkConfig) -> ModelSpec:
        """Return the description of a network that fits this data."""
        task = self.table.schema.task
        if task is None:
            problem = "the table has no target to learn"
            raise ConfigError(problem, fix="Name it with --target.")
        return ModelSpec(
            image=self.image_spec,
            meta=self.preprocessor.spec,
            task=task,
            num_outputs=self.preprocessor.known_target.num_outputs,
            may_miss="present" in self.inputs,
            **self.chosen(network).model_dump(),
        )


def prepare(table: Table, config: RunConfig, *, progress: bool = True) -> Prepared:
    """Split, pack and fit; everything that is fitted sees training rows only.

    Args:
        table: Checked rows.
        config: The run's options.
        progress: Whether a bar is shown while pictures are packed.

    Raises:
        SplitError: If the rows cannot be split as asked.
        ImageError: If pictures cannot be decoded.
        TableError: If a column cannot be used in training.
    """
    return prepare_folds(table, config, 1, progress=progress)[0]


def prepare_folds(
    table: Table, config: RunConfig, num_folds: int, *, progress: bool = True
) -> list[Prepared]:
    """Prepare the same rows once for each fold; pictures are packed once for all.

    Args:
        table: Checked rows.
        config: Options of every run on a fold.
        num_folds: Number of folds; 1 is the split itself.
        progress: Whether a bar is shown while pictures are packed.

    Raises:
        SplitError: If the rows cannot be divided as asked.
        ImageError: If pictures cannot be decoded.
        TableError: If a column cannot be used in training.
    """
    warn_about_groups(table, config.split.group)
    folds = make_folds(table, config.split, num_folds)
    rule = images = None
    if table.schema.image is not None and config.network.fusion != "metadata":
        packed, rule = pack_pictures(table, config, progress)
        if len(packed.table) != len(table):
            folds = make_folds(packed.table, config.split, num_folds)
        table, images = packed.table, packed.images
    dropped = Preprocessor.fit(table.take(folds[0], "train")).rows_to_drop(table)
    if len(dropped):
        table, images = _without(table, images, dropped)
        folds = make_folds(table, config.split, num_folds)
    return [_fitted(table, fold, rule, images, config) for fold in folds]


def _fitted(
    table: Table,
    split: Split,
    rule: ImageRule | None,
    images: Pack | None,
    config: RunConfig,
) -> Prepared:
    preprocessor = Preprocessor.fit(table.take(split, "train"))
    inputs = preprocessor.transform(table)
    if config.augment.may_miss:
        inputs["present"] = preprocessor.present(table)
    scale = None
    if images is not None:
        training = images.take(split.indices("train"))
        scale = fit_scale(training, config.image.scale_percentiles)
    return Prepared(table, split, preprocessor, rule, images, inputs, scale)


def pack_pictures(
    table: Table, config: RunConfig, progress: bool
) -> tuple[Packed, ImageRule]:
    """Look at all headers, and decode what is not in the cache yet.

    Raises:
        ImageError: If pictures cannot be decoded.
    """
    options = config.image
    on_bad = config.table.on_bad
    size = None if options.size is None else parse_size(options.size)
    surveyed = survey(
        table,
        size=size,
        resize=options.resize,
        bands=options.bands,
        window=options.window,
        on_bad=on_bad,
    )
    packed = pack(
        surveyed.table,
        surveyed.rule,
        cache=None if options.cache is None else Path(options.cache),
        on_bad=on_bad,
        verify=options.verify,
        progress=progress,
    )
    return packed, surveyed.rule


def _without(
    table: Table, images: Pack | None, dropped: Any
) -> tuple[Table, Pack | None]:
    keep = np.setdiff1d(np.arange(len(table)), dropped)
    reason = "a cell is missing in a column with missing='drop'"
    table = replace(table.at(keep), dropped={**table.dropped, reason: len(dropped)})
    return table, None if images is None else images.take(keep)
