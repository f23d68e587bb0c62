"""Random changes of the pictures while training: a Keras model of its own.

It is applied to the batch by the training loop and is never part of a saved model.
"""

from __future__ import annotations

import keras
from pydantic import Field

from sidelight.nn.layers import RandomBrightness, RandomFlip, RandomShift
from sidelight.schema import ImageSpec, Record


class AugmentConfig(Record):
    """Which random changes are made to training pictures.

    Attributes:
        horizontal_flip: Mirror left to right.
        vertical_flip: Mirror top to bottom; right for pictures taken from above.
        shift: Largest shift, as a fraction of the picture's size; 0 for none.
        brightness: Largest relative change of brightness; 0 for none.
    """

    horizontal_flip: bool = True
    vertical_flip: bool = False
    shift: float = Field(default=0.08, ge=0, le=0.5)
    brightness: float = Field(default=0.0, ge=0, lt=1)

    @property
    def active(self) -> bool:
        """Whether anything is changed at all."""
        return any(
            (self.horizontal_flip, self.vertical_flip, self.shift, self.brightness)
        )


def build_augmentation(
    config: AugmentConfig, image: ImageSpec, seed: int = 0
) -> keras.Model:
    """Return a model from pictures to randomly changed pictures.

    Args:
        config: What is changed.
        image: Size and bands of the pictures.
        seed: Seed of every random decision.

    Returns:
        A model `(batch, height, width, bands)` -> the same, float32 in [0, 255]; it
        changes nothing unless called with `training=True`.
    """
    inputs = keras.Input((image.height, image.width, image.bands), name="image")
    x = inputs
    if config.horizontal_flip or config.vertical_flip:
        x = RandomFlip(
            horizontal=config.horizontal_flip, vertical=config.vertical_flip, seed=seed
        )(x)
    if config.shift:
        x = RandomShift(config.shift, seed=seed + 1)(x)
    if config.brightness:
        x = RandomBrightness(config.brightness, seed=seed + 2)(x)
    return keras.Model(inputs, x, name="augment")
