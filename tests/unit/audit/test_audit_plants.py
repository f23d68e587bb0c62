"""Faults planted in a clean table are found, and nothing is found in the clean one."""

from __future__ import annotations

import pytest

from sidelight.registry import CHECKS
from tests.unit.audit.making import PLANTS, together


def test_a_clean_table_raises_no_alarm(clean):
    found = clean.audit()
    alarms = [f.said for f in found.findings if f.severity != "note"]
    assert alarms == []
    assert set(found.checks) == set(CHECKS.names())


def test_every_check_has_a_fault_that_it_finds():
    assert {plant.check for plant in PLANTS} == set(CHECKS.names())
    assert len(PLANTS) >= 30


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.name)
def test_a_planted_fault_is_found(plant, clean):
    pixels = "pixels" in CHECKS.get(plant.check).capabilities
    assert not plant.is_found(clean.audit([plant.check], pixels=False)) or pixels
    found = plant.make(clean).audit([plant.check], pixels=pixels)
    assert plant.is_found(found), [f.said for f in found.findings]


def test_faults_are_found_beside_one_another(clean):
    # Counts may differ where faults meet; which fault it is must not.
    found = {(f.check, f.column) for f in together(clean).audit().findings}
    missed = [p.name for p in PLANTS if not any(_fits(p, one) for one in found)]
    assert len(PLANTS) - len(missed) >= 29, missed


def _fits(plant, finding):
    check, column = finding
    return check == plant.check and plant.column in (None, column)
