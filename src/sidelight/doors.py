"""For people with a model or a training loop of their own: the building blocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from sidelight import feed, nn
from sidelight.errors import ColumnNotFoundError, TableError
from sidelight.preprocessing import Preprocessor
from sidelight.schema import MetaSpec
from sidelight.workflow import Prepared, make_config, prepare

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

    from sidelight.table import Table


def make_datasets(
    table: Table,
    *,
    batch_size: int = 32,
    size: str | int | None = None,
    resize: str = "stretch",
    bands: str | Sequence[int | str] | None = None,
    seed: int = 0,
    cache: str | Path | None = None,
    **split: Any,
) -> tuple[tf.data.Dataset, tf.data.Dataset, tf.data.Dataset]:
    """Split a table and return train, val and test as `tf.data.Dataset`s.

    Args:
        table: From `read_table`.
        batch_size: Rows in a batch.
        size: H, "H" or "HxW" in pixels; None takes the median size, at most 128.
        resize: "stretch", "pad" or "crop".
        bands: Numbers, from 1, or names of the files' bands; None takes all.
        seed: Seed of the split and of the order of training rows.
        cache: Folder of packed pictures; None is the user's cache.
        **split: Fields of `SplitConfig`, such as `method="spatial"`.

    Returns:
        Three data sets of `({"image", "numeric", "categorical"}, target)`, batched;
        images `(batch, height, width, bands)`, uint8; deeper ones uint16 or float16,
        which the layer `BandScaling(**prepared.scale.model_dump())` of
        `sidelight.nn.layers` brings to 0 to 255. With several pictures a row they have
        an axis more, and "pictures" `(batch, pictures)` has a one for each that is
        there. Targets are class indices, 0 and 1 `(batch, labels)`, or
        numbers scaled by the training rows. Only train is shuffled. Each carries the
        fitted `Prepared` data as its attribute `prepared`.

    Raises:
        InputError: If the table cannot be split, or pictures not be decoded.
    """
    prepared = prepare(
        table,
        make_config(
            {
                "image": {
                    "size": size,
                    "resize": resize,
                    "bands": bands,
                    "cache": None if cache is None else str(cache),
                },
                "split": {"seed": seed, **split},
            }
        ),
    )
    train, val, test = (
        _with(
            feed.tf_dataset(
                prepared.source(part),
                batch_size=batch_size,
                shuffle=part == "train",
                seed=seed,
            ),
            prepared,
        )
        for part in ("train", "val", "test")
    )
    return train, val, test


def fuse(
    model: keras.Model,
    metadata: Preprocessor | int,
    fusion: str = "film",
    stages: Sequence[str | int] | None = None,
    *,
    copy: bool = False,
    encoders: dict[str, str] | None = None,
    **options: Any,
) -> keras.Model:
    """Put metadata into a functional or sequential Keras image model of your own.

    Hooks are put between its layers, which are shared and keep their weights and
    `trainable` flags: to train the result is to train your model. A final softmax or
    sigmoid is taken off where the fusion acts on logits, and put back behind it. A
    fusion that gives features of another width, such as "concat", is projected and
    added to the features, so that your classifier still fits.

    Args:
        model: One input `(batch, height, width, bands)` of known size, one output.
            Inner models are opened, so a pretrained base with a new head is fine.
        metadata: A fitted `Preprocessor`, or the number of numeric features.
        fusion: Registry name; `sidelight list fusions`.
        stages: Where the fusion acts: names of layers that give maps, or numbers of the
            stages found where the resolution changes; None is the fusion's default.
        copy: Whether to work on a copy with weights of its own.
        encoders: Encoders by column or kind; `sidelight list encoders`.
        **options: Options of the fusion, such as `units=32`.

    Returns:
        A functional model that takes a dictionary of "image" and the metadata inputs
        ("numeric", "categorical"), with the same output.

    Raises:
        ConfigError: If the model cannot be cut, naming the layer, or an option is
            wrong.
        UnknownNameError: If there is no such fusion or encoder.
    """
    if isinstance(metadata, Preprocessor):
        spec = metadata.spec
    else:
        spec = MetaSpec.of_numbers(metadata)
    names: list[str] | None = None
    if stages is not None and all(isinstance(stage, int) for stage in stages):
        options["stages"] = tuple(stages)
    elif stages is not None:
        names = [str(stage) for stage in stages]
    return nn.fuse(
        model,
        spec,
        fusion=fusion,
        stages=names,
        copy=copy,
        options=options,
        encoders=encoders,
    )


def attach(
    dataset: tf.data.Dataset,
    table: Table,
    *,
    key: str,
    preprocessor: Preprocessor | None = None,
) -> tf.data.Dataset:
    """Join a table's metadata to a `tf.data` or TFDS data set of keys and pictures.

    The first data set to be joined is the one to train on: the preprocessing is fitted
    on the rows it names (which takes one pass over its keys) and returned with it. Pass
    that on for validation and test:

        train = sl.attach(train_ds, table, key="scene_id")
        val = sl.attach(val_ds, table, key="scene_id", preprocessor=train.preprocessor)

    Args:
        dataset: Unbatched elements `(key, image, label)`, or dictionaries with "image",
            "label" and the key.
        table: Rows that hold the metadata; one row a key.
        key: The table's key column, and the key's name in dictionary elements.
        preprocessor: Fitted on training rows; None fits one on this data set's rows.

    Returns:
        Unbatched elements `({"image", "numeric", "categorical"}, label)`. Elements
        without a row are left out; `matching.unmatched` counts them during iteration.

    Raises:
        ColumnNotFoundError: If the table has no such column.
        TableError: If two rows have one key, or no key matches.
        ConfigError: If the elements have another structure.
    """
    if key not in table.frame.columns:
        raise ColumnNotFoundError(key, table.frame.columns, path=table.source)
    table = _keyed(table, key)
    keys = _as_text(table.frame[key])
    if preprocessor is None:
        named = {str(k) for k in feed.keys_of(dataset, key)}
        rows = np.flatnonzero(keys.is_in(list(named)).to_numpy())
        if not len(rows):
            problem = "no key of the data set stands in the table"
            raise TableError(problem, path=table.source, column=key)
        preprocessor = Preprocessor.fit(table.at(rows, part="train"))
    inputs = preprocessor.transform(table)
    joined = feed.attach(dataset, inputs, keys.to_list(), key=key)
    joined.preprocessor = preprocessor
    return joined


def _keyed(table: Table, key: str) -> Table:
    """Return the rows that have a key; the key itself is no metadata."""
    schema = table.schema
    columns = tuple(c for c in schema.columns if key not in c.sources)
    table = replace(table, schema=schema.model_copy(update={"columns": columns}))
    return table.at(np.flatnonzero(table.frame[key].is_not_null().to_numpy()))


def _as_text(keys: pl.Series) -> pl.Series:
    # Whole numbers are floats in a table, and "7.0" is nobody's key.
    if keys.dtype.is_float() and (keys == keys.round()).all():
        keys = keys.cast(pl.Int64)
    return keys.cast(pl.String)


def _with(dataset: tf.data.Dataset, prepared: Prepared) -> tf.data.Dataset:
    dataset.prepared = prepared
    return dataset
