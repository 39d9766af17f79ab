"""The pieces of the network view: where things stand, how they are painted, what the pointer finds."""
