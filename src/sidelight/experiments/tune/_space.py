"""What is searched: the fields of the configuration that say where to look."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sidelight.errors import ConfigError
from sidelight.nn.options import checked_options
from sidelight.registry import ENSEMBLES, FUSIONS
from sidelight.schema import Search
from sidelight.workflow import RunConfig, make_config

FUSION = "fusion"


def searches_of(model: Any) -> dict[str, Search]:
    """Return where to look for each field of a pydantic class that says so."""
    return {
        name: found
        for name, field in model.model_fields.items()
        for found in field.metadata
        if isinstance(found, Search)
    }


@dataclass(frozen=True)
class Dimension:
    """One option that is searched.

    Attributes:
        name: What it is called in tables and in the study: `train.learning_rate`,
            `film.units`.
        path: The way to it through the configuration.
        search: Where to look.
        fusion: The fusion whose option it is; empty if it is everyone's.
    """

    name: str
    path: tuple[str, ...]
    search: Search
    fusion: str = ""

    def suggest(self, trial: Any) -> Any:
        """Return the value of an Optuna trial."""
        where = self.search
        if where.choices:
            choices = [self.encoded(choice) for choice in where.choices]
            return self.decoded(trial.suggest_categorical(self.name, choices))
        if self._is_whole:
            return trial.suggest_int(self.name, where.low, where.high, log=where.log)
        return trial.suggest_float(self.name, where.low, where.high, log=where.log)

    def encoded(self, value: Any) -> Any:
        """Return a value as the study keeps it: lists and None as their JSON."""
        return json.dumps(value) if self._as_json else value

    def decoded(self, value: Any) -> Any:
        """Return a value as the configuration takes it."""
        return json.loads(value) if self._as_json else value

    def holds(self, value: Any) -> bool:
        """Say whether a value of the configuration is one that can be found."""
        if self.search.choices:
            return self.encoded(value) in map(self.encoded, self.search.choices)
        return bool(self.search.low <= value <= self.search.high)

    @property
    def _as_json(self) -> bool:
        plain = str | int | float | bool
        return not all(isinstance(choice, plain) for choice in self.search.choices)

    @property
    def _is_whole(self) -> bool:
        return isinstance(self.search.low, int) and isinstance(self.search.high, int)


class Space:
    """All options that are searched, and how they become a configuration.

    What was given is held; of the rest, those fields are searched that have a `Search`
    and matter here.

    Args:
        config: What holds where nothing is searched, with the backbone's name in place
            of "auto".
        given: The options that were given, nested as in the configuration.
        fusions: The fusions to choose from; empty is the configuration's.
        has_pictures: Whether there are pictures.

    Raises:
        ConfigError: If a given option does not fit one of the fusions, a fusion is made
            of several networks, or nothing is left to search.
        UnknownNameError: If there is no such fusion.
    """

    def __init__(
        self,
        config: RunConfig,
        given: dict[str, Any],
        fusions: Sequence[str] = (),
        *,
        has_pictures: bool = True,
    ) -> None:
        self.base = config.model_dump(mode="json")
        self.fusions = tuple(fusions) or (config.network.fusion,)
        options = given.get("network", {}).get("fusion_options", {})
        self.held = {
            name: self._held_options(name, config, options) for name in self.fusions
        }
        parts = [
            *self._sections(config, given, has_pictures),
            *(d for name in self.fusions for d in self._of_fusion(name)),
        ]
        self.dimensions = tuple(parts)
        if not self.dimensions and len(self.fusions) == 1:
            problem = "nothing is left to search: every option is given"
            raise ConfigError(
                problem, fix="Give fewer options, or name more --fusions."
            )

    def suggest(self, trial: Any) -> dict[str, Any]:
        """Return the values of an Optuna trial, by name."""
        values: dict[str, Any] = {}
        fusion = self.fusions[0]
        if len(self.fusions) > 1:
            fusion = trial.suggest_categorical(FUSION, list(self.fusions))
            values[FUSION] = fusion
        for dimension in self.dimensions:
            if dimension.fusion in ("", fusion):
                values[dimension.name] = dimension.suggest(trial)
        return values

    def decoded(self, params: dict[str, Any]) -> dict[str, Any]:
        """Return the values of what a study keeps of a trial."""
        by_name = {dimension.name: dimension for dimension in self.dimensions}
        return {
            name: value if name == FUSION else by_name[name].decoded(value)
            for name, value in params.items()
        }

    def config(self, values: dict[str, Any]) -> RunConfig:
        """Return the configuration with these values in their places.

        Raises:
            ConfigError: If they do not go together.
        """
        fusion = values.get(FUSION, self.fusions[0])
        options = {name: dict(part) for name, part in self.base.items()}
        options["network"]["fusion"] = fusion
        options["network"]["fusion_options"] = dict(self.held[fusion])
        for dimension in self.dimensions:
            if dimension.name in values:
                place: Any = options
                for step in dimension.path[:-1]:
                    place = place[step]
                place[dimension.path[-1]] = values[dimension.name]
        _check_fusion_options(fusion, options["network"]["fusion_options"])
        return make_config(options)

    def starts(self) -> list[dict[str, Any]]:
        """Return the configuration itself with each fusion, as a study keeps it.

        A search that begins there ends no worse than it. A value that cannot be found
        in the space is left out, to be drawn.
        """
        return [self._start(fusion) for fusion in self.fusions]

    def described(self) -> dict[str, Any]:
        """Return the space as JSON, to tell one study from another."""
        return {
            "fusions": list(self.fusions),
            "held": self.held,
            "dimensions": {d.name: asdict(d.search) for d in self.dimensions},
        }

    def _start(self, fusion: str) -> dict[str, Any]:
        start: dict[str, Any] = {FUSION: fusion} if len(self.fusions) > 1 else {}
        defaults = FUSIONS.get(fusion).obj.Config(**self.held[fusion])
        for dimension in self.dimensions:
            section, *_, field = dimension.path
            if dimension.fusion == fusion:
                value = defaults.model_dump(mode="json")[field]
            elif not dimension.fusion:
                value = self.base[section][field]
            else:
                continue
            if dimension.holds(value):
                start[dimension.name] = dimension.encoded(value)
        return start

    def _held_options(
        self, fusion: str, config: RunConfig, given: dict[str, Any]
    ) -> dict[str, Any]:
        if fusion in ENSEMBLES.names():
            problem = f"fusion {fusion!r} is made of several networks, and one is tuned"
            raise ConfigError(problem, fix="Tune its members by themselves.")
        FUSIONS.check(fusion)
        own = fusion == config.network.fusion
        held = config.network.fusion_options if own else given
        _check_fusion_options(fusion, held)
        return dict(held)

    def _sections(
        self, config: RunConfig, given: dict[str, Any], has_pictures: bool
    ) -> list[Dimension]:
        without = set()
        # Where pictures stay as they are, that is meant, and makes their maps reusable.
        seen = any(FUSIONS.get(name).obj.uses_image for name in self.fusions)
        if not (config.augment.changes_pictures and has_pictures and seen):
            without |= {"augment.shift", "augment.brightness"}
        if config.network.weights is None or config.train.backbone == "frozen":
            without.add("train.backbone_rate")
        return [
            Dimension(f"{section}.{field}", (section, field), search)
            for section, part in RunConfig.model_fields.items()
            for field, search in searches_of(part.annotation).items()
            if field not in given.get(section, {})
            and f"{section}.{field}" not in without
        ]

    def _of_fusion(self, fusion: str) -> list[Dimension]:
        config = FUSIONS.get(fusion).obj.Config
        return [
            Dimension(
                f"{fusion}.{field}",
                ("network", "fusion_options", field),
                search,
                fusion,
            )
            for field, search in searches_of(config).items()
            if field not in self.held[fusion]
        ]


def _check_fusion_options(fusion: str, options: dict[str, Any]) -> None:
    checked_options(FUSIONS.get(fusion).obj.Config, options, f"fusion {fusion!r}")
