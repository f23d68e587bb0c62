"""Every fusion and every backbone in every format; each file checks itself."""

from __future__ import annotations

import pytest

from sidelight import testing
from sidelight.registry import BACKBONES, EXPORTERS, FUSIONS
from sidelight.schema import ImageSpec

FORMATS = EXPORTERS.names()
SMALLER = [name for name in FORMATS if EXPORTERS.get(name).obj.is_smaller]
EXACT = [name for name in FORMATS if name not in SMALLER]
QUICK = [("onnx", "film"), ("onnx", "metadata")]


@pytest.mark.parametrize(
    ("to", "fusion"),
    [
        pytest.param(to, name, marks=() if (to, name) in QUICK else pytest.mark.slow)
        for to in EXACT
        for name in FUSIONS.names()
    ],
)
def test_every_fusion(to, fusion, tmp_path):
    found = testing.check_export(to, tmp_path, fusion=fusion)
    assert found["rows"] >= 200
    assert found["answers"] <= 1e-5


@pytest.mark.slow
@pytest.mark.parametrize("to", SMALLER)
@pytest.mark.parametrize("fusion", ["film", "metadata", "attend"])
def test_fewer_bits(to, fusion, tmp_path):
    found = testing.check_export(to, tmp_path, fusion=fusion)
    assert 0 < found["answers"] < 0.2
    assert found["columns"] <= 1e-6  # columns are encoded before the network


@pytest.mark.slow
@pytest.mark.parametrize("to", EXACT)
@pytest.mark.parametrize("backbone", BACKBONES.names())
def test_every_backbone(to, backbone, tmp_path):
    testing.check_export(to, tmp_path, backbone=backbone)


@pytest.mark.slow
@pytest.mark.parametrize("to", EXACT)
@pytest.mark.parametrize("task", ["binary", "multilabel", "ordinal", "regression"])
def test_every_task(to, task, tmp_path):
    testing.check_export(to, tmp_path, task=task)


@pytest.mark.slow
@pytest.mark.parametrize("to", EXACT)
@pytest.mark.parametrize("pool", ["mean", "max", "attention"])
def test_several_pictures_a_row(to, pool, tmp_path):
    image = ImageSpec(height=24, width=30, bands=3, pictures=3)
    testing.check_export(to, tmp_path, image=image, pool=pool)


@pytest.mark.slow
@pytest.mark.parametrize("to", EXACT)
def test_a_network_that_may_miss_columns(to, tmp_path):
    testing.check_export(to, tmp_path, may_miss=True)
