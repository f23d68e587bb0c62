"""One file for each check; the file name is the name of the check."""
