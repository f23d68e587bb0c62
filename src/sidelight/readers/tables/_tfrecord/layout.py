"""The files of a folder of records: which shards there are, what describes them.

The layout is that of TensorFlow Datasets: shards called
`NAME-SPLIT.tfrecord-00000-of-00002`, `features.json`, `dataset_info.json`, and the
names of classes in `FEATURE.labels.txt`. Sidelight's own `sidelight.json` says the
types of columns exactly.
"""

from __future__ import annotations

import glob
import json
import os
import re
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sidelight.errors import TableError
from sidelight.readers.tables import _document

OWN, FEATURES, INFO = "sidelight.json", "features.json", "dataset_info.json"
LABELS = ".labels.txt"
FORMAT = 1
_RECORDS = re.compile(r"\.(tfrecords?|tfrec)(\.gz)?(-\d+-of-\d+)?$", re.IGNORECASE)
_SHARD = re.compile(r"(?P<stem>.+?)-(?P<number>\d{5})-of-(?P<count>\d{5})$")
_SPLIT = re.compile(r".+-(?P<split>[^-]+)\.tfrecord-\d{5}-of-\d{5}$")


def is_records(name: str) -> bool:
    """Return whether a file or pattern is called as TFRecord files are."""
    return _RECORDS.search(name) is not None


def is_pattern(source: str) -> bool:
    """Return whether a source stands for several files, as `data/*.tfrecord` does."""
    name = Path(source).name
    has_wildcard = any(mark in source for mark in "*?[")
    return has_wildcard and ".tfrec" in name.lower() and not os.path.lexists(source)


def shards(source: str) -> list[Path]:
    """Return the files of a source, in order: of a file, a folder or a pattern.

    Raises:
        TableError: If a shard of a set is missing.
    """
    path = Path(source)
    if is_pattern(source):
        found = [Path(name) for name in glob.glob(source)]  # noqa: PTH207 - any folder
    elif path.is_dir():
        found = [Path(e.path) for e in os.scandir(path) if is_records(e.name)]
    else:
        return [path]
    found = sorted(p for p in found if p.is_file() and not p.name.startswith("."))
    if not is_pattern(source):
        _check_complete(found, path)
    return found


def _check_complete(found: list[Path], folder: Path) -> None:
    sets: dict[tuple[str, int], set[int]] = defaultdict(set)
    for path in found:
        if shard := _SHARD.fullmatch(path.name):
            sets[shard["stem"], int(shard["count"])].add(int(shard["number"]))
    for (stem, count), there in sets.items():
        missing = sorted(set(range(count)) - there)
        if missing:
            first = f"{stem}-{missing[0]:05d}-of-{count:05d}"
            message = f"{len(missing)} of {count} shards are missing, such as {first}"
            raise TableError(message, path=folder, fix="Copy them into the folder.")


def split_of(path: Path) -> str | None:
    """Return the split that a shard's name tells, if it does."""
    found = _SPLIT.fullmatch(path.name)
    return None if found is None else found["split"]


@dataclass(frozen=True)
class Description:
    """What is known about the features of a folder.

    Attributes:
        own: What `sidelight.json` holds; empty for records of others.
        pictures: Features that are declared to be pictures.
        booleans: Features that are declared to be yes or no.
        sequences: Features with several values a record, whatever their number.
        classes: Names of classes, by feature.
    """

    own: dict[str, Any] = field(default_factory=dict)
    pictures: frozenset[str] = frozenset()
    booleans: frozenset[str] = frozenset()
    sequences: frozenset[str] = frozenset()
    classes: dict[str, list[str]] = field(default_factory=dict)


def described(folder: Path) -> Description:
    """Return what the files beside the records say about them.

    Raises:
        TableError: If one of these files is damaged, or of a later format.
    """
    own = _object(folder / OWN)
    if own and own.get("format") != FORMAT:
        message = f"the format is {own.get('format')!r}; this Sidelight reads {FORMAT}"
        raise TableError(message, path=folder / OWN, fix="Update sidelight.")
    if own and not all(isinstance(own.get(k), dict) for k in ("columns", "pictures")):
        message = "the columns or the pictures are not described"
        raise TableError(message, path=folder / OWN, fix="Write the folder again.")
    declared = _object(folder / FEATURES)
    leaves: list[tuple[str, str, str, bool]] = []
    if "featuresDict" in declared:
        _walk(declared, "", sequence=False, into=leaves)
    return Description(
        own=own,
        pictures=frozenset(n for n, kind, _, _ in leaves if kind == "Image"),
        booleans=frozenset(n for n, _, dtype, _ in leaves if dtype == "bool"),
        sequences=frozenset(n for n, _, _, sequence in leaves if sequence),
        classes={
            name: labels.read_text("utf-8").splitlines()
            for name, kind, _, _ in leaves
            if kind == "ClassLabel"
            and (labels := folder / f"{name.replace('/', '-')}{LABELS}").is_file()
        },
    )


def _walk(
    feature: dict[str, Any],
    name: str,
    *,
    sequence: bool,
    into: list[tuple[str, str, str, bool]],
) -> None:
    """List name, class, type and whether it is a sequence of every feature below."""
    inner = feature.get("featuresDict")
    if isinstance(inner, dict):
        for below, content in (inner.get("features") or {}).items():
            path = f"{name}/{below}" if name else below
            _walk(content, path, sequence=sequence, into=into)
        return
    repeated = feature.get("sequence")
    if isinstance(repeated, dict) and isinstance(repeated.get("feature"), dict):
        _walk(repeated["feature"], name, sequence=True, into=into)
        return
    kind = str(feature.get("pythonClassName", "")).rsplit(".", 1)[-1]
    held = next((v for v in feature.values() if isinstance(v, dict)), {})
    into.append((name, kind, str(held.get("dtype", "")), sequence))


def _object(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    content = _document.document(path)
    _document.forget()
    if not isinstance(content, dict):
        message = f"this is {_document.described(path)}"
        raise TableError(message, path=path)
    return content


def declaration(features: dict[str, dict[str, Any]]) -> str:
    """Return the text of `features.json` for such features, as TFDS reads it."""
    content = _feature(
        "features_dict.FeaturesDict", "featuresDict", {"features": features}
    )
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def picture_feature() -> dict[str, Any]:
    """Return what `features.json` says of encoded pictures."""
    shape = {"dimensions": ["-1", "-1", "3"]}
    return _feature("image_feature.Image", "image", {"shape": shape, "dtype": "uint8"})


def value_feature(kind: str, *, optional: bool, boolean: bool) -> dict[str, Any]:
    """Return what `features.json` says of a column.

    One with missing cells is a sequence there: of one value, or of none.

    Args:
        kind: "bytes", "int" or "float".
        optional: Whether cells are missing, or hold several values.
        boolean: Whether the values are yes or no.
    """
    if kind == "bytes":
        found = _feature("text_feature.Text", "text", {})
    else:
        dtype = "bool" if boolean else {"int": "int64", "float": "float32"}[kind]
        held = {"shape": {}, "dtype": dtype, "encoding": "none"}
        found = _feature("scalar.Scalar", "tensor", held)
    if not optional:
        return found
    held = {"feature": found, "length": "-1"}
    return _feature("sequence_feature.Sequence", "sequence", held)


def _feature(name: str, key: str, held: dict[str, Any]) -> dict[str, Any]:
    return {"pythonClassName": f"tensorflow_datasets.core.features.{name}", key: held}
