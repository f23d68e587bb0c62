"""The command line that trains a configuration."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import yaml

from sidelight.workflow import RunConfig

# Options that have a name of their own on the command line, and nothing else follows
# from it, as from --split-column and --seed; --set reaches the others.
FLAGS = {
    "table.image": "--image",
    "table.target": "--target",
    "table.images": "--images",
    "table.sql": "--sql",
    "table.asset": "--asset",
    "split.method": "--split",
    "split.group": "--group",
    "split.time": "--time",
    "network.fusion": "--fusion",
    "network.backbone": "--backbone",
    "network.weights": "--weights",
    "image.size": "--size",
    "image.resize": "--resize",
    "image.cache": "--cache",
    "train.backbone": "--train-backbone",
    "train.epochs": "--epochs",
    "train.batch_size": "--batch-size",
    "train.learning_rate": "--learning-rate",
    "train.class_weight": "--class-weight",
}
SHORT = {"network.fusion_options": "fusion", "network.backbone_options": "backbone"}


def command_of(config: RunConfig, stored: Path) -> str:
    """Return the words that train this configuration, quoted for a shell.

    Every option is said that differs from its default, with all its digits.

    Args:
        config: The configuration; its table is a file.
        stored: A `config.yaml` with the same options, for what cannot be typed: names
            of columns with a dot or an equals sign.
    """
    words = ["sidelight", "train"]
    options = config.model_dump(mode="json")
    defaults = RunConfig().model_dump(mode="json")
    columns = {
        **options["network"]["encoders"],
        **options["network"]["encoder_options"],
    }
    if any("." in name or "=" in name for name in columns):
        return shlex.join([*words, "--config", str(stored)])
    words.append(options["table"]["source"] or "TABLE")
    for section, values in options.items():
        for field, value in values.items():
            if value != defaults[section][field] and (section, field) != (
                "table",
                "source",
            ):
                words += _words(section, field, value)
    return shlex.join(words)


def _words(section: str, field: str, value: Any) -> list[str]:
    name = f"{section}.{field}"
    if name in FLAGS and isinstance(value, str | int | float):
        return [FLAGS[name], str(value)]
    if name in SHORT:
        return _settings({f"{SHORT[name]}.{key}": v for key, v in value.items()})
    if field == "encoders":
        return _settings({f"encoder.{key}": v for key, v in value.items()})
    if field == "encoder_options":
        return _settings(
            {
                f"encoder.{column}.{key}": v
                for column, options in value.items()
                for key, v in options.items()
            }
        )
    return _settings({name: value})


def _settings(values: dict[str, Any]) -> list[str]:
    words = []
    for name, value in values.items():
        text = yaml.safe_dump(
            value, default_flow_style=True, width=float("inf"), allow_unicode=True
        )
        text = text.removesuffix("\n").removesuffix("\n...")  # how a scalar ends
        words += ["--set", f"{name}={text}"]
    return words
