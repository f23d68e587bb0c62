"""Whatever bytes are uploaded: pixels, or a reason; never another error."""

import io

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from sidelight.pixels import ImageRule, quiet
from sidelight.predictor import ImageSignature, Signature
from sidelight.serve._pictures import PictureError, admitted, pixels_of

RULE = ImageRule(height=8, width=8, bands=3)
IMAGE = ImageSignature(
    input="image", type="uint8", any_size=True, height=8, width=8, bands=3,
    pictures=1, rule=RULE,
)  # fmt: skip
SIGNATURE = Signature(
    version="0", fingerprint="", task="binary", classes=("a", "b"), targets=("t",),
    columns=(), image=IMAGE, missing_words=(),
)  # fmt: skip
PIXELS = np.random.default_rng(0).integers(0, 256, (11, 9, 3), dtype=np.uint8)


def written(kind: str, **options) -> bytes:
    file = io.BytesIO()
    if kind == "NPY":
        np.save(file, PIXELS)
    else:
        Image.fromarray(PIXELS).save(file, kind, **options)
    return file.getvalue()


FILES = [
    written("PNG"),
    written("JPEG"),
    written("JPEG", progressive=True),
    written("WEBP"),
    written("GIF"),
    written("BMP"),
    written("TIFF"),
    written("TIFF", compression="tiff_lzw"),
    written("NPY"),
]
EDITS = st.lists(
    st.tuples(st.integers(0, 3), st.floats(0, 1), st.binary(max_size=8)), max_size=6
)


def mutated(data: bytes, edits: list[tuple[int, float, bytes]]) -> bytes:
    """Overwrite, insert, cut out and cut off."""
    for kind, place, piece in edits:
        at = int(place * len(data))
        if kind == 0:
            data = data[:at] + piece + data[at + len(piece) :]
        elif kind == 1:
            data = data[:at] + piece + data[at:]
        elif kind == 2:
            data = data[:at] + data[at + len(piece) :]
        else:
            data = data[:at]
    return data


def outcome(data: bytes) -> str:
    with quiet():
        try:
            found = pixels_of(admitted([data], SIGNATURE, 10_000), SIGNATURE)
        except PictureError as error:
            return str(error)
    assert found["image"].shape == (1, 8, 8, 3)
    return ""


@given(st.sampled_from(FILES), EDITS)
def test_a_damaged_file_is_pixels_or_a_reason(data, edits):
    said = outcome(mutated(data, edits))
    assert said == "" or said.startswith("the picture ")


@given(st.binary(max_size=300))
def test_noise_is_a_reason(data):
    assert outcome(data).startswith("the picture ")


@given(st.sampled_from(FILES), st.sampled_from(FILES))
def test_a_file_that_is_two_is_what_it_begins_as(first, second):
    assert outcome(first + second) == ""
