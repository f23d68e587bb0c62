"""Pictures decoded once, and what happens when files, disks and processes misbehave."""

import errno
import os
import socket
import subprocess
import sys
import time
from collections import namedtuple
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from PIL import Image

from sidelight.errors import ConfigError, DiskFullError, ImageError, TableError
from sidelight.images import _pack, pack
from sidelight.images._store import Store
from sidelight.pixels import ImageRule
from sidelight.runs import default_cache
from sidelight.table import Pictures

RULE = ImageRule(height=8, width=8, bands=3)
EVERY = np.arange(6)


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "cache"


@pytest.fixture
def store(cache):
    return Store(cache / "packs" / RULE.key, RULE)


@pytest.fixture
def decoded(monkeypatch):
    """How often a picture was decoded."""
    calls = []

    def counted(data, rule):
        calls.append(len(data))
        return original(data, rule)

    original = _pack.decode
    monkeypatch.setattr(_pack, "decode", counted)
    return calls


def direct(table):
    return np.stack([np.asarray(Image.open(path)) for path in table.images])


def repaint(path, value, *, keep_stat=False):
    """Write other pixels into the same file; the lossless size stays the same."""
    before = path.stat()
    Image.new("RGB", (8, 8), (value, 0, 0)).save(path, compress_level=0)
    if keep_stat:
        assert path.stat().st_size == before.st_size
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        assert path.stat().st_ino == before.st_ino


def test_pixels_are_those_of_the_files(pictures, cache):
    packed = pack(pictures, RULE, cache=cache)
    assert packed.num_decoded == 6
    assert (packed.images.gather(EVERY) == direct(pictures)).all()
    assert packed.table is pictures


def test_an_unchanged_file_is_never_decoded_twice(pictures, cache, decoded):
    first = pack(pictures, RULE, cache=cache)
    again = pack(pictures[::-1], RULE, cache=cache)
    assert len(decoded) == 6
    assert again.num_decoded == 0
    assert (again.images.gather(EVERY) == first.images.gather(EVERY[::-1])).all()


def test_an_unchanged_file_is_not_even_read(pictures, cache, monkeypatch):
    pack(pictures, RULE, cache=cache)

    def refuse(*arguments):
        raise AssertionError("read again")

    monkeypatch.setattr(_pack, "_read", refuse)
    assert pack(pictures, RULE, cache=cache).num_decoded == 0


def test_only_new_files_are_decoded(pictures, cache, decoded):
    pack(pictures[:4], RULE, cache=cache)
    assert pack(pictures, RULE, cache=cache).num_decoded == 2
    assert len(decoded) == 6


def test_touched_files_with_the_same_contents_are_not_decoded(
    pictures, cache, decoded, monkeypatch
):
    pack(pictures, RULE, cache=cache)
    os.utime(pictures.images[0])
    data = pictures.images[1].read_bytes()
    pictures.images[1].unlink()
    pictures.images[1].write_bytes(data)  # another inode
    assert pack(pictures, RULE, cache=cache).num_decoded == 0
    assert len(decoded) == 6
    # And from now on they count as unchanged.
    monkeypatch.setattr(_pack, "_read", None)
    pack(pictures, RULE, cache=cache)


def test_changed_contents_go_into_a_new_slot(pictures, cache, store):
    older = pack(pictures, RULE, cache=cache).images
    before = older.gather(EVERY).copy()
    repaint(pictures.images[2], 99)
    newer = pack(pictures, RULE, cache=cache)
    assert newer.num_decoded == 1
    assert (newer.images.gather(np.array([2])) == (99, 0, 0)).all()
    assert (older.gather(EVERY) == before).all()
    assert newer.images.slots.tolist() == [0, 1, 6, 3, 4, 5]
    assert store.read_index().height == 6


def test_verify_finds_a_change_that_hides(pictures, cache):
    repaint(pictures.images[0], 1)
    pack(pictures, RULE, cache=cache)
    repaint(pictures.images[0], 2, keep_stat=True)
    trusting = pack(pictures, RULE, cache=cache)
    assert (trusting.images.gather(EVERY[:1]) == (1, 0, 0)).all()
    verified = pack(pictures, RULE, cache=cache, verify=True)
    assert verified.num_decoded == 1
    assert (verified.images.gather(EVERY[:1]) == (2, 0, 0)).all()


