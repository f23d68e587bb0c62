"""Conformance cases for variants, ours and a third party's alike.

A test parametrises over a registry and calls the case:

    @pytest.mark.parametrize("name", FUSIONS.names())
    def test_fusion(name):
        testing.check_fusion(name)

Every case raises AssertionError with a sentence that names the variant.
"""

from sidelight.testing._backbones import check_backbone, settle
from sidelight.testing._encoders import (
    check_encoder,
    encoder_inputs,
    encoder_model,
    encoder_spec,
)
from sidelight.testing._exporters import check_export, every_kind
from sidelight.testing._fusions import (
    BATCH,
    answer,
    check_dependence,
    check_does_without,
    check_fusion,
    check_inputs,
    check_learns,
    check_no_randomness_is_saved,
    check_pictures,
    check_round_trip,
    check_rows_are_independent,
    check_starts_as_identity,
    random_inputs,
    tiny_spec,
)
from sidelight.testing._heads import (
    check_answers,
    check_focal,
    check_head,
    check_head_learns,
    toy_head,
)

__all__ = [
    "BATCH",
    "answer",
    "check_answers",
    "check_backbone",
    "check_dependence",
    "check_does_without",
    "check_encoder",
    "check_export",
    "check_focal",
    "check_fusion",
    "check_head",
    "check_head_learns",
    "check_inputs",
    "check_learns",
    "check_no_randomness_is_saved",
    "check_pictures",
    "check_round_trip",
    "check_rows_are_independent",
    "check_starts_as_identity",
    "encoder_inputs",
    "encoder_model",
    "encoder_spec",
    "every_kind",
    "random_inputs",
    "settle",
    "tiny_spec",
    "toy_head",
]
