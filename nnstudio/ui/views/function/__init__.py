"""What the Function card is made of: the curve of an activation, and what is to be said about it."""
