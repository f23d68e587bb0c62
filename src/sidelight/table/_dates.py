"""Which way dates are written, and what instants they are."""

from __future__ import annotations

import polars as pl

from sidelight.table._problems import Problem

# Two ways of writing in one column are refused, not guessed: a date beside a
# date-time would pretend to midnight, and a zone in some cells only is off by hours.
FORMS = {
    "a date": r"^\d{4}-\d{2}-\d{2}$",
    "a date and time": r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?$",
    "a date and time with its zone": (
        r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}(:?\d{2})?)$"
    ),
}
OTHER_FORMS = {
    "day and month by slashes": r"^\d{1,2}/\d{1,2}/\d{2,4}( .*)?$",
    "day and month by dots": r"^\d{1,2}\.\d{1,2}\.(\d{2}|\d{4})( .*)?$",
    "day and month by hyphens": r"^\d{1,2}-\d{1,2}-\d{4}( .*)?$",
    "year, month, day by slashes": r"^\d{4}/\d{1,2}/\d{1,2}( .*)?$",
}
_DATE, _TIME = "%Y-%m-%d", "%Y-%m-%dT%H:%M:%S%.f"
_HOW = "Write every cell as 2021-03-04, or every cell as 2021-03-04T10:30:00."


def date_forms(text: pl.Series) -> pl.Series:
    """Return the name of each cell's way of writing a date; null where it is none."""
    name = text.name
    frame = pl.DataFrame({name: text})
    form = pl.coalesce(
        pl.when(pl.col(name).str.contains(pattern)).then(pl.lit(label))
        for label, pattern in (FORMS | OTHER_FORMS).items()
    )
    return frame.select(form.alias(name)).to_series()


def to_datetimes(text: pl.Series) -> tuple[pl.Series, list[Problem]]:
    """Return Datetime in microseconds UTC without zone, and what could not be read.

    Args:
        text: String without outer white space, null where empty.
    """
    forms = date_forms(text)
    values = _parsed(text)
    counts = forms.drop_nulls().value_counts(sort=True)
    if counts.height > 1:
        return values, [_two_forms(text, forms, counts[text.name].to_list())]
    wrong = (text.is_not_null() & values.is_null()).arg_true()
    if not len(wrong):
        return values, []
    verb = "cell is not a date" if len(wrong) == 1 else "cells are not dates"
    problem = Problem(
        text.name,
        f"{len(wrong)} {verb} in ISO 8601",
        "a cell that is not a date",
        wrong.cast(pl.Int64).to_numpy(),
        text.gather(wrong).to_list(),
        f"Correct these cells or leave them empty. {_HOW}",
    )
    return values, [problem]


def _parsed(text: pl.Series) -> pl.Series:
    # Seconds are added where only hours and minutes are written, and zones get minutes.
    full = text.str.replace(" ", "T", literal=True)
    full = full.str.replace(r"(T\d{2}:\d{2})(Z|[+-]\d{2}:?\d{0,2})?$", "${1}:00${2}")
    full = full.str.replace(r"Z$", "+00:00").str.replace(r"(T.*[+-]\d{2})$", "${1}:00")
    zoned = full.str.to_datetime(_TIME + "%z", strict=False, time_unit="us")
    plain = full.str.to_datetime(_TIME, strict=False, time_unit="us")
    dates = full.str.to_date(_DATE, strict=False).cast(pl.Datetime("us"))
    utc = zoned.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
    merged = utc.zip_with(utc.is_not_null(), plain)
    return merged.zip_with(merged.is_not_null(), dates)


def _two_forms(text: pl.Series, forms: pl.Series, names: list[str]) -> Problem:
    usual, *rarer = names
    odd = (forms.is_not_null() & (forms != usual)).arg_true()
    example = text.gather((forms == usual).arg_true()[:1]).to_list()[0]
    which = f"{len(odd)} cell is" if len(odd) == 1 else f"{len(odd)} cells are"
    return Problem(
        text.name,
        f"dates in {len(names)} formats: most cells are {usual} such as {example!r}, "
        f"but {which} {' or '.join(rarer)}",
        positions=odd.cast(pl.Int64).to_numpy(),
        values=text.gather(odd).to_list(),
        fix=_HOW,
        droppable=False,
    )
