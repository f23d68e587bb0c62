"""Rare categories that are one slip of the finger away from a frequent one."""

from __future__ import annotations

from sidelight.audit._context import Context, counted
from sidelight.audit._finding import Finding
from sidelight.registry import CHECKS

MOST_LEVELS = 200
SHORTEST = 4  # letters; shorter words are near one another by chance
RARER = 20  # times, than the word it is near to
MOST_ROWS = 5


@CHECKS.register(
    "label_typos",
    summary="rare categories one edit away from a frequent one, such as grasland",
    capabilities={"table"},
)
def find(context: Context) -> list[Finding]:
    """Say which categories may be misspelt."""
    found = []
    for name, words in context.words().items():
        values = words.text.drop_nulls().alias("value")  # whatever the column is called
        rows = dict(values.value_counts(sort=True).iter_rows())
        if len(rows) > MOST_LEVELS:
            continue
        for word, number in rows.items():
            near = _meant(word, number, rows)
            if near is None:
                continue
            found.append(
                context.finding(
                    "label_typos",
                    "warning",
                    f"Column {name!r} says {word!r} in {counted(number, 'row')} and "
                    f"{near!r}, one letter away, in {rows[near]:,}.",
                    column=name,
                    where=words.at(words.text == word),
                    fix=f"If it is a slip, write {near!r}.",
                )
            )
    return found


def _meant(word: str, number: int, rows: dict[str, int]) -> str | None:
    if number > MOST_ROWS or len(word) < SHORTEST or not _is_word(word):
        return None
    for other, others in rows.items():  # the most frequent first
        if others < RARER * number:
            return None
        if _is_word(other) and other.lower() != word.lower() and one_edit(word, other):
            return other
    return None


def _is_word(text: str) -> bool:
    # Codes with digits are near one another on purpose.
    return not any(letter.isdigit() for letter in text)


def one_edit(first: str, second: str) -> bool:
    """Say whether one letter more, less, other, or two swapped, makes one the other."""
    short, long = sorted((first, second), key=len)
    if len(long) - len(short) > 1 or short == long:
        return False
    start = 0
    while start < len(short) and short[start] == long[start]:
        start += 1
    if len(short) < len(long):
        return short[start:] == long[start + 1 :]
    rest = (short[start + 1 :], long[start + 1 :])
    if rest[0] == rest[1]:
        return True
    swapped = long[start : start + 2][::-1] == short[start : start + 2]
    return swapped and short[start + 2 :] == long[start + 2 :]
