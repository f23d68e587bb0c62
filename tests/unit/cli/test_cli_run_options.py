"""The options that every verb that trains takes."""

from __future__ import annotations

import inspect
from typing import Annotated

import pytest
import typer

from sidelight.cli._main import app
from sidelight.cli._options import duration
from sidelight.cli._run_options import RUN_OPTIONS, Typed, takes_run_options
from sidelight.errors import ConfigError, UnknownNameError
from sidelight.workflow import RunConfig

VERBS = typer.main.get_command(app).commands


@takes_run_options(without=["fusion"])
def probe(
    typed: Typed, trials: Annotated[int, typer.Option(help="Some.")] = 3
) -> tuple[Typed, int]:
    """Return what was given to it."""
    seen.append((typed, trials))


seen: list[tuple[Typed, int]] = []


@pytest.fixture
def typed():
    """Return what a command line gives a verb."""
    command = typer.Typer()
    command.command()(probe)

    def call(*words):
        seen.clear()
        typer.main.get_command(command).main([*words], standalone_mode=False)
        return seen[0]

    return call


def test_a_verb_is_given_what_was_typed_and_its_own_options(typed):
    given, trials = typed(
        *("x.csv", "--kind", "a=numeric", "--drop", "b,c", "--seed", "4"),
        *("--set", "fusion.units=3", "--trials", "9"),
    )
    assert trials == 9
    assert given.file is None
    assert given.options == {
        "table": {"source": "x.csv", "kinds": {"a": "numeric"}, "drop": ("b", "c")},
        "split": {"seed": 4},
        "train": {"seed": 4},
        "network": {"fusion_options": {"units": 3}},
    }


def test_defaults_are_left_to_the_configuration(typed):
    assert typed() == (Typed({}), 3)


def test_a_split_column_decides_the_split_unless_another_is_typed(typed):
    given, _ = typed("--split-column", "part")
    assert given.options == {"split": {"column": "part", "method": "column"}}
    given, _ = typed("--split-column", "part", "--split", "random")
    assert given.options["split"]["method"] == "random"


def test_joins_are_read_the_first_table_with_the_first_key(typed):
    given, _ = typed("--join", "a.csv", "--on", "k", "--join", "b.csv", "--on", "x=y")
    assert given.options["table"]["join"] == [
        {"source": "a.csv", "key": "k"},
        {"source": "b.csv", "key": "x=y"},
    ]
    given, _ = typed("--join", "a.csv", "--on", "k", "--cardinality", "many_to_one")
    assert given.options["table"]["join"][0]["cardinality"] == "many_to_one"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--join", "a.csv"], "1 × --join, 0 × --on"),
        (["--on", "k"], "0 × --join, 1 × --on"),
        (
            [*("--join", "a", "--on", "k") * 2, "--cardinality", "many_to_one"],
            "2 × --join, 2 × --on, 1 × --cardinality",
        ),
        (
            ["--join", "a", "--on", "k", "--cardinality", "many"],
            "--cardinality 'many' is no way",
        ),
    ],
)
def test_joins_that_do_not_add_up_are_refused(typed, words, message):
    with pytest.raises(ConfigError) as caught:
        typed(*words)
    assert message in str(caught.value)


def test_settings_win_over_options(typed):
    given, _ = typed("--epochs", "3", "--set", "train.epochs=4")
    assert given.options == {"train": {"epochs": 4}}


def test_a_verb_may_have_no_use_for_an_option(typed):
    with pytest.raises(Exception, match="No such option: --fusion"):
        typed("--fusion", "film")


@pytest.mark.parametrize("words", [("--backbone", "smal"), ("--split", "radnom")])
def test_mistyped_names_are_answered(typed, words):
    with pytest.raises(UnknownNameError, match="Did you mean"):
        typed(*words)


def test_every_place_is_a_field_whose_default_is_the_one_that_is_shown():
    config = RunConfig()
    for option in RUN_OPTIONS:
        for place in option.places:
            section, field = place.split(".")
            default = getattr(getattr(config, section), field)
            shown = option.read(option.default)
            assert shown == default, option.name


@pytest.mark.parametrize("verb", ["train", "compare", "tune"])
def test_verbs_that_train_take_them(verb):
    names = {parameter.name for parameter in VERBS[verb].params}
    assert {o.name for o in RUN_OPTIONS} - {"fusion"} <= names
    assert {"set_", "config"} <= names


def test_what_is_read_of_a_verb_is_not_what_it_says_itself():
    assert "trials" in inspect.signature(probe).parameters
    assert "typed" not in inspect.signature(probe).parameters
    assert probe.__doc__ == "Return what was given to it."


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("20m", 1200), ("2h", 7200), ("1.5m", 90)]
)
def test_durations(text, seconds):
    assert duration(text) == seconds


@pytest.mark.parametrize("text", ["", "20", "m", "-3s", "0h", "infs", "nanm", "3 d"])
def test_other_texts_are_no_durations(text):
    with pytest.raises(ConfigError, match="For example 90s, 20m or 2h"):
        duration(text)
