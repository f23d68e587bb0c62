"""Between one training and the next."""

from __future__ import annotations

import gc

import keras


def begin_anew(seed: int) -> None:
    """Forget the networks before, and seed everything random.

    The graphs and weights of all of them would stay in memory otherwise.
    """
    keras.utils.clear_session()
    gc.collect()
    keras.utils.set_random_seed(seed)
