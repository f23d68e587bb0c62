"""What every test shares: quiet TensorFlow, one Hypothesis profile by environment."""

from __future__ import annotations

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# Tests run in one process a core, and their networks are too small to share one out.
os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")
os.environ.setdefault("TF_NUM_INTEROP_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")  # scikit-learn's trees

import random
import sys

import pytest
from hypothesis import settings

from tests import servers

for _name, _examples in {"fast": 50, "balanced": 500, "expensive": 5000}.items():
    # The fast suite draws the same examples every time; the others look for new ones.
    settings.register_profile(
        _name, max_examples=_examples, deadline=None, derandomize=_name == "fast"
    )
settings.load_profile(os.environ.get("SIDELIGHT_HYPOTHESIS", "fast"))


@pytest.fixture(autouse=True)
def same_chance():
    """Draw the same weights whatever ran before: Keras takes its seeds from here."""
    random.seed(0)


@pytest.fixture(autouse=True)
def nothing_is_kept(request):
    """Let go of a slow test's networks: a file of them would keep 15 GB in the end."""
    yield
    if request.node.get_closest_marker("slow") and "keras" in sys.modules:
        sys.modules["keras"].backend.clear_session()


@pytest.fixture(scope="session")
def postgresql():
    """A PostgreSQL server of this session."""
    with servers.postgresql() as server:
        yield server


@pytest.fixture(scope="session")
def mariadb():
    """A MariaDB server of this session."""
    with servers.mariadb() as server:
        yield server
