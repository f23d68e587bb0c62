"""Code that runs on JAX in a process of its own, where TensorFlow is not there."""

from __future__ import annotations

import os
import subprocess
import sys

# Not sys.modules["tensorflow"] = None: some of Keras' own layers look there.
ALONE = """
import sys

class NoTensorFlow:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "tensorflow":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, NoTensorFlow())
import keras
assert keras.backend.backend() == "jax"
"""


def on_jax(code: str, *words: object, timeout: int = 300) -> str:
    """Run code with these arguments, and return what it prints; it has to succeed."""
    done = subprocess.run(
        [sys.executable, "-c", ALONE + code, *map(str, words)],
        env={**os.environ, "KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout
