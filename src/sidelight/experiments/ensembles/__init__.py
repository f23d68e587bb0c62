"""Fusions made of several networks."""
