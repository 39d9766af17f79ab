"""What the Activations card and the Gradient card draw bands over time with."""
