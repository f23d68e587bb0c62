"""Many trainings that answer one question."""

from sidelight.experiments._methods import check_fusion, method_of

__all__ = ["check_fusion", "method_of"]
