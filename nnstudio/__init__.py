"""NN Studio: build a neural network, watch it learn, understand why, take the weights away."""

__version__ = "0.1.0"
