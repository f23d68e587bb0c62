"""How a network is trained."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sidelight.schema import Record, Search


class TrainConfig(Record):
    """Options of training.

    Attributes:
        epochs: Passes over the training rows.
        batch_size: Rows in a step.
        learning_rate: The highest rate of the schedule.
        weight_decay: Decoupled weight decay of AdamW.
        warmup: Part of all steps over which the rate rises from zero; it falls to
            zero along a cosine after that.
        clip_norm: Largest norm of the whole gradient; 0 to leave it alone.
        label_smoothing: Part of the probability that a class target gives away.
        loss: "default" is the task's own, "focal" lets answers that are sure and right
            weigh little (classes and labels only).
        focal_gamma: How much less a sure answer weighs in the focal loss.
        class_weight: "balanced" weighs rows inversely to the frequency of their class.
        patience: Stop after so many epochs without a better validation figure and keep
            the best epoch; None runs all epochs and keeps the last, since the schedule
            has come to rest by then.
        max_time: Stop after so many seconds and keep the best epoch.
        backbone: What happens to the image network. "finetune" trains all of it,
            "frozen" none of it, and its batch norms keep their statistics; "gradual"
            trains the rest alone for a third of the epochs, then the last two stages
            too, then everything. The last two need pretrained weights.
        backbone_rate: What the learning rate is multiplied by for the layers of a
            pretrained backbone.
        reuse_features: Compute the maps of a frozen backbone once for all epochs, where
            pictures are not changed at random and the fusion leaves room for it.
        seed: Seed of initial weights, order of rows, augmentation and dropout.
    """

    epochs: int = Field(default=30, ge=1)
    batch_size: Annotated[int, Search(choices=(16, 32, 64, 128))] = Field(
        default=32, ge=1
    )
    learning_rate: Annotated[float, Search(1e-4, 1e-2, log=True)] = Field(
        default=2e-3, gt=0
    )
    weight_decay: Annotated[float, Search(1e-4, 0.3, log=True)] = Field(
        default=0.02, ge=0
    )
    warmup: float = Field(default=0.1, ge=0, lt=1)
    clip_norm: float = Field(default=1.0, ge=0)
    label_smoothing: float = Field(default=0.0, ge=0, lt=1)
    loss: Literal["default", "focal"] = "default"
    focal_gamma: float = Field(default=2.0, ge=0)
    class_weight: Literal["none", "balanced"] = "none"
    patience: int | None = Field(default=None, ge=1)
    max_time: float | None = Field(default=None, gt=0)
    backbone: Literal["finetune", "frozen", "gradual"] = "finetune"
    backbone_rate: Annotated[float, Search(0.01, 1.0, log=True)] = Field(
        default=0.1, gt=0, le=1
    )
    reuse_features: bool = True
    seed: int = Field(default=0, ge=0)