def test_each_rule_has_a_place_of_its_own(pictures, cache):
    small = RULE.model_copy(update={"height": 4})
    pack(pictures, RULE, cache=cache)
    packed = pack(pictures, small, cache=cache)
    assert packed.num_decoded == 6
    assert packed.images.gather(EVERY).shape == (6, 4, 8, 3)


def test_pixels_cannot_be_written_to(pictures, cache):
    images = pack(pictures, RULE, cache=cache).images
    with pytest.raises(ValueError, match="read-only"):
        images.pixels[0] = 0


def test_take_picks_rows(pictures, cache):
    images = pack(pictures, RULE, cache=cache).images
    taken = images.take(np.array([4, 1]))
    assert len(taken) == 2
    assert (taken.gather(np.array([1, 0])) == direct(pictures)[[1, 4]]).all()


@pytest.fixture
def damaged(pictures):
    """Row 2 is truncated, row 5 is text."""
    data = pictures.images[1].read_bytes()
    pictures.images[1].write_bytes(data[:-40])
    pictures.images[4].write_text("text")
    return pictures


def test_all_bad_files_are_named_and_the_good_ones_kept(damaged, cache, decoded):
    with pytest.raises(ImageError) as caught:
        pack(damaged, RULE, cache=cache)
    assert caught.value.rows == [2, 5]
    for position in (1, 4):
        assert repr(str(damaged.images[position])) in str(caught.value)
    decoded.clear()
    assert pack(damaged[[0, 2, 3, 5]], RULE, cache=cache).num_decoded == 0
    assert decoded == []


def test_bad_files_are_dropped_and_counted(damaged, cache):
    packed = pack(damaged, RULE, cache=cache, on_bad="drop")
    assert packed.table.rows.tolist() == [1, 3, 4, 6]
    assert sum(packed.table.dropped.values()) == 2
    assert len(packed.images) == 4
    assert (packed.images.gather(np.arange(4)) == direct(packed.table)).all()


