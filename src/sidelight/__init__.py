"""Image models that read the metadata too."""

__version__ = "0.1.0"
