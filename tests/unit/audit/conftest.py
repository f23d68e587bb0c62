"""The clean table, written once."""

from __future__ import annotations

import pytest

from tests.unit.audit.making import make_clean


@pytest.fixture(scope="package")
def clean(tmp_path_factory):
    folder = tmp_path_factory.mktemp("audit") / "pictures"
    folder.mkdir()
    return make_clean(folder)
