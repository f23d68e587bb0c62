"""Which encoder each column gets, and with which options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sidelight.errors import ConfigError, nearest
from sidelight.nn.encoders._base import DEFAULTS, EncoderConfig
from sidelight.nn.options import checked_options
from sidelight.registry import ENCODERS
from sidelight.schema import Feature


@dataclass(frozen=True)
class Choice:
    """An encoder and its checked options; columns with equal ones share layers."""

    name: str
    config: EncoderConfig


def choose(
    columns: Sequence[Feature],
    encoders: Mapping[str, str],
    options: Mapping[str, dict[str, Any]],
) -> list[Choice]:
    """Return each column's encoder.

    Args:
        columns: The columns.
        encoders: Registry names by column or by kind; a column's own wins.
        options: Fields of the encoders' configurations, keyed in the same way. Those of
            a kind do not apply to a column that has an encoder of its own.

    Raises:
        ConfigError: If there is no such column or kind, an encoder does not take the
            column's kind, or an option is unknown or out of range.
        UnknownNameError: If there is no such encoder.
    """
    for what, keys in (("encoder", encoders), ("options of an encoder", options)):
        for key in keys:
            _check_key(what, key, columns)
    for name in encoders.values():
        ENCODERS.check(name)
    return [_choice(column, encoders, options) for column in columns]


def _choice(
    column: Feature,
    encoders: Mapping[str, str],
    options: Mapping[str, dict[str, Any]],
) -> Choice:
    by_kind = encoders.get(column.kind, DEFAULTS[column.kind])
    name = encoders.get(column.name, by_kind)
    entry = ENCODERS.get(name)
    if column.kind not in entry.capabilities:
        taken = ", ".join(sorted(entry.capabilities))
        problem = f"encoder {name!r} takes {taken} columns; this one is {column.kind}"
        fitting = [e.name for e in ENCODERS.entries() if column.kind in e.capabilities]
        fix = f"Choose one of {', '.join(fitting)}."
        raise ConfigError(problem, column=column.name, fix=fix)
    given = options.get(column.name)
    if given is None and column.name not in encoders:
        given = options.get(column.kind)
    where = f"encoder {name!r} of column {column.name!r}"
    return Choice(name, checked_options(entry.obj.Config, given or {}, where))


def _check_key(what: str, key: str, columns: Sequence[Feature]) -> None:
    names = [column.name for column in columns]
    known = [*names, *DEFAULTS]
    if key in known:
        return
    close = nearest(key, known)
    hint = f"Did you mean {close[0]!r}? " if close else ""
    listed = ", ".join(names[:12]) + (", …" if len(names) > 12 else "")
    problem = f"{what} for {key!r}: there is no such metadata column or kind"
    fix = f"{hint}Columns: {listed}. Kinds: {', '.join(DEFAULTS)}."
    raise ConfigError(problem, fix=fix)
