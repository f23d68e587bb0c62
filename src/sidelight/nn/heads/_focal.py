"""The focal loss of answers that are a yes or a no each."""

from __future__ import annotations

from typing import Any

import keras


def yes_or_no_focal(gamma: float, smoothing: float) -> Any:
    """Return `-(1 - p_t)^gamma log p_t`, `p_t` the probability of the true answer.

    Lin et al. 2017, arXiv 1708.02002, without their `alpha`; a mean over labels.
    """
    return keras.losses.BinaryFocalCrossentropy(gamma=gamma, label_smoothing=smoothing)
