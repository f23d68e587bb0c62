"""One file for each kind of header; `sidelight list headers`."""
