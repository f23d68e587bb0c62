"""What a file says of itself comes back, or the reason why it is not read."""

from pathlib import Path

import pytest

from sidelight.errors import RunError
from sidelight.pixels import ImageRule
from sidelight.predictor import ColumnSignature, ImageSignature, Signature

FILE = Path("m.onnx")
FOUND = Signature(
    version="0.1.0",
    fingerprint="ab",
    task="binary",
    classes=("no", "日"),
    targets=("t",),
    columns=(
        ColumnSignature(
            column="location",
            sources=("lat", "lon"),
            inputs=("lat", "lon"),
            kind="location",
            takes="degrees",
            missing="auto",
            training={},
        ),
    ),
    image=ImageSignature(
        input="image",
        type="uint8",
        any_size=True,
        height=8,
        width=9,
        bands=3,
        pictures=1,
        rule=ImageRule(height=8, width=9, bands=3),
    ),
    missing_words=("NA",),
)


def test_it_comes_back_from_a_files_texts():
    properties = {"author": "somebody", **FOUND.to_properties()}
    assert Signature.from_properties(properties, FILE) == FOUND
    assert properties["sidelight_fingerprint"] == "ab"
    assert properties["sidelight_classes"] == '["no", "日"]'


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"sidelight_fingerprint": None}, "not written by Sidelight"),
        ({"sidelight_format": "2"}, "of Sidelight 0.1.0, not of this version"),
        ({"sidelight_task": '"poetry"'}, "damaged"),
        ({"sidelight_columns": "[{"}, "damaged"),
        ({"sidelight_image": None}, "damaged"),
    ],
)
def test_what_is_not_read_says_why(change, said):
    properties = {**FOUND.to_properties(), **change}
    kept = {name: text for name, text in properties.items() if text is not None}
    with pytest.raises(RunError, match=said) as refused:
        Signature.from_properties(kept, FILE)
    assert str(refused.value).startswith("m.onnx: ")


def test_what_is_answered_depends_on_the_task():
    assert FOUND.outputs == ("label", "probability")
    labels = FOUND.model_copy(update={"task": "multilabel"})
    assert labels.outputs == ("probability",)
    numbers = FOUND.model_copy(update={"task": "regression", "classes": ()})
    assert numbers.outputs == ("prediction",)


def test_pictures_are_said_in_words():
    assert FOUND.image.takes == "uint8, height × width × 3, of any size"
    deep = FOUND.image.model_copy(
        update={"any_size": False, "type": "uint16", "pictures": 2}
    )
    assert deep.takes == "uint16, 2 × 8 × 9 × 3, packed as Sidelight packs them"
