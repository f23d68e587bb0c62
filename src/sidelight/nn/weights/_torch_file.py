"""Tensors out of a PyTorch file, without PyTorch.

Both formats are read: the archive that PyTorch has written since version 1.6, and the
older one, several pickles followed by the raw numbers.
"""

from __future__ import annotations

import io
import math
import struct
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sidelight.errors import ConfigError
from sidelight.nn.weights._instructions import (
    RefusedError,
    Storage,
    Tensor,
    interpret,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

ZIP_START = b"PK\x03\x04"
OLD_MAGIC = 0x1950A86A20F9469CFC6C
OLD_PROTOCOL = 1001
# What the standard library raises on bytes that are not what they seem; RefusedError
# is a ValueError.
DAMAGE = (
    ValueError,
    TypeError,
    LookupError,
    OverflowError,
    RuntimeError,
    EOFError,
    struct.error,
    zipfile.BadZipFile,
)


def read_torch(path: str | Path) -> dict[str, NDArray[Any]]:
    """Read a dictionary of tensors that `torch.save` has written.

    Nothing that stands in the file is executed, imported or unpickled.

    Args:
        path: The `.pth` or `.pt` file.

    Returns:
        A copy of every tensor as an array, by name, in the file's order.

    Raises:
        ConfigError: If it is missing or damaged, or holds anything but named tensors.
    """
    path = Path(path)
    try:
        content = path.read_bytes()
        reading = _archive if content.startswith(ZIP_START) else _old_format
        named, numbers = reading(content)
        return {name: _array(t, numbers[t.storage]) for name, t in named.items()}
    except OSError as error:
        problem = f"the weights file cannot be read ({error.strerror})"
        raise ConfigError(problem, path=path) from error
    except DAMAGE as error:
        reason = str(error) if isinstance(error, RefusedError) else "it is damaged"
        problem = f"this is not a PyTorch file of named tensors: {reason}"
        fix = "Write one with torch.save(model.state_dict(), path)."
        raise ConfigError(problem, path=path, fix=fix) from error


def _archive(content: bytes) -> tuple[dict[str, Tensor], dict[Storage, bytes]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = archive.infolist()
        # PyTorch stores without compression: nothing can unfold to a huge size.
        if any(member.compress_type != zipfile.ZIP_STORED for member in members):
            message = "its parts are compressed"
            raise RefusedError(message)
        names = [member.filename for member in members]
        lists = [name for name in names if name.endswith("/data.pkl")]
        if len(lists) != 1:
            message = "it has no list of tensors"
            raise RefusedError(message)
        top = lists[0].removesuffix("data.pkl")
        order = f"{top}byteorder"
        if order in names and archive.read(order) != b"little":
            message = "its numbers are not little-endian"
            raise RefusedError(message)
        named = _named(interpret(io.BytesIO(archive.read(lists[0]))))
        storages = {tensor.storage for tensor in named.values()}
        return named, {s: archive.read(f"{top}data/{s.key}") for s in storages}


def _old_format(content: bytes) -> tuple[dict[str, Tensor], dict[Storage, bytes]]:
    stream = io.BytesIO(content)
    if interpret(stream) != OLD_MAGIC or interpret(stream) != OLD_PROTOCOL:
        message = "it does not begin as one"
        raise RefusedError(message)
    machine = interpret(stream)
    if not isinstance(machine, dict) or machine.get("little_endian") is not True:
        message = "its numbers are not little-endian"
        raise RefusedError(message)
    named = _named(interpret(stream))
    storages = {tensor.storage.key: tensor.storage for tensor in named.values()}
    numbers = {}
    for key in interpret(stream):
        if key not in storages:
            message = f"it holds numbers that belong to no tensor ({key!r})"
            raise RefusedError(message)
        storage = storages[key]
        count = int.from_bytes(stream.read(8), "little")
        if count != storage.count:
            message = "a tensor has another size than its numbers"
            raise RefusedError(message)
        numbers[storage] = stream.read(count * np.dtype(storage.dtype).itemsize)
    if missing := {t.storage for t in named.values()} - set(numbers):
        message = f"the numbers of {len(missing)} tensors are missing"
        raise RefusedError(message)
    return named, numbers


def _named(found: Any) -> dict[str, Tensor]:
    if not isinstance(found, dict) or not found:
        message = "it holds no dictionary"
        raise RefusedError(message)
    for name, value in found.items():
        if not isinstance(name, str) or not isinstance(value, Tensor):
            message = f"its entry {name!r} is not a tensor"
            raise RefusedError(message)
    return found


def _array(tensor: Tensor, numbers: bytes) -> NDArray[Any]:
    storage, dtype = tensor.storage, np.dtype(tensor.storage.dtype)
    pairs = list(zip(tensor.shape, tensor.strides, strict=True))
    last = tensor.offset + sum((size - 1) * stride for size, stride in pairs)
    size = math.prod(tensor.shape)
    if len(numbers) != storage.count * dtype.itemsize:
        message = "numbers are missing at its end"
        raise RefusedError(message)
    if size == 0:
        return np.empty(tensor.shape, dtype)
    # A stride of zero could make a small file unfold to any size.
    if size > storage.count or last >= storage.count:
        message = "a tensor reaches beyond its numbers"
        raise RefusedError(message)
    flat = np.frombuffer(numbers, dtype)[tensor.offset :]
    strides = [stride * dtype.itemsize for stride in tensor.strides]
    return np.lib.stride_tricks.as_strided(flat, tensor.shape, strides).copy()
