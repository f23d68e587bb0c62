"""One file per table format; the registry finds them by their names."""
