"""Pages of comparisons that were made up, each written once."""

from __future__ import annotations

import pytest

from sidelight.experiments.compare import Comparison
from tests.unit.report.making import make_comparison, make_table


@pytest.fixture(scope="session")
def comparison(tmp_path_factory) -> Comparison:
    """Return four classes, every kind of column, and some pictures that are gone."""
    folder = tmp_path_factory.mktemp("scenes")
    return make_comparison(make_table(folder, 600, pictures=500))


@pytest.fixture(scope="session")
def page(comparison, tmp_path_factory) -> str:
    """Return its page."""
    path = comparison.report(tmp_path_factory.mktemp("page") / "page.html")
    return path.read_text(encoding="utf-8")
