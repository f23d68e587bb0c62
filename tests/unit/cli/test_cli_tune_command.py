"""The printed command line gives exactly the winner's configuration."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from sidelight.cli._run_options import RUN_OPTIONS, Typed, takes_run_options
from sidelight.experiments.tune._command import FLAGS, command_of
from sidelight.experiments.tune._space import Space
from sidelight.registry import FUSIONS
from sidelight.workflow import make_config

TABLE = {"source": "scenes.csv", "image": "file", "target": "label"}


def read_back(command):
    """Return the configuration that a command line gives, by its own functions."""

    @takes_run_options()
    def probe(typed: Typed):
        seen.append(typed)

    seen = []
    verb = typer.Typer()
    verb.command()(probe)
    words = shlex.split(command)
    assert words[:2] == ["sidelight", "train"]
    typer.main.get_command(verb).main(words[2:], standalone_mode=False)
    return seen[0].run_config("train")


def same(first, second):
    return first.model_dump(mode="json") == second.model_dump(mode="json")


class Drawing:
    """Stands for an Optuna trial: Hypothesis draws."""

    def __init__(self, data):
        self.data = data

    def suggest_categorical(self, name, choices):
        return self.data.draw(st.sampled_from(choices), name)

    def suggest_int(self, name, low, high, log):
        return self.data.draw(st.integers(low, high), name)

    def suggest_float(self, name, low, high, log):
        return self.data.draw(st.floats(low, high), name)


@given(data=st.data())
def test_any_winner_is_given_by_its_command(data):
    fusions = data.draw(
        st.lists(st.sampled_from(FUSIONS.names()), min_size=1, max_size=3, unique=True)
    )
    space = Space(make_config({"table": TABLE}), {"table": TABLE}, fusions)
    config = space.config(space.suggest(Drawing(data)))
    assert same(read_back(command_of(config, Path("c.yaml"))), config)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"table": {**TABLE, "source": "a b's $(x).csv", "image": "the file"}},
        {"table": {**TABLE, "kinds": {"zo ne": "categorical"}, "drop": ["a,b", "c"]}},
        {"table": {**TABLE, "null_values": ["?", "null", "-"], "decimal": ","}},
        {"table": {**TABLE, "on_bad": "drop", "sql": "select * from t where x = 'y'"}},
        {"split": {"column": "part"}},
        {"split": {"method": "column", "column": "part"}},
        {"split": {"fractions": [0.6, 0.2, 0.2], "seed": 3, "group": "no"}},
        {"split": {"method": "spatial", "block_deg": 5.0, "latitude": "lat"}},
        {"train": {"seed": 9, "learning_rate": 1e-05, "max_time": 1.5}},
        {"train": {"reuse_features": False, "patience": 3}},
        {"image": {"size": "32x48", "cache": "/tmp/a b", "verify": True}},
        {"augment": {"horizontal_flip": False, "column_dropout": 0.1}},
        {"network": {"fusion_options": {"stages": [0, -1], "units": 3}}},
        {"network": {"backbone": "small", "backbone_options": {"widths": [8, 16]}}},
        {
            "network": {
                "encoders": {"location": "grid", "de pth": "piecewise"},
                "encoder_options": {"location": {"scales": 4}},
            }
        },
    ],
)
def test_any_configuration_is_given_by_its_command(options):
    config = make_config({"table": TABLE, **options})
    assert same(read_back(command_of(config, Path("c.yaml"))), config)


@pytest.mark.parametrize("column", ["a.b", "a=b"])
def test_what_cannot_be_typed_is_read_from_the_stored_configuration(tmp_path, column):
    network = {"encoders": {column: "piecewise"}}
    config = make_config({"table": TABLE, "network": network})
    stored = tmp_path / "a config.yaml"
    stored.write_text(config.to_yaml())
    assert same(read_back(command_of(config, stored)), config)


def test_short_names_are_those_of_the_command_line():
    places = {o.places[0]: o.name for o in RUN_OPTIONS if len(o.places) == 1}
    for place, flag in FLAGS.items():
        assert flag == "--" + places[place].replace("_", "-")


def test_a_command_reads_well():
    config = make_config(
        {
            "table": TABLE,
            "network": {"fusion": "concat", "fusion_options": {"units": 32}},
            "train": {"learning_rate": 0.003, "weight_decay": 0.1},
        }
    )
    assert command_of(config, Path("c.yaml")) == (
        "sidelight train scenes.csv --image file --target label --fusion concat "
        "--set fusion.units=32 --learning-rate 0.003 --set train.weight_decay=0.1"
    )
