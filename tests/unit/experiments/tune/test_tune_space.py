"""What is searched: exactly the fields that say so, within what they accept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidelight.errors import ConfigError, UnknownNameError
from sidelight.experiments.tune._space import searches_of
from sidelight.registry import BACKBONES, ENCODERS, FUSIONS
from sidelight.workflow import RunConfig
from tests.unit.experiments.tune.conftest import space_of

SHARED = [
    "network.dropout",
    "augment.shift",
    "augment.brightness",
    "train.batch_size",
    "train.learning_rate",
    "train.weight_decay",
]
FILM = ["film.stages", "film.units", "film.num_layers"]


def _configs():
    """Every pydantic class of options that may say where to look."""
    for registry in (FUSIONS, BACKBONES, ENCODERS):
        for name in registry.names():
            made = registry.get(name).obj
            if hasattr(made, "Config"):
                yield pytest.param(made.Config, id=f"{registry.kind} {name}")
    for section, field in RunConfig.model_fields.items():
        yield pytest.param(field.annotation, id=section)


CONFIGS = list(_configs())


def values_of(search):
    """Draw any value that a search may give, its ends included."""
    if search.choices:
        return st.sampled_from(search.choices)
    ends = st.sampled_from([search.low, search.high])
    if isinstance(search.low, int):
        return ends | st.integers(search.low, search.high)
    return ends | st.floats(search.low, search.high)


@pytest.mark.parametrize("config", CONFIGS)
@given(data=st.data())
def test_whatever_a_search_may_give_is_accepted_by_the_fields(config, data):
    drawn = {
        name: data.draw(values_of(search))
        for name, search in searches_of(config).items()
    }
    made = config(**drawn)
    assert {name: getattr(made, name) for name in drawn} == drawn


@pytest.mark.parametrize("config", CONFIGS)
def test_each_search_is_a_range_or_choices_and_contains_the_default(config):
    for name, search in searches_of(config).items():
        default = config.model_fields[name].default
        if search.choices:
            assert len(set(search.choices)) == len(search.choices) > 1
            assert default in search.choices
        else:
            assert search.low < search.high
            assert search.low <= default <= search.high
            assert type(search.low) is type(search.high) is type(default)
            assert search.low > 0 or not search.log


def test_fusions_with_options_can_be_tuned():
    tuned = {n for n in FUSIONS.names() if searches_of(FUSIONS.get(n).obj.Config)}
    assert tuned == set(FUSIONS.names()) - {"none"}


def test_the_space_of_a_network_from_scratch():
    assert [d.name for d in space_of().dimensions] == [*SHARED, *FILM]


@pytest.mark.parametrize(
    ("options", "without"),
    [
        ({"train": {"learning_rate": 0.01}}, {"train.learning_rate"}),
        ({"network": {"dropout": 0}}, {"network.dropout"}),
        ({"network": {"fusion_options": {"units": 8}}}, {"film.units"}),
        ({"augment": {"shift": 0.1}}, {"augment.shift"}),
        (
            {"augment": {"shift": 0, "horizontal_flip": False}},
            {"augment.shift", "augment.brightness"},
        ),
    ],
)
def test_what_is_given_is_not_searched(options, without):
    names = {d.name for d in space_of(options).dimensions}
    assert names == {*SHARED, *FILM} - without


def test_the_rate_of_the_backbone_is_searched_where_it_has_one_of_its_own():
    pretrained = {"network": {"weights": "imagenet"}}
    names = [d.name for d in space_of(pretrained).dimensions]
    assert "train.backbone_rate" in names
    frozen = {**pretrained, "train": {"backbone": "frozen"}}
    assert "train.backbone_rate" not in [d.name for d in space_of(frozen).dimensions]


def test_pictures_are_changed_only_where_a_network_sees_some():
    for space in (space_of(has_pictures=False), space_of(fusions=["metadata"])):
        assert not [d for d in space.dimensions if d.name.startswith("augment")]


def test_a_choice_of_fusions_has_the_options_of_each_under_its_name():
    space = space_of(fusions=["film", "concat"])
    names = [d.name for d in space.dimensions]
    assert names == [*SHARED, *FILM, "concat.units"]
    values = {"fusion": "concat", "concat.units": 40, "train.batch_size": 16}
    config = space.config(values)
    assert config.network.fusion == "concat"
    assert config.network.fusion_options == {"units": 40}
    assert config.train.batch_size == 16
    assert config.train.learning_rate == RunConfig().train.learning_rate


@pytest.mark.parametrize("fusion", [n for n in FUSIONS.names() if n != "none"])
def test_the_search_starts_at_the_configuration_itself(fusion):
    space = space_of(fusions=[fusion])
    (start,) = space.starts()
    assert set(start) == {d.name for d in space.dimensions}
    config = space.config(space.decoded(start))
    defaults = FUSIONS.get(fusion).obj.Config().model_dump(mode="json")
    options = config.network.fusion_options
    assert options == {name: defaults[name] for name in options}
    plain = space.config({})
    assert config.train == plain.train
    assert config.augment == plain.augment


def test_a_start_that_the_space_does_not_hold_is_drawn():
    # Not given, so not held: from a configuration file, perhaps.
    from sidelight.experiments.tune._space import Space
    from sidelight.workflow import make_config

    config = make_config({"train": {"batch_size": 24, "learning_rate": 0.5}})
    (start,) = Space(config, {}).starts()
    assert "train.batch_size" not in start
    assert "train.learning_rate" not in start
    assert start["film.units"] == 64


def test_a_given_option_must_fit_every_fusion():
    given_units = {"network": {"fusion_options": {"num_layers": 2}}}
    with pytest.raises(ConfigError, match="'concat' has no option 'num_layers'"):
        space_of(given_units, fusions=["film", "concat"])


def test_names_of_fusions_are_checked():
    with pytest.raises(UnknownNameError, match="Did you mean 'film'"):
        space_of(fusions=["flim"])
    with pytest.raises(ConfigError, match="several networks"):
        space_of(fusions=["stack"])


def test_something_must_be_left_to_search():
    options = {
        "network": {"fusion": "none", "dropout": 0.1},
        "augment": {"shift": 0, "brightness": 0},
        "train": {"batch_size": 8, "learning_rate": 0.001, "weight_decay": 0},
    }
    with pytest.raises(ConfigError, match="nothing is left"):
        space_of(options)


def test_values_that_do_not_go_together_are_an_input_error():
    space = space_of({"network": {"fusion_options": {"units": 36}}}, fusions=["attend"])
    with pytest.raises(ConfigError, match="multiple of heads"):
        space.config({"attend.heads": 8})
