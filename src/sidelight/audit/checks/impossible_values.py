"""Numbers that cannot be what their column's name says."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sidelight.audit._context import Context, counted, verb
from sidelight.audit._finding import Finding
from sidelight.registry import CHECKS
from sidelight.table._cells import numbers
from sidelight.table._names import LATITUDE, LONGITUDE, words

MOST = 0.5  # if more of the cells break a rule, the name means something else


@dataclass(frozen=True)
class Rule:
    """What numbers under a name can be.

    Attributes:
        names: The last word of the column's name, units aside, or its last two are
            one of them.
        low: The least that is possible.
        high: The most.
        whole: Whether the name has to be that word alone, or in years.
    """

    names: frozenset[str]
    low: float
    high: float
    whole: bool = False


UNITS = frozenset(
    {"m", "km", "cm", "mm", "ft", "feet", "mi", "miles", "kg", "g", "lb", "lbs"}
    | {"deg", "degrees", "c", "celsius", "s", "sec", "seconds", "years", "yrs", "px"}
    | {"months", "weeks", "days", "hours", "minutes"}
)
POSITIVE = (
    {"distance", "dist", "length", "width", "weight", "mass", "area", "size", "count"}
    | {"duration", "exposure", "iso", "population", "volume", "spacing", "thickness"}
    | {"diameter", "radius", "resolution", "gsd", "speed", "rainfall", "precipitation"}
)
# Of these, differences and logarithms, less than nothing is possible.
SIGNED = frozenset(
    {"delta", "diff", "difference", "change", "anomaly", "residual", "error"}
    | {"log", "ln", "log2", "log10", "normalized", "normalised", "standardized"}
    | {"standardised", "relative", "scaled", "offset"}
)


def rules(year: int) -> tuple[Rule, ...]:
    """Return what is possible; the first rule with the name holds.

    Args:
        year: The present one.
    """
    far = np.inf
    return (
        Rule(frozenset({"sun_elevation", "solar_elevation"}), -90, 90),
        Rule(frozenset({"off_nadir"}), 0, 90),
        Rule(LATITUDE, -90, 90),
        Rule(LONGITUDE, -180, 360),
        Rule(frozenset({"age"}), 0, 130, whole=True),
        Rule(frozenset({"age"}), 0, far),
        Rule(frozenset({"year", "yr"}), 1000, year + 1),
        Rule(frozenset({"month"}), 1, 12),
        Rule(frozenset({"doy"}), 1, 366),
        Rule(frozenset({"hour"}), 0, 24),
        Rule(frozenset({"percent", "percentage", "pct", "humidity"}), 0, 100),
        Rule(frozenset({"cloud_cover", "cloudiness"}), 0, 100),
        Rule(frozenset({"probability", "prob"}), 0, 1),
        Rule(frozenset({"azimuth", "bearing"}), -360, 360),
        Rule(frozenset({"zenith", "incidence"}), 0, 180),
        Rule(frozenset({"temperature", "temp"}), -273.15, far),
        Rule(frozenset(POSITIVE), 0, far),
    )


@CHECKS.register(
    "impossible_values",
    summary="numbers that the column's name rules out: latitude 91, year 2205, age −3",
    capabilities={"table"},
)
def find(context: Context) -> list[Finding]:
    """Say which numbers cannot be."""
    found = []
    known = rules(context.now.year)
    for name in context.beside:
        rule = rule_of(name, known)
        cells = context.read(name)
        if rule is None or cells.dtype.is_temporal():
            continue
        values = numbers(cells).fill_null(np.nan).to_numpy()
        wrong = (values < rule.low) | (values > rule.high)
        filled = int((~np.isnan(values)).sum())
        number = int(wrong.sum())
        if not number or number > MOST * filled:
            continue
        limits = (
            f"below {rule.low:g}"
            if np.isinf(rule.high)
            else (f"outside {rule.low:g} to {rule.high:g}")
        )
        found.append(
            context.finding(
                "impossible_values",
                "warning",
                f"{counted(number, 'cell')} of column {name!r} "
                f"{verb(number, 'is', 'are')} {limits}, which its name rules out.",
                column=name,
                where=wrong,
                fix="Correct these cells or leave them empty.",
            )
        )
    return found + _nowhere(context)


def rule_of(name: str, known: tuple[Rule, ...]) -> Rule | None:
    """Return what a column's numbers can be by its name; None where that is unknown."""
    if SIGNED & set(words(name)):
        return None
    found = [word for word in words(name) if word not in UNITS] or list(words(name))
    ends = {"_".join(found[-2:]), *found[-1:]}
    for rule in known:
        alone = set(words(name)) <= rule.names | {"years", "yrs"}
        if ends & rule.names and (alone or not rule.whole):
            return rule
    return None


def _nowhere(context: Context) -> list[Finding]:
    found = []
    for column in context.table.schema.columns:
        if column.kind != "location":
            continue
        pair = context.table.frame.select(column.sources).to_numpy()
        nowhere = (pair == 0).all(axis=1)
        number = int(nowhere.sum())
        if number and number <= MOST * len(pair):
            lat, lon = column.sources
            found.append(
                context.finding(
                    "impossible_values",
                    "warning",
                    f"{counted(number, 'row')} {verb(number, 'is', 'are')} at "
                    f"({lat} 0, {lon} 0), in the sea off Africa: what devices write "
                    "that do not know where they are.",
                    column=lat,
                    where=nowhere,
                    fix="Leave both cells empty where the place is not known.",
                )
            )
    return found
