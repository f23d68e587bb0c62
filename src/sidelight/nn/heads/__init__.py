"""Features in, answers out: the last layer with its loss and metrics."""

from sidelight.nn.heads._base import Head

__all__ = ["Head"]
