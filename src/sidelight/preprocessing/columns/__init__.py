"""One file for each kind of column: what is learned from it, and how it is encoded."""
