"""One column in two units: some rows in feet, others in metres."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sidelight.audit._context import Context, counted, verb
from sidelight.audit._finding import Finding
from sidelight.audit._statistics import ks_distance
from sidelight.registry import CHECKS
from sidelight.table._cells import labels
from sidelight.table._names import words

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

FEWEST, MOST_GROUPS = 20, 50
APART, ALIKE = 0.6, 0.2  # Kolmogorov's distance before and after conversion
SHARE_ALIKE = 0.6  # of the rows must be in groups that agree
GAP = 0.3  # in powers of ten, between the two heaps
HEAP = 5  # rows, and distinct values, of the smaller heap


@dataclass(frozen=True)
class Conversion:
    """How values in one unit become those in another: `factor * x + offset`."""

    name: str
    factor: float
    offset: float = 0.0


CONVERSIONS = (
    Conversion("a thousandfold", 1000.0),
    Conversion("a hundredfold", 100.0),
    Conversion("tenfold", 10.0),
    Conversion("feet and metres", 1 / 0.3048),
    Conversion("inches and centimetres", 2.54),
    Conversion("inches and millimetres", 25.4),
    Conversion("miles and kilometres", 1.609344),
    Conversion("pounds and kilograms", 2.20462),
    Conversion("degrees and radians", 180 / np.pi),
)
TEMPERATURES = (
    Conversion("°F and °C", 1.8, 32.0),
    Conversion("kelvin and °C", 1.0, 273.15),
)
HOT = frozenset({"temp", "temperature", "temperatures", "celsius", "degc"})


@CHECKS.register(
    "mixed_units",
    summary="numbers in two heaps, or groups that agree after a conversion of units",
    capabilities={"table"},
)
def find(context: Context) -> list[Finding]:
    """Say which columns are written in two units."""
    found = []
    groups = _groupings(context)
    for name, values in context.numbers().items():
        if context.kinds[name] != "numeric" or (~np.isnan(values)).sum() < 2 * FEWEST:
            continue
        hot = bool(HOT & set(words(name)))
        made = _powers_of_ten(context, name, values)
        if made is None and hot:
            made = _temperatures(context, name, values)
        for by, codes in groups.items() if made is None else ():
            made = made or _by_group(context, name, values, by, codes, hot)
        if made is not None:
            found.append(made)
    return found


def _groupings(context: Context) -> dict[str, NDArray[np.int64]]:
    found = {}
    for name, kind in context.kinds.items():
        if kind == "categorical":
            codes = context.codes(name)
            if 3 <= codes.max() + 1 <= MOST_GROUPS:
                found[name] = codes
    return found


def _powers_of_ten(context: Context, name: str, values: Numbers) -> Finding | None:
    if np.nanmin(values) <= 0:
        return None
    high = _upper_heap(np.log10(values), GAP)
    if high is None:
        return None
    upper, lower = values[high], values[~high & ~np.isnan(values)]
    ratio = np.median(upper) / np.median(lower)
    for conversion in CONVERSIONS[:3]:
        near = abs(np.log10(ratio / conversion.factor)) < 0.12
        if near and _alike(upper / conversion.factor, lower):
            return _said(context, name, values, high, conversion.name)
    return None


def _temperatures(context: Context, name: str, values: Numbers) -> Finding | None:
    high = _upper_heap(values, 0.2 * float(np.nanmax(values) - np.nanmin(values)))
    if high is None:
        return None
    upper, lower = values[high], values[~high & ~np.isnan(values)]
    for conversion in TEMPERATURES:
        back = (upper - conversion.offset) / conversion.factor
        if ks_distance(back, lower) <= 2 * ALIKE:
            return _said(context, name, values, high, conversion.name)
    return None


def _upper_heap(values: Numbers, gap: float) -> NDArray[np.bool_] | None:
    """Return which values are above the widest gap, if it parts them clearly."""
    order = np.sort(values[~np.isnan(values)])
    steps = np.diff(order)
    fewest = max(HEAP, len(order) // 200)
    inner = steps[fewest - 1 : len(order) - fewest]
    if not len(inner) or inner.max() < gap:
        return None
    at = int(inner.argmax()) + fewest - 1
    high: NDArray[np.bool_] = values > (order[at] + order[at + 1]) / 2
    parts = (order[: at + 1], order[at + 1 :])
    if min(len(np.unique(part)) for part in parts) < HEAP:
        return None
    return high


def _alike(first: Numbers, second: Numbers) -> bool:
    # Heaps of one thing in two units spread alike: what is ten times larger need not.
    spreads = [np.log10(part).std() for part in (first, second)]
    return min(spreads) > 0.3 * max(spreads) and ks_distance(first, second) <= 2 * ALIKE


def _by_group(
    context: Context,
    name: str,
    values: Numbers,
    by: str,
    codes: NDArray[np.int64],
    hot: bool,
) -> Finding | None:
    known = ~np.isnan(values)
    groups = [
        group
        for group in range(int(codes.max()) + 1)
        if (known & (codes == group)).sum() >= FEWEST
    ]
    if len(groups) < 3:
        return None
    medians = {g: float(np.median(values[known & (codes == g)])) for g in groups}
    usual = np.median(list(medians.values()))
    central = min(groups, key=lambda g: abs(medians[g] - usual))
    model = values[known & (codes == central)]
    agree = [
        g for g in groups if ks_distance(values[known & (codes == g)], model) <= 0.3
    ]
    alike = known & np.isin(codes, agree)
    if len(agree) < 2 or alike.sum() < SHARE_ALIKE * known.sum():
        return None  # groups differ anyhow, and some are a factor apart by chance
    for group in set(groups) - set(agree):
        rows = known & (codes == group)
        conversion = _conversion(values[rows], values[alike], hot)
        if conversion is not None:
            level = labels(context.table.frame[by]).gather(np.flatnonzero(rows)[:1])[0]
            where = f"where {by!r} is {level!r}"
            return _said(context, name, values, rows, conversion.name, where)
    return None


def _conversion(odd: Numbers, usual: Numbers, hot: bool) -> Conversion | None:
    if ks_distance(odd, usual) < APART:
        return None
    best: tuple[float, Conversion] | None = None
    for conversion in (*CONVERSIONS, *(TEMPERATURES if hot else ())):
        there = odd * conversion.factor + conversion.offset
        back = (odd - conversion.offset) / conversion.factor
        left = min(ks_distance(there, usual), ks_distance(back, usual))
        if best is None or left < best[0]:
            best = (left, conversion)
    return best[1] if best is not None and best[0] <= ALIKE else None


def _said(
    context: Context,
    name: str,
    values: Numbers,
    odd: NDArray[np.bool_],
    units: str,
    where: str = "",
) -> Finding:
    rest = ~odd & ~np.isnan(values)
    if odd.sum() > rest.sum():
        odd, rest = rest, odd
    number = int(odd.sum())
    apart = f"by {units}" if "fold" in units else f"like {units}"
    return context.finding(
        "mixed_units",
        "warning",
        f"Column {name!r} seems to be in two units: {counted(number, 'row')} "
        f"{where + ' ' if where else ''}{verb(number, 'differs', 'differ')} from the "
        f"others {apart} (medians {np.median(values[odd]):.4g} and "
        f"{np.median(values[rest]):.4g}).",
        column=name,
        where=odd,
        fix="Convert these rows.",
    )
