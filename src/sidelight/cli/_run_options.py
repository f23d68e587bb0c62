"""The options of every verb that trains, said once: train, tune, compare."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from sidelight.cli import _options as o
from sidelight.errors import ConfigError
from sidelight.experiments import check_fusion
from sidelight.registry import BACKBONES, SPLITS

if TYPE_CHECKING:
    from sidelight.workflow import RunConfig

Verb = Callable[..., None]


@dataclass(frozen=True)
class RunOption:
    """An option on the command line and its place in the configuration.

    Attributes:
        name: The parameter's name; the option's, with underscores, unless the type
            says another.
        places: Dotted names in the configuration that its value goes to.
        type: Annotated type, as typer takes it.
        default: What `--help` shows; the configuration's own default holds.
        read: Makes a value of what typer gives; raises for a mistyped name, before
            anything heavy is loaded.
    """

    name: str
    places: tuple[str, ...]
    type: Any
    default: Any = None
    read: Callable[[Any], Any] = lambda value: value


def _auto_or(check: Callable[[str], str]) -> Callable[[str], str]:
    return lambda name: name if name == "auto" else check(name)


def _option(kind: Any, help_: str) -> Any:
    return Annotated[kind, typer.Option(help=help_)]


Source = Annotated[
    str | None, typer.Argument(help="A table's file, a database's URL or a folder.")
]
Set = Annotated[
    list[str] | None,
    typer.Option("--set", help="Any option: fusion.units=32, augment.shift=0"),
]
Config = Annotated[
    str | None, typer.Option(help="A run's config.yaml: repeats that run.")
]
Verify = Annotated[
    bool, typer.Option(help="Compare contents of packed pictures again.")
]

TABLE = (
    RunOption("source", ("table.source",), Source),
    RunOption("image", ("table.image",), o.Image),
    RunOption("max_pictures", ("table.max_pictures",), o.MaxPictures),
    RunOption("target", ("table.target",), o.Target),
    RunOption("images", ("table.images",), o.Images),
    RunOption("sql", ("table.sql",), o.Sql),
    RunOption("asset", ("table.asset",), o.Asset),
    RunOption("join", ("table.join",), o.Join, read=lambda v: tuple(v or ())),
    RunOption("on", ("table.join",), o.On, read=lambda v: tuple(v or ())),
    RunOption(
        "cardinality", ("table.join",), o.Cardinalities, read=lambda v: tuple(v or ())
    ),
    RunOption("headers", ("table.headers",), o.Headers, read=o.headers),
    RunOption("from_name", ("table.from_name",), o.FromName),
    RunOption("kind", ("table.kinds",), o.Kinds, read=lambda v: o.pairs(v, "--kind")),
    RunOption("drop", ("table.drop",), o.Drop, read=o.names),
    RunOption("lat", ("table.lat",), o.Lat),
    RunOption("lon", ("table.lon",), o.Lon),
    RunOption("task", ("table.task",), o.Task),
    RunOption("classes", ("table.classes",), o.Classes, read=o.names),
    RunOption("log_target", ("table.log_target",), o.LogTarget, False),
    RunOption("weight", ("table.weight",), o.Weight),
    RunOption(
        "schema",
        ("table.schema_file",),
        _option(str | None, "Schema from: sidelight inspect --save FILE"),
    ),
    RunOption("on_bad", ("table.on_bad",), o.OnBad, "error"),
    RunOption("null", ("table.null_values",), o.Null, read=lambda v: tuple(v or ())),
    RunOption("decimal", ("table.decimal",), o.Decimal, "."),
)
SPLIT = (
    RunOption(
        "split",
        ("split.method",),
        _option(str, "auto, or a name from: sidelight list splits"),
        "auto",
        _auto_or(SPLITS.check),
    ),
    RunOption(
        "split_column",
        ("split.column",),
        _option(str | None, "Column that says train, val or test."),
    ),
    RunOption(
        "group",
        ("split.group",),
        _option(str | None, "Column whose rows stay together."),
    ),
    RunOption(
        "time",
        ("split.time",),
        _option(str | None, "Column for --split time: oldest rows train."),
    ),
    RunOption(
        "block",
        ("split.block_deg",),
        _option(float, "Spatial blocks: size in degrees."),
        10.0,
    ),
    RunOption(
        "buffer",
        ("split.buffer_deg",),
        _option(float, "Spatial blocks: degrees around val and test left out."),
        0.0,
    ),
)
NETWORK = (
    RunOption(
        "fusion",
        ("network.fusion",),
        _option(str, "How metadata comes in: sidelight list fusions"),
        "film",
        check_fusion,
    ),
    RunOption(
        "backbone",
        ("network.backbone",),
        _option(str, "auto, or a name from: sidelight list backbones"),
        "auto",
        _auto_or(BACKBONES.check),
    ),
    RunOption(
        "weights",
        ("network.weights",),
        _option(str | None, "imagenet, or a weights file."),
    ),
    RunOption(
        "pool",
        ("network.pool",),
        _option(str, "Several pictures a row: mean, max or attention."),
        "mean",
    ),
    RunOption(
        "size",
        ("image.size",),
        _option(str | None, "H or HxW in pixels; median size by default, at most 128."),
    ),
    RunOption(
        "resize", ("image.resize",), _option(str, "stretch, pad or crop."), "stretch"
    ),
    RunOption("bands", ("image.bands",), o.Bands),
    RunOption(
        "scale_percentiles",
        ("image.scale_percentiles",),
        _option(str, "Of training pixels beyond 8 bits: what is black and white."),
        "1,99",
        lambda text: o.two_numbers(text, "--scale-percentiles"),
    ),
)
TRAINING = (
    RunOption(
        "epochs", ("train.epochs",), _option(int, "Passes over the training rows."), 30
    ),
    RunOption("batch_size", ("train.batch_size",), _option(int, "Rows in a step."), 32),
    RunOption(
        "learning_rate", ("train.learning_rate",), _option(float, "Highest rate."), 2e-3
    ),
    RunOption("train_backbone", ("train.backbone",), o.TrainBackbone, "finetune"),
    RunOption(
        "patience",
        ("train.patience",),
        _option(int | None, "Stop after so many epochs without improvement."),
    ),
    RunOption(
        "max_time",
        ("train.max_time",),
        _option(float | None, "Stop training after so many seconds."),
    ),
    RunOption("loss", ("train.loss",), _option(str, "default or focal."), "default"),
    RunOption(
        "class_weight",
        ("train.class_weight",),
        _option(str, "none or balanced."),
        "none",
    ),
    RunOption(
        "seed",
        ("split.seed", "train.seed"),
        _option(int, "Seed of everything random."),
        0,
    ),
)
PACKING = (
    RunOption("cache", ("image.cache",), o.Cache),
    RunOption("verify", ("image.verify",), Verify, False),
)
RUN_OPTIONS = (*TABLE, *SPLIT, *NETWORK, *TRAINING, *PACKING)


@dataclass(frozen=True)
class Typed:
    """What was typed of the options that all trainings share.

    Attributes:
        options: The configuration's options, nested; defaults are not in it.
        file: The configuration to start from; what was typed wins over it.
    """

    options: dict[str, Any]
    file: str | None = None

    def run_config(self, verb: str) -> RunConfig:
        """Return the checked configuration; loads Keras.

        Args:
            verb: What was typed after `sidelight`, for the examples in messages.

        Raises:
            ConfigError: If an option does not hold, or no table is named.
        """
        from sidelight.workflow import load_config, make_config

        base = load_config(self.file) if self.file else {}
        chosen = make_config(o.merge(base, self.options), path=None)
        if chosen.table.source is None:
            problem = "no table was given"
            raise ConfigError(
                problem, fix=f"For example: sidelight {verb} scenes.csv …"
            )
        return chosen


def takes_run_options(*, without: Sequence[str] = ()) -> Callable[[Verb], Verb]:
    """Return a decorator that gives a verb the options of every training.

    The verb's first parameter is what was typed of them, a `Typed`; the others are its
    own options, with the usual annotations of typer.

    Args:
        without: Names of shared options that the verb has no use for.
    """
    shared = [option for option in RUN_OPTIONS if option.name not in without]

    def decorate(verb: Verb) -> Verb:
        hints = get_type_hints(verb, include_extras=True)
        own = list(inspect.signature(verb).parameters.values())[1:]

        @functools.wraps(verb)
        def with_shared(context: typer.Context, **values: Any) -> None:
            mine = {parameter.name: values[parameter.name] for parameter in own}
            verb(_typed(context, shared, values), **mine)

        parameters = [
            *(_parameter(s.name, s.type, s.default) for s in shared),
            _parameter("set_", Set, None),
            _parameter("config", Config, None),
            *(_parameter(p.name, hints[p.name], p.default) for p in own),
            _parameter("context", typer.Context, inspect.Parameter.empty),
        ]
        # What typer reads, and all that it reads.
        with_shared.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        with_shared.__annotations__ = {p.name: p.annotation for p in parameters}
        return with_shared

    return decorate


def _parameter(name: str, kind: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind
    )


def _typed(
    context: typer.Context, shared: list[RunOption], values: dict[str, Any]
) -> Typed:
    """Keep what was typed; defaults belong to the configuration."""
    options: dict[str, Any] = {}
    for option in shared:
        source = context.get_parameter_source(option.name)
        if source is None or source.name != "COMMANDLINE":
            continue
        value = option.read(values[option.name])
        for place in option.places:
            section, _, field = place.partition(".")
            options.setdefault(section, {})[field] = value
    if "join" in options.get("table", {}):  # three options say it together
        said = (values[name] for name in ("join", "on", "cardinality"))
        options["table"]["join"] = o.joins(*said)
    split = options.get("split", {})
    if split.get("column"):
        split.setdefault("method", "column")  # also over that of --config
    return Typed(o.merge(options, o.settings(values["set_"])), values["config"])
