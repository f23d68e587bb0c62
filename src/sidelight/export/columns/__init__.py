"""One file for each kind of column: how it enters an exported model."""
