"""What stands before the network and behind it, in operations that any graph has."""
