"""The loss landscape: a slice through the weights as a picture, and the dialog around it."""
