"""Every fusion and every backbone in every format; each file checks itself."""

from __future__ import annotations

import pytest

from sidelight import testing
from sidelight.registry import BACKBONES, EXPORTERS, FUSIONS
from sidelight.schema import ImageSpec

FORMATS = EXPORTERS.names()
QUICK = ("film", "metadata")


@pytest.mark.parametrize("to", FORMATS)
@pytest.mark.parametrize(
    "fusion",
    [
        pytest.param(name, marks=() if name in QUICK else pytest.mark.slow)
        for name in FUSIONS.names()
    ],
)
def test_every_fusion(to, fusion, tmp_path):
    found = testing.check_export(to, tmp_path, fusion=fusion)
    assert found["rows"] >= 200
    assert found["answers"] <= 1e-5


@pytest.mark.slow
@pytest.mark.parametrize("to", FORMATS)
@pytest.mark.parametrize("backbone", BACKBONES.names())
def test_every_backbone(to, backbone, tmp_path):
    testing.check_export(to, tmp_path, backbone=backbone)


@pytest.mark.slow
@pytest.mark.parametrize("to", FORMATS)
@pytest.mark.parametrize("task", ["binary", "multilabel", "ordinal", "regression"])
def test_every_task(to, task, tmp_path):
    testing.check_export(to, tmp_path, task=task)


@pytest.mark.slow
@pytest.mark.parametrize("to", FORMATS)
@pytest.mark.parametrize("pool", ["mean", "max", "attention"])
def test_several_pictures_a_row(to, pool, tmp_path):
    image = ImageSpec(height=24, width=30, bands=3, pictures=3)
    testing.check_export(to, tmp_path, image=image, pool=pool)


@pytest.mark.slow
@pytest.mark.parametrize("to", FORMATS)
def test_a_network_that_may_miss_columns(to, tmp_path):
    testing.check_export(to, tmp_path, may_miss=True)
