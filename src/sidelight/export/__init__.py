"""A run in, one checked file out that needs no Sidelight."""

from sidelight.export._check import Figures
from sidelight.export._export import Exported, export_run, write_checked
from sidelight.export._subject import Subject

__all__ = ["Exported", "Figures", "Subject", "export_run", "write_checked"]
