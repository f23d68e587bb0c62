"""The kinds of synthetic data: one generative model in one file, by its name."""

from sidelight.datasets._synthetic._model import Draw, Model, Part

__all__ = ["Draw", "Model", "Part"]
