"""The contract of a fusion: five hooks, each the identity unless overridden."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any, ClassVar, Self

import keras
from pydantic import Field, model_validator

from sidelight.errors import ConfigError
from sidelight.nn.layers import AbsentMap
from sidelight.nn.meta import Meta
from sidelight.schema import ModelSpec, Record, Search


class FusionConfig(Record):
    """Options of a fusion; every fusion has a subclass, perhaps without fields."""


class StagedConfig(FusionConfig):
    """Options of a fusion that acts where stages of the backbone end.

    Attributes:
        stages: The stages, counted from 0, or from -1 backwards; None for all.
    """

    stages: Annotated[
        tuple[int, ...] | None, Search(choices=(None, (-1,), (-2, -1)))
    ] = None


class AttentionConfig(FusionConfig):
    """Options of a fusion by attention.

    Attributes:
        units: Width of a token.
        heads: Attention heads, each `units / heads` wide.
        dropout: Rate inside the attention.
    """

    units: Annotated[int, Search(choices=(32, 64, 128))] = Field(default=64, ge=1)
    heads: Annotated[int, Search(choices=(1, 2, 4, 8))] = Field(default=4, ge=1)
    dropout: Annotated[float, Search(0.0, 0.4)] = Field(default=0.0, ge=0, lt=1)

    @model_validator(mode="after")
    def _heads_share_the_width(self) -> Self:
        if self.units % self.heads:
            message = f"units ({self.units}) must be a multiple of heads ({self.heads})"
            raise ValueError(message)
        return self


class Fusion:
    """Brings metadata into an image network at one or more places.

    A hook is called while the functional model is traced, once per site; it may
    create Keras layers and must give them names that do not depend on chance.

    Args:
        config: The options.
        spec: The model that is being built.
    """

    Config: ClassVar[type[FusionConfig]] = FusionConfig
    uses_image: ClassVar[bool] = True
    uses_metadata: ClassVar[bool] = True
    site: ClassVar[str] = ""
    """The kind of layer that it acts on, where a backbone may have none of them."""

    def __init__(self, config: FusionConfig, spec: ModelSpec) -> None:
        self.config, self.spec = config, spec
        self.sites = 0
        self.boundary: tuple[str, Any] | None = None
        """The last map of the backbone that depends on the image alone, after its
        layer's name."""
        self._stages: frozenset[int] = frozenset()
        if spec.may_miss and not self.uses_metadata:
            problem = f"fusion {spec.fusion!r} reads the image only and cannot miss it"
            fix = "Leave modality_dropout and column_dropout at 0, or fuse metadata."
            raise ConfigError(problem, fix=fix)
        if self.uses_metadata and spec.meta.width == 0:
            problem = f"fusion {spec.fusion!r} needs metadata, and there is none left"
            raise ConfigError(
                problem,
                fix="Keep at least one metadata column, or use --fusion none.",
            )

    def begin(self, num_stages: int) -> None:
        """Learn how many stages the backbone has, before any hook is called.

        Raises:
            ConfigError: If the options name a stage that the backbone lacks.
        """
        chosen = getattr(self.config, "stages", None)
        chosen = range(num_stages) if chosen is None else chosen
        for stage in chosen:
            if not -num_stages <= stage < num_stages:
                where = f"option 'stages' of fusion {self.spec.fusion!r}"
                problem = (
                    f"{where}: backbone {self.spec.backbone!r} has no stage {stage}"
                )
                fix = f"Choose from 0 to {num_stages - 1}, or -1 for the last."
                raise ConfigError(problem, fix=fix)
        self._stages = frozenset(stage % num_stages for stage in chosen)

    def end(self) -> None:
        """Check, after the last hook was called, that there was a place to act.

        Raises:
            ConfigError: If there was none.
        """
        if self.site and not self.sites:
            backbone, fusion = self.spec.backbone, self.spec.fusion
            problem = (
                f"fusion {fusion!r} acts on a {self.site}, and there is none in the "
                f"chosen stages of {backbone!r}"
            )
            raise ConfigError(problem, fix="Choose other stages or another fusion.")

    def acts_at(self, stage: int) -> bool:
        """Return whether the options choose this stage."""
        return stage in self._stages

    def between(
        self, stages: Sequence[str], meta: Meta
    ) -> Callable[[Any, Any, Any], Any]:
        """Return what `trace.retrace` calls after each layer of a backbone.

        Args:
            stages: Names of the layers that end its stages.
            meta: The encoded metadata.

        Raises:
            ConfigError: If the options name a stage that the backbone lacks.
        """
        self.begin(len(stages))
        by_stage = type(self).on_stage is not Fusion.on_stage
        hidden = {len(stages) - 1, *(self._stages if by_stage else ())}
        stage_of = {name: index for index, name in enumerate(stages)}
        stage = 0  # the one being traced: layers are visited in order of their depth
        untouched = type(self).on_input is Fusion.on_input

        def after(layer: Any, inputs: Any, outputs: Any) -> Any:
            nonlocal stage, untouched
            changed = self.on_layer(layer, inputs, outputs, meta, stage)
            untouched = untouched and changed is outputs
            if layer.name not in stage_of:
                return changed
            stage = stage_of[layer.name]
            self.boundary = (layer.name, changed) if untouched else self.boundary
            untouched = untouched and stage not in hidden
            if meta.present is not None and stage in hidden:
                absent = AbsentMap(name=f"absent_image_{stage}")
                changed = absent(changed, meta.present)
            changed = self.on_stage(stage, changed, meta)
            stage += 1
            return changed

        return after

    def on_input(self, image: Any, meta: Meta) -> Any:
        """Change the image `(batch, height, width, bands)` before the backbone."""
        return image

    def on_layer(
        self, layer: Any, inputs: Any, outputs: Any, meta: Meta, stage: int
    ) -> Any:
        """Change what any layer of the backbone gave; `stage` is the one it is in."""
        return outputs

    def on_stage(self, index: int, features: Any, meta: Meta) -> Any:
        """Change the map `(batch, height, width, channels)` that ends stage `index`."""
        return features

    def on_features(self, vector: Any, meta: Meta, feature_map: Any) -> Any:
        """Change the pooled features `(batch, features)`."""
        return vector

    def on_logits(self, logits: Any, meta: Meta) -> Any:
        """Change the logits `(batch, outputs)`."""
        return logits


def hidden(x: Any, units: int, num_layers: int, name: str) -> Any:
    """Return `num_layers` dense layers with GELU on a vector `(batch, features)`."""
    for i in range(num_layers):
        x = keras.layers.Dense(units, activation="gelu", name=f"{name}_{i}")(x)
    return x
