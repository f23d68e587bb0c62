"""Which fusions are one network, and which are made of several."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidelight.errors import UnknownNameError
from sidelight.registry import ENSEMBLES, FUSIONS

if TYPE_CHECKING:
    from sidelight.workflow import Method


def check_fusion(name: str) -> str:
    """Return the name if it is a fusion, in one network or of several; load nothing.

    Raises:
        UnknownNameError: If it is neither; lists near matches and all names.
    """
    known = sorted([*FUSIONS.names(), *ENSEMBLES.names()])
    if name not in known:
        kind = "fusion"
        raise UnknownNameError(kind, name, known)
    return name


def method_of(fusion: str) -> type[Method]:
    """Return what learns a fusion: one network, or several and a combiner.

    Raises:
        UnknownNameError: If there is no such fusion.
    """
    check_fusion(fusion)
    if fusion in ENSEMBLES.names():
        method: type[Method] = ENSEMBLES.get(fusion).obj
        return method
    from sidelight.workflow import OneNetwork  # noqa: PLC0415, it loads Keras

    return OneNetwork
