"""Versions, the command, and every option."""

from __future__ import annotations

import shlex
from typing import Any

from sidelight.workflow import RunConfig


def context(environment: dict[str, Any], config: RunConfig | None) -> dict[str, Any]:
    """Return what it takes to do the same again."""
    versions = {"python": environment["python"], **environment["packages"]}
    return {
        "command": shlex.join(environment["command"]),
        "versions": versions,
        "backend": environment["backend"],
        "cores": environment["cores"],
        "config": "" if config is None else config.to_yaml(),
    }
