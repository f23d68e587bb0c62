"""The sentences: what is wrong, where, and what to do."""

from __future__ import annotations

import pytest

from sidelight import errors


def test_a_sentence_has_place_rows_values_and_advice():
    error = errors.TableError(
        "3 of 1204 rows are not numbers",
        path="patients.csv",
        column="age",
        rows=[17, 88, 401],
        values=["n/a", "?", "n/a"],
        fix="Pass null_values.",
    )
    assert str(error) == (
        "Column 'age' in patients.csv: 3 of 1204 rows are not numbers "
        "(rows 17, 88, 401: 'n/a', '?', 'n/a'). Pass null_values."
    )


def test_five_rows_are_shown_and_all_are_counted_and_kept():
    error = errors.ImageError("bad pictures", rows=list(range(1, 100)))
    assert "rows 1, 2, 3, 4, 5, … 99 in total" in str(error)
    assert len(error.rows) == 99


def test_one_row_is_singular_and_odd_paths_stay_on_one_line():
    text = str(errors.TableError("odd", path="a\nb.csv", rows=[4]))
    assert "(row 4)" in text
    assert "\n" not in text


def test_unknown_names_suggest_the_nearest():
    column = errors.ColumnNotFoundError("Lable", ["label", "file"])
    assert "Did you mean 'label'?" in str(column)
    name = errors.UnknownNameError("fusion", "flim", ["film", "none"])
    assert "Did you mean 'film'?" in str(name)


@pytest.mark.parametrize(
    ("cls", "builtin"),
    [
        (errors.TableError, ValueError),
        (errors.ColumnNotFoundError, KeyError),
        (errors.UnknownNameError, LookupError),
        (errors.NotTrainingDataError, ValueError),
        (errors.NotFittedError, AttributeError),
        (errors.DiskFullError, OSError),
        (errors.MissingPackageError, ImportError),
    ],
)
def test_each_error_is_also_the_builtin_one(cls, builtin):
    assert issubclass(cls, builtin)
    assert issubclass(cls, errors.SidelightError)
    assert cls.__name__ in errors.__doc__
