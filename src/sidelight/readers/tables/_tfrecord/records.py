"""Files of `tf.train.Example`, read and written with TensorFlow, and only here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from sidelight.errors import DiskFullError, TableError
from sidelight.optional import import_optional

Kind = Literal["bytes", "int", "float"]
GZIP = b"\x1f\x8b"
# One feature of one record: what it holds, and its values in order.
Feature = tuple[Kind, list[Any]]
_KINDS: dict[str, Kind] = {
    "bytes_list": "bytes",
    "int64_list": "int",
    "float_list": "float",
}


def read_records(path: Path) -> Iterator[dict[str, Feature]]:
    """Yield the features of each record of a file, by name.

    Raises:
        TableError: If the file is damaged, or its records are no Examples.
        MissingPackageError: If TensorFlow is not installed.
    """
    tf = import_optional("tensorflow", "Reading TFRecord files", extra="tensorflow")
    from google.protobuf.message import DecodeError  # noqa: PLC0415 - TensorFlow's own

    with path.open("rb") as file:
        zipped = file.read(2) == GZIP
    data = tf.data.TFRecordDataset(str(path), compression_type="GZIP" if zipped else "")
    number = 0
    try:
        for record in data.as_numpy_iterator():
            number += 1
            example = tf.train.Example.FromString(record)
            yield {
                name: (_KINDS[kind], list(getattr(feature, kind).value))
                for name, feature in example.features.feature.items()
                if (kind := feature.WhichOneof("kind")) is not None
            }
    except tf.errors.OpError as failure:
        reason = str(failure.message).split("\n", 1)[0].split(" [Op:", 1)[0]
        message = f"the file is damaged after record {number}: {reason}"
        fix = "It may have been cut off while copying."
        raise TableError(message, path=path, fix=fix) from None
    except DecodeError as failure:
        message = f"record {number} is no tf.train.Example ({failure})"
        raise TableError(message, path=path) from None


def write_records(path: Path, records: Iterable[Mapping[str, Feature]]) -> int:
    """Write a file of Examples; returns its number of bytes.

    Raises:
        DiskFullError: If the disk filled up.
        MissingPackageError: If TensorFlow is not installed.
    """
    tf = import_optional("tensorflow", "Writing TFRecord files", extra="tensorflow")
    fields = {kind: field for field, kind in _KINDS.items()}
    try:
        with tf.io.TFRecordWriter(str(path)) as writer:
            for record in records:
                example = tf.train.Example()
                for name, (kind, values) in record.items():
                    feature = example.features.feature[name]
                    filled = getattr(feature, fields[kind])
                    filled.SetInParent()  # an empty list is not a missing one
                    filled.value.extend(values)
                writer.write(example.SerializeToString(deterministic=True))
    except tf.errors.ResourceExhaustedError as failure:
        raise DiskFullError(path) from failure
    return path.stat().st_size
