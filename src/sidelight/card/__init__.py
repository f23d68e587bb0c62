"""A run in, its model card out."""

from sidelight.card._facts import Facts, collect
from sidelight.card._write import card_text, write_card

__all__ = ["Facts", "card_text", "collect", "write_card"]
