"""A mini-batch at work: the network and the loss on a fixed number of examples, with every array they need."""

import numpy as np

from nnstudio.core.data.dataset import Dataset
from nnstudio.core.network.network import Network, Pass
from nnstudio.core.training.losses import Loss, LossStage


class Work:
    """Ready to be filled (`inputs` with a last column of ones, `targets` as the loss wants them) and trained on."""

    def __init__(self, network: Network, dataset: Dataset, loss: Loss, examples: int) -> None:
        self.inputs = np.ones((examples, dataset.train.augmented.shape[1]), network.dtype)
        self.targets = np.empty((examples, loss.width(dataset.outputs)), network.dtype)
        self.network = Pass(network, self.inputs, training=True)
        self.loss = LossStage(loss, self.network.logits, self.targets.T, self.network.logits_gradient)
