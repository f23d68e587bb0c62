"""Metadata inputs in, one vector per picture out."""

from sidelight.nn.encoders._base import Encoded, Encoder, EncoderConfig
from sidelight.nn.encoders._encode import encode

__all__ = ["Encoded", "Encoder", "EncoderConfig", "encode"]
