"""Batches and a network in, trained weights and their history out."""

from sidelight.training._config import TrainConfig
from sidelight.training.fit import Override, Training, train
from sidelight.training.phases import check_backbone

__all__ = ["Override", "TrainConfig", "Training", "check_backbone", "train"]
