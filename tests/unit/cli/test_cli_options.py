"""Texts of options as values of the configuration."""

from __future__ import annotations

import pytest

from sidelight.cli._options import settings
from sidelight.errors import ConfigError, UnknownNameError


@pytest.mark.parametrize(
    ("text", "nested"),
    [
        ("fusion.units=32", {"network": {"fusion_options": {"units": 32}}}),
        (
            "backbone.widths=[8, 16]",
            {"network": {"backbone_options": {"widths": [8, 16]}}},
        ),
        ("augment.shift=0", {"augment": {"shift": 0}}),
        ("encoder.location=grid", {"network": {"encoders": {"location": "grid"}}}),
        (
            "encoder.location.scales=4",
            {"network": {"encoder_options": {"location": {"scales": 4}}}},
        ),
    ],
)
def test_a_setting_goes_to_its_place_in_the_configuration(text, nested):
    assert settings([text]) == nested


def test_settings_of_one_part_come_together():
    given = ["encoder.at=grid", "encoder.at.scales=4", "encoder.depth=piecewise"]
    assert settings(given) == {
        "network": {
            "encoders": {"at": "grid", "depth": "piecewise"},
            "encoder_options": {"at": {"scales": 4}},
        }
    }


@pytest.mark.parametrize("text", ["units=3", "fusion.units", "=3"])
def test_a_setting_without_section_or_value_is_refused(text):
    with pytest.raises(ConfigError, match="For example"):
        settings([text])


def test_a_mistyped_encoder_is_answered_at_once():
    with pytest.raises(UnknownNameError, match="Did you mean 'grid'"):
        settings(["encoder.location=gird"])
