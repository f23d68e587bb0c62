"""LiteRT: the network by its converter, and what reads raw rows for it."""
