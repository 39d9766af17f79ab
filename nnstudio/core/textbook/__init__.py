"""The mathematics of a network as plain NumPy, to be read first; the engine does the same quickly.

Read `network` (backpropagation, the whole of it), then `activations` and `losses`, then `layers` (every other kind
there is). Nothing of the engine is imported, so that each proves the other. One update of a network is

    steps = forward(network, x, training=True)
    found = loss(spec, task, steps[-1].z, y)
    gradients = backward(steps, found.dz)
    network = update(network, gradients, rate)
"""

from nnstudio.core.textbook.losses import Loss, loss
from nnstudio.core.textbook.network import Gradient, Layer, Step, backward, forward, update

__all__ = ["Gradient", "Layer", "Loss", "Step", "backward", "forward", "loss", "update"]
