"""Options of a part of a network, checked against the part's configuration."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from sidelight.errors import ConfigError, nearest


def checked_options(config: Any, given: dict[str, Any], where: str) -> Any:
    """Return the configuration made of given options.

    Args:
        config: The pydantic class that the options are fields of.
        given: Options by name.
        where: The part in messages, such as "fusion 'film'".

    Raises:
        ConfigError: If an option is unknown, suggesting the nearest, or out of range.
    """
    try:
        return config(**given)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        known = list(config.model_fields)
        close = nearest(name, known)
        fix = f"Did you mean {close[0]!r}? " if close else ""
        listed = ", ".join(known) if known else "none"
        problem = f"option {name!r} of {where}: {first['msg'].lower()}"
        if first["type"] == "extra_forbidden":
            problem = f"{where} has no option {name!r}"
        raise ConfigError(problem, fix=f"{fix}Its options: {listed}.") from error
