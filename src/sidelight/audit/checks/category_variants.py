"""One category under several spellings: "Male" and "male "."""

from __future__ import annotations

import polars as pl

from sidelight.audit._context import Context, counted
from sidelight.audit._finding import Finding
from sidelight.registry import CHECKS

# What parts words; a minus at an end means something: A-, -1.
APART = r"\s+-+\s+|\b-+\b|[\s_.]+"
MOST_LEVELS = 0.3  # distinct texts over rows; above that they are names, not categories


@CHECKS.register(
    "category_variants",
    summary="categories that differ in case, white space or punctuation only",
    capabilities={"table"},
)
def find(context: Context) -> list[Finding]:
    """Say which categories are several for one."""
    found = []
    for name, words in context.words().items():
        text = words.read.alias("value")
        counts = text.drop_nulls().value_counts(sort=True)
        if counts.height > max(10, MOST_LEVELS * len(text)):
            continue
        spellings = (
            counts.with_columns(_folded(pl.col("value")).alias("folded"))
            .group_by("folded", maintain_order=True)
            .agg(pl.col("value"), pl.col("count"))
            .filter(pl.col("value").list.len() > 1, pl.col("folded") != "")
        )
        for _, forms, numbers in spellings.iter_rows():
            usual, *rarer = forms
            # White space around a text is taken off by reading.
            differ = len({form.strip() for form in forms}) > 1
            listed = ", ".join(
                f"{form!r} ({number})"
                for form, number in zip(forms, numbers, strict=True)
            )
            found.append(
                context.finding(
                    "category_variants",
                    "warning" if differ else "note",
                    f"Column {name!r} spells one category in "
                    f"{counted(len(forms), 'way')}: {listed}"
                    + (
                        "; each counts as a category of its own."
                        if differ
                        else "; outer white space is taken off on reading."
                    ),
                    column=name,
                    where=words.at(text.is_in(rarer)),
                    fix=f"Write {usual.strip()!r} everywhere." if differ else "",
                )
            )
    return found


def _folded(text: pl.Expr) -> pl.Expr:
    return text.str.to_lowercase().str.replace_all(APART, " ").str.strip_chars()