def test_a_cache_that_is_no_folder_is_said(pictures, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(
        ConfigError, match=r"packed into .*Not a directory.*--cache DIR"
    ):
        pack(pictures, RULE, cache=tmp_path / "file")


def test_a_folder_that_cannot_be_locked_is_said(pictures, cache, monkeypatch):
    def refuse(file, how):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", refuse)
    with pytest.raises(ConfigError, match="No locks available"):
        pack(pictures, RULE, cache=cache)


def test_nothing_left_is_an_error(damaged, cache):
    with pytest.raises(TableError, match="no row has a picture"):
        pack(damaged[[1, 4]], RULE, cache=cache, on_bad="drop")


def test_a_picture_that_was_packed_and_is_damaged_now_is_refused(pictures, cache):
    pack(pictures, RULE, cache=cache)
    pictures.images[3].write_text("text")
    with pytest.raises(ImageError) as caught:
        pack(pictures, RULE, cache=cache)
    assert caught.value.rows == [4]


def test_a_file_that_is_gone_is_named(pictures, cache):
    pack(pictures, RULE, cache=cache)
    pictures.images[0].unlink()
    with pytest.raises(ImageError, match="cannot be read: No such file") as caught:
        pack(pictures, RULE, cache=cache)
    assert caught.value.rows == [1]


def test_part_of_a_picture_at_the_end_is_cut(pictures, cache, store):
    pack(pictures[:3], RULE, cache=cache)
    with store.pixels_path.open("ab") as file:
        file.write(b"\x07" * 100)
    packed = pack(pictures, RULE, cache=cache)
    assert store.pixels_path.stat().st_size == 6 * store.slot_bytes
    assert (packed.images.gather(EVERY) == direct(pictures)).all()


def test_part_of_a_picture_at_the_end_does_not_hinder_reading(pictures, cache, store):
    pack(pictures, RULE, cache=cache)
    with store.pixels_path.open("ab") as file:
        file.write(b"\x07" * 100)
    packed = pack(pictures, RULE, cache=cache)
    assert packed.num_decoded == 0
    assert (packed.images.gather(EVERY) == direct(pictures)).all()


def test_entries_beyond_the_end_of_the_pixels_do_not_count(pictures, cache, store):
    pack(pictures, RULE, cache=cache)
    os.truncate(store.pixels_path, 2 * store.slot_bytes)
    packed = pack(pictures, RULE, cache=cache)
    assert packed.num_decoded == 4
    assert (packed.images.gather(EVERY) == direct(pictures)).all()


def test_a_lost_index_or_lost_pixels_mean_decoding_again(pictures, cache, store):
    for lost in ("index_path", "pixels_path"):
        pack(pictures, RULE, cache=cache)
        getattr(store, lost).unlink()
        packed = pack(pictures, RULE, cache=cache)
        assert packed.num_decoded == 6
        assert (packed.images.gather(EVERY) == direct(pictures)).all()


KILLED = """
import os, sys
from pathlib import Path
import numpy as np, polars as pl
from sidelight.images import _pack
from sidelight.pixels import ImageRule
from sidelight.schema import Schema
from sidelight.table import Pictures, Table

paths = tuple(sorted(Path(sys.argv[1]).iterdir()))
table = Table(pl.DataFrame({"file": [str(p) for p in paths]}), Schema(image="file"),
              "scenes.csv", np.arange(1, len(paths) + 1), Pictures(paths))
rule = ImageRule(height=8, width=8, bands=3)
"""
DIES = """
_pack.PIECE, _pack.CHECKPOINT_S, _pack.CHECKPOINT_SHARE = 1, 0, 0
append = _pack._Appender.__call__
def dying(self, pixels):
    if self.slot == 5:
        self.file.write(b"part of a picture"); self.file.flush()
        os.kill(os.getpid(), 9)
    return append(self, pixels)
_pack._Appender.__call__ = dying
_pack.pack(table, rule, cache=Path(sys.argv[2]))
"""
SLOW = """
import time
_pack.CHECKPOINT_S = _pack.CHECKPOINT_SHARE = 0
_pack.PIECE = 1
decode = _pack.decode
def slowly(data, rule):
    time.sleep(0.2)
    return decode(data, rule)
_pack.decode = slowly
_pack.pack(table, rule, cache=Path(sys.argv[2]), workers=1)
"""
HOLDS = """
decode = _pack.decode
def when_told(data, rule):
    print("holding", flush=True)
    sys.stdin.readline()
    return decode(data, rule)
_pack.decode = when_told
_pack.pack(table, rule, cache=Path(sys.argv[2]), workers=1)
"""
WAITS = """
from sidelight.images import _lock
_lock.PATIENCE_S = 0.01
packed = _pack.pack(table, rule, cache=Path(sys.argv[2]))
print(packed.num_decoded)
"""
COUNTS = """
packed = _pack.pack(table, rule, cache=Path(sys.argv[2]))
print(packed.num_decoded, packed.images.gather(np.arange(len(paths))).sum())
"""


def script(code, pictures, cache):
    folder = pictures.images[0].parent
    command = [sys.executable, "-c", KILLED + code, str(folder), str(cache)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


def wait_until(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_a_killed_packing_loses_no_more_than_a_checkpoint(pictures, cache, store):
    process = script(DIES, pictures, cache)
    process.communicate(timeout=60)
    assert process.returncode == -9
    assert store.pixels_path.stat().st_size % store.slot_bytes
    assert store.read_index().height == 5
    packed = pack(pictures, RULE, cache=cache)
    assert packed.num_decoded == 1
    assert (packed.images.gather(EVERY) == direct(pictures)).all()


def test_a_packing_killed_midway_is_gone_on_with(pictures, cache, store):
    process = script(SLOW, pictures, cache)
    wait_until(lambda: store.read_index().height >= 2)
    process.kill()
    process.communicate()
    done = store.read_index().height
    assert 2 <= done < 6
    assert not list(store.folder.glob("*.partial*"))
    packed = pack(pictures, RULE, cache=cache)
    assert packed.num_decoded == 6 - done
    assert (packed.images.gather(EVERY) == direct(pictures)).all()


def test_who_waits_is_told_for_whom(pictures, cache, store):
    holder = script(HOLDS, pictures, cache)
    assert holder.stdout.readline() == "holding\n"
    waiter = script(WAITS, pictures, cache)
    told = waiter.stderr.readline()
    host = socket.gethostname()
    assert told.startswith(f"waiting for process {holder.pid} on {host}, which has ")
    assert str(store.folder) in told
    holder.communicate("go on\n" * 6, timeout=60)
    printed, more = waiter.communicate(timeout=60)
    assert (holder.returncode, waiter.returncode) == (0, 0)
    assert printed.split() == ["0"]
    assert more == ""
    assert (store.folder / "lock").read_text() == ""


def test_two_processes_at_once_share_the_work(pictures, cache, store):
    processes = [script(COUNTS, pictures, cache) for _ in range(2)]
    answers = [process.communicate(timeout=60)[0].split() for process in processes]
    assert sorted(int(decoded) for decoded, _ in answers) == [0, 6]
    assert {int(total) for _, total in answers} == {int(direct(pictures).sum())}
    assert store.pixels_path.stat().st_size == 6 * store.slot_bytes


def test_a_disk_that_is_too_small_is_said_before_decoding(
    pictures, cache, decoded, monkeypatch
):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(_pack.shutil, "disk_usage", lambda _: usage(1, 1, 6 * 192 - 1))
    with pytest.raises(DiskFullError, match="--cache"):
        pack(pictures, RULE, cache=cache)
    assert decoded == []
    monkeypatch.setattr(_pack.shutil, "disk_usage", lambda _: usage(1, 1, 6 * 192))
    assert pack(pictures, RULE, cache=cache).num_decoded == 6


def test_a_disk_that_fills_up_meanwhile_loses_nothing(pictures, cache, monkeypatch):
    pack(pictures[:3], RULE, cache=cache)

    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(_pack.os, "fsync", full)
        with pytest.raises(DiskFullError):
            pack(pictures, RULE, cache=cache)
    packed = pack(pictures, RULE, cache=cache)
    assert packed.num_decoded == 3
    assert (packed.images.gather(EVERY) == direct(pictures)).all()


def test_one_worker_and_many_give_the_same(pictures, tmp_path):
    one = pack(pictures, RULE, cache=tmp_path / "one", workers=1)
    many = pack(pictures, RULE, cache=tmp_path / "many", workers=8)
    assert (one.images.gather(EVERY) == many.images.gather(EVERY)).all()
    assert one.images.slots.tolist() == many.images.slots.tolist()


def test_the_index_can_be_read_by_others(pictures, cache, store):
    pack(pictures, RULE, cache=cache)
    index = pl.read_parquet(store.index_path)
    assert index["path"].to_list() == [str(path) for path in pictures.images]
    assert index["size"].to_list() == [p.stat().st_size for p in pictures.images]


def test_the_cache_is_where_the_environment_says(monkeypatch, tmp_path):
    monkeypatch.delenv("SIDELIGHT_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert default_cache() == tmp_path / "xdg" / "sidelight"
    monkeypatch.setenv("SIDELIGHT_CACHE", str(tmp_path / "own"))
    assert default_cache() == tmp_path / "own"


@pytest.mark.parametrize(
    ("depth", "dtype", "bands"),
    [("uint16", np.uint16, 13), ("float16", np.float32, 2), ("uint8", np.uint8, 5)],
)
def test_any_depth_and_band_count_is_packed_once(
    tmp_path, cache, make_table, depth, dtype, bands
):
    values = np.random.default_rng(0).integers(1, 200, (4, 8, 8, bands))
    paths = [tmp_path / f"{number}.npy" for number in range(4)]
    for path, one in zip(paths, values, strict=True):
        np.save(path, one.astype(dtype))
    rule = ImageRule(height=8, width=8, bands=bands, depth=depth)
    table = make_table(paths)
    first = pack(table, rule, cache=cache)
    assert first.images.pixels.dtype == rule.dtype
    assert (first.images.gather(np.arange(4)) == values).all()
    again = pack(table[::-1], rule, cache=cache)
    assert again.num_decoded == 0
    assert (again.images.gather(np.arange(4)) == values[::-1]).all()


def test_a_row_without_a_picture_has_no_data_in_deep_packs(cache, make_table):
    table = replace(make_table([]), rows=np.array([1]), images=Pictures([None]))
    table = replace(table, frame=pl.DataFrame({"file": [None]}))
    for depth, expected in (("uint8", 0), ("uint16", 0), ("float16", np.nan)):
        rule = RULE.model_copy(update={"depth": depth})
        found = pack(table, rule, cache=cache).images.gather(np.array([0]))
        np.testing.assert_array_equal(found, np.full((1, 8, 8, 3), expected))
