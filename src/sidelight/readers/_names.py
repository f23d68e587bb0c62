"""Names of pictures that say something: {site}_{date:%Y%m%d}_{n:int}.jpg.

A pattern becomes one regular expression, which Polars applies to the whole column.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NoReturn

import polars as pl

from sidelight.errors import ConfigError, TableError

_FORMATS = {
    "": r"[^/]+?",
    "int": r"[+-]?\d+",
    "float": r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?",
}
# What strftime writes, as digits and letters.
_DIRECTIVES = {
    "Y": r"\d{4}",
    "y": r"\d{2}",
    "m": r"\d{2}",
    "d": r"\d{2}",
    "j": r"\d{3}",
    "H": r"\d{2}",
    "M": r"\d{2}",
    "S": r"\d{2}",
    "b": r"[A-Za-z]{3}",
    "B": r"[A-Za-z]{3,9}",
}
# What a date needs besides, and what is taken where a format does not hold it.
_REST = ((("m", "b", "B", "j"), "%m", "01"), (("d", "j"), "%d", "01"))
_TOKEN = re.compile(r"\{\{|\}\}|\[\[|\{([^{}:]*)(?::([^{}]*))?\}|[{}\[\]*]")
_SYNTAX = "For example '{site}_{date:%Y%m%d}_{n:int}.jpg'; [_{n:int}] may be absent."


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    format: str


class NamePattern:
    """A pattern that takes names of pictures apart.

    Fields stand in braces and become columns: `{site}` is text, `{n:int}` and
    `{x:float}` are numbers, `{date:%Y%m%d}` is a date or a time. What stands in square
    brackets may be absent, `*` is any text. All this stays within one file or folder
    name; with `/` a pattern is held against the end of the path. Doubled braces and
    brackets stand for themselves.

    Args:
        pattern: The pattern.

    Raises:
        ConfigError: If it is none: says at which character.
    """

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self._fields: list[_Field] = []
        self._expression = f"(?:^|/){self._compiled(pattern)}$"
        if not self._fields:
            self._refuse("it has no field in braces")
        names = self.fields
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            self._refuse(f"the field {twice[0]!r} stands in it twice")

    @property
    def fields(self) -> list[str]:
        """The fields' names, which become columns."""
        return [field.name for field in self._fields]

    def columns(self, names: pl.Series, source: str) -> list[pl.Series]:
        """Return a typed column for each field.

        Args:
            names: Paths or names of the pictures; null where a row names none.
            source: The table's name in messages.

        Raises:
            TableError: If names do not follow the pattern: counts and cites them.
        """
        groups = names.str.extract_groups(self._expression).struct.unnest()
        # An optional part may be empty, so the whole name tells whether it matches.
        matches = names.str.contains(self._expression)
        wrong = names.is_not_null() & ~matches
        if wrong.any():
            raise self._mismatch(names, wrong, source)
        found = []
        for field, text in zip(self._fields, groups, strict=True):
            cells = _typed(field, text)
            lost = text.is_not_null() & cells.is_null()
            if lost.any():
                raise self._untypable(field, names, lost, source)
            found.append(cells)
        return found

    def _compiled(self, pattern: str) -> str:
        parts: list[str] = []
        end = depth = 0
        while token := _TOKEN.search(pattern, end):
            parts.append(re.escape(pattern[end : token.start()]))
            end = token.end()
            sign = token.group()
            if sign == "]" and not depth and pattern.startswith("]", end):
                end += 1
                parts.append(re.escape(sign))
            elif sign in ("{{", "}}", "[["):
                parts.append(re.escape(sign[0]))
            elif sign == "*":
                parts.append("[^/]*?")
            elif sign == "[":
                depth += 1
                parts.append("(?:")
            elif sign == "]" and depth:
                depth -= 1
                parts.append(")?")
            elif len(sign) > 1:
                field = _Field(token[1].strip(), token[2] or "")
                parts.append(f"({self._expected(field)})")
                self._fields.append(field)
            else:
                where = f"{sign!r} at character {token.start() + 1}"
                self._refuse(f"{where} has no counterpart")
        if depth:
            self._refuse("a '[' has no counterpart")
        return "".join(parts) + re.escape(pattern[end:])

    def _expected(self, field: _Field) -> str:
        if not field.name:
            self._refuse("a field has no name")
        if "%" not in field.format:
            if field.format not in _FORMATS:
                self._refuse(
                    f"{field.format!r} of {field.name!r} is neither int, float nor a "
                    "date such as %Y%m%d"
                )
            return _FORMATS[field.format]
        known = re.split(r"%(.)", field.format)
        signs = known[1::2]
        unknown = [sign for sign in signs if sign not in _DIRECTIVES]
        if unknown or field.format.endswith("%"):
            listed = " ".join(f"%{sign}" for sign in _DIRECTIVES)
            self._refuse(f"the date {field.format!r} may hold {listed}")
        if not {"Y", "y"} & set(signs):
            self._refuse(f"the date {field.format!r} has no year, %Y or %y")
        return "".join(
            _DIRECTIVES[part] if i % 2 else re.escape(part)
            for i, part in enumerate(known)
        )

    def _refuse(self, problem: str) -> NoReturn:
        said = f"--from-name {self.pattern!r} is no pattern: {problem}"
        raise ConfigError(said, fix=_SYNTAX)

    def _mismatch(self, names: pl.Series, wrong: pl.Series, source: str) -> TableError:
        rows = wrong.arg_true()
        bad, named = len(rows), names.count()
        if bad == named:
            first = names.gather(rows[:1]).item()
            problem = f"no name follows the pattern: {first!r} is not {self.pattern!r}"
            return TableError(problem, path=source, column=names.name, fix=_SYNTAX)
        verb = "does" if bad == 1 else "do"
        problem = (
            f"{bad} of {named} names {verb} not follow the pattern {self.pattern!r}"
        )
        return TableError(
            problem,
            path=source,
            column=names.name,
            rows=(rows + 1).to_list(),
            values=names.gather(rows).to_list(),
            fix="Put what only some names hold into square brackets, such as "
            "[_{n:int}], and write * for any text.",
        )

    def _untypable(
        self, field: _Field, names: pl.Series, lost: pl.Series, source: str
    ) -> TableError:
        rows = lost.arg_true()
        what = "no such date" if "%" in field.format else "no such number"
        verb = "name holds" if len(rows) == 1 else "names hold"
        return TableError(
            f"{len(rows)} {verb} {what} as {{{field.name}:{field.format}}}",
            path=source,
            column=names.name,
            rows=(rows + 1).to_list(),
            values=names.gather(rows).to_list(),
            fix="Correct these names, or read the field as text: "
            f"{{{field.name}}} in --from-name.",
        )


def _typed(field: _Field, text: pl.Series) -> pl.Series:
    text = text.alias(field.name)
    if not field.format:
        return text
    if field.format == "int":
        return text.str.strip_prefix("+").cast(pl.Int64, strict=False)
    if field.format == "float":
        return text.cast(pl.Float64, strict=False)
    pattern = field.format
    for signs, directive, value in _REST:
        if not any(f"%{sign}" in pattern for sign in signs):
            text, pattern = text + f" {value}", f"{pattern} {directive}"
    if not any(f"%{sign}" in field.format for sign in "HMS"):
        return text.str.to_date(pattern, strict=False).alias(field.name)
    for sign in "HMS":
        if f"%{sign}" not in pattern:
            text, pattern = text + " 00", f"{pattern} %{sign}"
    return text.str.to_datetime(pattern, strict=False, time_unit="us")
