"""Batches and a network in, trained weights and their history out."""

from sidelight.training._config import TrainConfig
from sidelight.training.features import FeatureStore
from sidelight.training.fit import Override, Training, loss_of, train
from sidelight.training.learner import can_reuse
from sidelight.training.phases import check_backbone

__all__ = [
    "FeatureStore",
    "Override",
    "TrainConfig",
    "Training",
    "can_reuse",
    "check_backbone",
    "loss_of",
    "train",
]
