"""Packed pictures are the decoded files, in any order; no damage escapes as a crash."""

import contextlib
import io
import tempfile
from pathlib import Path

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from sidelight.images import pack
from sidelight.pixels import ImageRule, UnusableImageError, decode, quiet
from sidelight.schema import Schema
from sidelight.table import Pictures, Table

MODES = st.sampled_from(["1", "L", "LA", "P", "RGB", "RGBA"])


@st.composite
def images(draw):
    mode = draw(MODES)
    width, height = draw(st.integers(1, 9)), draw(st.integers(1, 9))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    pixels = rng.integers(0, 256, (height, width, 4), dtype=np.uint8)
    return Image.fromarray(pixels, "RGBA" if mode == "RGBA" else None).convert(mode)


RULES = st.builds(
    ImageRule,
    height=st.integers(1, 9),
    width=st.integers(1, 9),
    bands=st.sampled_from([1, 3]),
    resize=st.sampled_from(["stretch", "pad", "crop"]),
)


@given(st.lists(images(), min_size=1, max_size=8), RULES, st.data())
def test_gathering_equals_decoding(pictures, rule, data):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = [folder / f"{number}.png" for number in range(len(pictures))]
        for path, picture in zip(paths, pictures, strict=True):
            picture.save(path)
        order = data.draw(st.permutations(range(len(paths))))
        first = data.draw(st.integers(1, len(paths)))
        pack(_table(paths[:first]), rule, cache=folder / "cache", workers=2)
        rows = [paths[i] for i in order]
        packed = pack(_table(rows), rule, cache=folder / "cache", workers=2)
        assert packed.num_decoded == len(paths) - first
        picks = data.draw(st.lists(st.integers(0, len(paths) - 1), max_size=12))
        found = packed.images.gather(np.array(picks, dtype=np.int64))
        expected = [decode(rows[pick].read_bytes(), rule) for pick in picks]
        assert found.shape == (len(picks), rule.height, rule.width, rule.bands)
        assert all((a == b).all() for a, b in zip(found, expected, strict=True))


@given(
    images(),
    st.sampled_from(["PNG", "JPEG", "TIFF", "GIF", "BMP", "WEBP"]),
    st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=6),
    st.integers(1, 10_000),
)
def test_a_damaged_file_is_pixels_or_a_reason(image, form, changes, length):
    stream = io.BytesIO()
    image.convert("RGB").save(stream, form)
    damaged = bytearray(stream.getvalue()[:length])
    for place, value in changes:
        damaged[place % len(damaged)] = value
    rule = ImageRule(height=8, width=8, bands=3)
    with quiet(), contextlib.suppress(UnusableImageError):
        assert decode(bytes(damaged), rule).shape == (8, 8, 3)


def _table(paths):
    return Table(
        frame=pl.DataFrame({"file": [str(path) for path in paths]}),
        schema=Schema(image="file"),
        source="scenes.csv",
        rows=np.arange(1, len(paths) + 1),
        images=Pictures(paths),
    )
