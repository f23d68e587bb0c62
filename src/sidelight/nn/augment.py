"""Random changes of the inputs while training: a Keras model of its own.

It is applied to the batch by the training loop and is never part of a saved model.
"""

from __future__ import annotations

from typing import Annotated, Any

import keras
from pydantic import Field

from sidelight.nn.layers import (
    FoldPictures,
    RandomAbsence,
    RandomBrightness,
    RandomFlip,
    RandomShift,
    UnfoldPictures,
)
from sidelight.registry import FUSIONS
from sidelight.schema import BandScale, ModelSpec, Record, Search


class AugmentConfig(Record):
    """Which random changes are made to training rows.

    Attributes:
        horizontal_flip: Mirror left to right.
        vertical_flip: Mirror top to bottom; right for pictures taken from above.
        shift: Largest shift, as a fraction of the picture's size; 0 for none.
        brightness: Largest relative change of brightness; 0 for none.
        modality_dropout: Probability that a row loses its image, and the same that it
            loses all its metadata. Above 0 the network learns to do without either.
        column_dropout: Probability that a row loses a metadata column. Above 0 the
            network learns to do without any.
    """

    horizontal_flip: bool = True
    vertical_flip: bool = False
    shift: Annotated[float, Search(0.0, 0.2)] = Field(default=0.08, ge=0, le=0.5)
    brightness: Annotated[float, Search(0.0, 0.3)] = Field(default=0.0, ge=0, lt=1)
    modality_dropout: float = Field(default=0.0, ge=0, le=0.5)
    column_dropout: float = Field(default=0.0, ge=0, lt=1)

    @property
    def changes_pictures(self) -> bool:
        """Whether pictures are changed at all."""
        return any(
            (self.horizontal_flip, self.vertical_flip, self.shift, self.brightness)
        )

    @property
    def may_miss(self) -> bool:
        """Whether the network learns to do without parts of its input."""
        return self.modality_dropout > 0 or self.column_dropout > 0


def build_augmentation(
    config: AugmentConfig, spec: ModelSpec, seed: int = 0
) -> keras.Model | None:
    """Return a model from training inputs to randomly changed ones.

    Args:
        config: What is changed.
        spec: The network that the inputs are for.
        seed: Seed of every random decision.

    Returns:
        A model from a dictionary to the same, of those inputs that are changed: "image"
        `(batch, height, width, bands)`, float32 afterwards, in the units it had, and
        "present" `(batch, columns + 1)`. Several pictures of a row are changed
        independently. The model changes nothing unless called with `training=True`.
        None where there is nothing to change.
    """
    inputs, changed = {}, {}
    if config.changes_pictures and FUSIONS.get(spec.fusion).obj.uses_image:
        pictures = spec.image.pictures
        inputs["image"] = x = keras.Input(spec.image.shape, name="image")
        x = FoldPictures()(x) if pictures > 1 else x
        x = _picture(x, config, spec.image.scale, seed)
        changed["image"] = UnfoldPictures(pictures)(x) if pictures > 1 else x
    if spec.may_miss:
        inputs["present"] = keras.Input((spec.meta.num_columns + 1,), name="present")
        lose = RandomAbsence(config.modality_dropout, config.column_dropout, seed + 3)
        changed["present"] = lose(inputs["present"])
    return keras.Model(inputs, changed, name="augment") if inputs else None


def _picture(x: Any, config: AugmentConfig, scale: BandScale | None, seed: int) -> Any:
    if config.horizontal_flip or config.vertical_flip:
        x = RandomFlip(
            horizontal=config.horizontal_flip, vertical=config.vertical_flip, seed=seed
        )(x)
    if config.shift:
        x = RandomShift(config.shift, seed=seed + 1)(x)
    if config.brightness:
        units = None if scale is None else scale.model_dump()
        x = RandomBrightness(config.brightness, scale=units, seed=seed + 2)(x)
    return x
