"""`sidelight train`: from a table of pictures to a run directory."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from sidelight.cli import _options as o
from sidelight.cli._backend import load_backend
from sidelight.errors import ConfigError
from sidelight.experiments import check_fusion, method_of
from sidelight.registry import BACKBONES, SPLITS
from sidelight.runs import RunDirectory


def train(
    source: Annotated[
        str | None, typer.Argument(help="CSV, TSV, Parquet or sqlite:///file.db")
    ] = None,
    image: o.Image = None,
    target: o.Target = None,
    images: o.Images = None,
    sql: o.Sql = None,
    kind: o.Kinds = None,
    drop: o.Drop = None,
    lat: o.Lat = None,
    lon: o.Lon = None,
    task: Annotated[
        str | None, typer.Option(help="binary, multiclass or regression.")
    ] = None,
    schema: Annotated[
        str | None, typer.Option(help="Schema from: sidelight inspect --save FILE")
    ] = None,
    on_bad: o.OnBad = "error",
    null: o.Null = None,
    decimal: o.Decimal = ".",
    split: Annotated[
        str, typer.Option(help="auto, or a name from: sidelight list splits")
    ] = "auto",
    split_column: Annotated[
        str | None, typer.Option(help="Column that says train, val or test.")
    ] = None,
    group: Annotated[
        str | None, typer.Option(help="Column whose rows stay together.")
    ] = None,
    time: Annotated[
        str | None, typer.Option(help="Column for --split time: oldest rows train.")
    ] = None,
    block: Annotated[
        float, typer.Option(help="Spatial blocks: size in degrees.")
    ] = 10.0,
    buffer: Annotated[
        float,
        typer.Option(help="Spatial blocks: degrees around val and test left out."),
    ] = 0.0,
    fusion: Annotated[
        str, typer.Option(help="How metadata comes in: sidelight list fusions")
    ] = "film",
    backbone: Annotated[
        str, typer.Option(help="auto, or a name from: sidelight list backbones")
    ] = "auto",
    weights: Annotated[
        str | None, typer.Option(help="imagenet, or a weights file.")
    ] = None,
    size: Annotated[
        str | None,
        typer.Option(help="H or HxW in pixels; median size by default, at most 128."),
    ] = None,
    resize: Annotated[str, typer.Option(help="stretch, pad or crop.")] = "stretch",
    epochs: Annotated[int, typer.Option(help="Passes over the training rows.")] = 30,
    batch_size: Annotated[int, typer.Option(help="Rows in a step.")] = 32,
    learning_rate: Annotated[float, typer.Option(help="Highest rate.")] = 2e-3,
    train_backbone: o.TrainBackbone = "finetune",
    patience: Annotated[
        int | None,
        typer.Option(help="Stop after so many epochs without improvement."),
    ] = None,
    max_time: Annotated[
        float | None, typer.Option(help="Stop training after so many seconds.")
    ] = None,
    class_weight: Annotated[str, typer.Option(help="none or balanced.")] = "none",
    seed: Annotated[int, typer.Option(help="Seed of everything random.")] = 0,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", help="Any option: fusion.units=32, augment.shift=0"),
    ] = None,
    config: Annotated[
        str | None, typer.Option(help="A run's config.yaml: repeats that run.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="Name of the run.")] = None,
    runs: Annotated[str, typer.Option(help="Folder of the runs.")] = "runs",
    cache: o.Cache = None,
    overwrite: Annotated[
        bool, typer.Option(help="Replace a run of the same name.")
    ] = False,
    verify: Annotated[
        bool, typer.Option(help="Compare contents of packed pictures again.")
    ] = False,
    as_json: o.Json = False,
    *,
    context: typer.Context,
) -> None:
    """Train a model on pictures and their metadata; writes runs/NAME."""
    # Mistyped names are answered before anything heavy is imported.
    check_fusion(fusion)
    if backbone != "auto":
        BACKBONES.check(backbone)
    if split != "auto":
        SPLITS.check(split)
    wishes = o.settings(set_)
    given: dict[str, Any] = {
        "table": {
            "source": source,
            "image": image,
            "target": target,
            "images": images,
            "sql": sql,
            "kind": o.pairs(kind, "--kind"),
            "drop": o.names(drop),
            "lat": lat,
            "lon": lon,
            "task": task,
            "schema": schema,
            "on_bad": on_bad,
            "null": tuple(null or ()),
            "decimal": decimal,
        },
        "split": {
            "split": split,
            "split_column": split_column,
            "group": group,
            "time": time,
            "block": block,
            "buffer": buffer,
            "seed": seed,
        },
        "network": {"fusion": fusion, "backbone": backbone, "weights": weights},
        "image": {"size": size, "resize": resize, "verify": verify, "cache": cache},
        "train": {
            "epochs": epochs,
            "batch_size": batch_size,
            "learning_rate": learning_rate,
            "train_backbone": train_backbone,
            "patience": patience,
            "max_time": max_time,
            "class_weight": class_weight,
            "seed": seed,
        },
    }
    options = _chosen(context, given)
    if split_column and "method" not in options["split"]:
        options["split"]["method"] = "column"  # also over that of --config
    _train(options, wishes, config, name, runs, overwrite, as_json)


# Where the name on the command line differs from the one in the configuration.
RENAMED = {
    "train_backbone": "backbone",
    "kind": "kinds",
    "null": "null_values",
    "schema": "schema_file",
    "split": "method",
    "split_column": "column",
    "block": "block_deg",
    "buffer": "buffer_deg",
}


def _chosen(context: typer.Context, given: dict[str, Any]) -> dict[str, Any]:
    """Keep what was typed; defaults belong to the configuration."""
    typed: dict[str, Any] = {}
    for section, values in given.items():
        for option, value in values.items():
            source = context.get_parameter_source(option)
            if source is not None and source.name == "COMMANDLINE":
                typed.setdefault(section, {})[RENAMED.get(option, option)] = value
    return typed


def _train(
    options: dict[str, Any],
    settings: dict[str, Any],
    config: str | None,
    name: str | None,
    runs: str,
    overwrite: bool,
    as_json: bool,
) -> None:
    load_backend()
    from sidelight.workflow import (
        load_config,
        make_config,
        train_and_store,
    )

    base = load_config(config) if config else {}
    chosen = make_config(o.merge(o.merge(base, options), settings), path=None)
    if chosen.table.source is None:
        problem = "no table was given"
        raise ConfigError(problem, fix="For example: sidelight train scenes.csv …")
    if chosen.table.target is None and chosen.table.schema_file is None:
        problem = "no target was given"
        raise ConfigError(problem, fix="Name the column to predict: --target COLUMN")
    directory = RunDirectory.create(
        Path(runs), name, prefix=chosen.network.fusion, overwrite=overwrite
    )
    try:
        method = method_of(chosen.network.fusion)
        finished = train_and_store(chosen, directory, method=method)
    except KeyboardInterrupt:
        _say_interrupted(directory)
        raise SystemExit(130) from None
    if as_json:
        shown = {"run": str(directory.path), **finished.metrics}
        typer.echo(json.dumps(shown, indent=2))
    else:
        from sidelight.cli._show import show_run

        show_run(finished, directory)


def _say_interrupted(directory: RunDirectory) -> None:
    usable = directory.checkpoint.exists()
    text = "interrupted"
    if usable:
        text += (
            f"; the last finished epoch is kept and usable: "
            f"sidelight predict {Path(directory.path)} TABLE"
        )
    typer.secho(text, fg="yellow", err=True)
