"""Exported models in, answers over HTTP out."""

from sidelight.serve._app import make_app
from sidelight.serve._models import Models
from sidelight.serve._run import run
from sidelight.serve._settings import Settings

__all__ = ["Models", "Settings", "make_app", "run"]
