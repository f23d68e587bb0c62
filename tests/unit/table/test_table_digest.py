"""A table's fingerprint."""

from __future__ import annotations

import numpy as np
import polars as pl

from sidelight.schema import Schema
from sidelight.table import Table


def table(frame):
    return Table(frame, Schema(columns=()), "t", np.arange(1, len(frame) + 1))


def test_the_same_cells_have_the_same_digest_and_others_another():
    frame = pl.DataFrame(
        {"a": [1.0, None, 3.0], "b": ["x", "y", None], "c": [[1], [], [2, 3]]}
    )
    again = pl.concat([frame[:1], frame[1:]], rechunk=False)
    assert table(frame).digest() == table(again).digest()
    changed = frame.with_columns(a=pl.Series([1.0, None, 4.0]))
    assert table(frame).digest() != table(changed).digest()
    assert table(frame).digest() != table(frame[::-1]).digest()
