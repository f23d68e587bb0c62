"""Metadata inputs in, one vector per picture out."""
