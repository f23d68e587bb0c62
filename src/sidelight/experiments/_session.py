"""Between one training and the next."""

from __future__ import annotations

import keras


def begin_anew(seed: int) -> None:
    """Forget the networks before, and seed everything random.

    The graphs and weights of all of them would stay in memory otherwise. Keras collects
    garbage itself, which takes about half a second.
    """
    keras.utils.clear_session()
    keras.utils.set_random_seed(seed)
