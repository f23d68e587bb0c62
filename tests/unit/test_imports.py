"""What is imported, and what is not until it is needed."""

from __future__ import annotations

import subprocess
import sys

import pytest

import sidelight

HEAVY = ("tensorflow", "keras", "matplotlib", "polars", "sklearn", "pandas", "jax")


@pytest.mark.parametrize(
    "code",
    [
        "import sidelight",
        "import sidelight.cli; from sidelight.registry import FUSIONS; FUSIONS.names()",
        "import sys; sys.argv = ['sidelight', '--help']; import sidelight.cli as c\n"
        "try: c.main()\nexcept SystemExit: pass",
        "import sys; sys.argv = ['sidelight', 'train', 'x.csv', '--fusion', 'flim']\n"
        "import sidelight.cli as c\ntry: c.main()\nexcept SystemExit: pass",
        "import sys; sys.argv = ['sidelight', 'train', 'x.csv', '--set', "
        "'encoder.location=gird']\n"
        "import sidelight.cli as c\ntry: c.main()\nexcept SystemExit: pass",
    ],
    ids=["import", "names", "help", "mistyped name", "mistyped encoder"],
)
def test_nothing_heavy_is_imported(code):
    check = f"{code}\nimport sys\nprint([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", check], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_public_names_are_what_can_be_imported():
    for name in sidelight.__all__:
        assert getattr(sidelight, name) is not None
    assert set(dir(sidelight)) == set(sidelight.__all__)
    with pytest.raises(AttributeError, match="Clasifier"):
        _ = sidelight.Clasifier
