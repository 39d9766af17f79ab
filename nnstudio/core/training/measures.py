"""How good a run's network is, over each split of its data; kept until the network is another.

While training goes on, a sample of a long training split must do. What is asked exactly is measured over all of it.
"""

import numpy as np

from nnstudio.core.array import Array
from nnstudio.core.data.dataset import Dataset
from nnstudio.core.network.network import Network
from nnstudio.core.training.evaluation import Evaluation
from nnstudio.core.training.history import HistoryPrefix
from nnstudio.core.training.losses import Loss
from nnstudio.core.training.metrics import Metrics
from nnstudio.core.training.pieces import Pieces


class Measures:
    """The metrics of a network, over `limit` training examples or all of them, and over all others."""

    def __init__(self, network: Network, dataset: Dataset, limit: int) -> None:
        self._network = network
        self._dataset = dataset
        self.training = Evaluation(network, dataset.train, dataset.task, limit)
        """Of the sample."""
        self._whole = self.training if self.training.count == len(dataset.train) else None
        # Where all examples train and test, once through the network is enough.
        same = self._whole is not None and dataset.test is dataset.train
        self.test = self.training if same else Evaluation(network, dataset.test, dataset.task)
        validation = dataset.validation
        self._validation = Evaluation(network, validation, dataset.task) if validation is not None else None
        self.metrics: Metrics | None = None
        """Of the network as it is; None where not known."""
        self.latest: Metrics | None = None
        """As they were last measured, perhaps of an earlier network."""
        self._arrays: tuple[Array, ...] = ()

    @property
    def sample(self) -> int:
        """How many training examples are looked at while training goes on."""
        return self.training.count

    @property
    def count(self) -> int:
        """How many examples of all splits are looked at then."""
        return self.training.count + self.test.count + (self._validation.count if self._validation else 0)

    def pieces(self, loss: Loss, penalty: float, exact: bool = False) -> Pieces[Metrics]:
        """The metrics now, in pieces of a few milliseconds; it must be dropped if anything changes in between."""
        arrays = self._network.params, self._network.statistics
        known = self.metrics
        # Anybody may have written into the network's arrays.
        if known is None or (exact and known.sampled) or not all(map(np.array_equal, arrays, self._arrays)):
            copies = tuple(array.copy() for array in arrays)
            split = self._all_examples() if exact else self.training
            train_loss, train_accuracy = yield from split.pieces(loss)
            test_loss, test_accuracy = train_loss, train_accuracy
            if self.test is not split:
                test_loss, test_accuracy = yield from self.test.pieces(loss)
            validation = (yield from self._validation.pieces(loss)) if self._validation else (None, None)
            losses = train_loss, test_loss, train_accuracy, test_accuracy, penalty
            known = self.metrics = self.latest = Metrics(*losses, *validation, split.count, len(self._dataset.train))
            self._arrays = copies
        return known

    def take_up(self, rows: HistoryPrefix) -> None:
        """Of a run that goes on from elsewhere, the latest are those that its history has last."""
        measured = np.flatnonzero(np.isfinite(rows.train_loss))
        if not len(measured):
            return
        last = measured[-1]
        self.latest = Metrics(
            float(rows.train_loss[last]),
            float(rows.test_loss[last]),
            float(rows.train_accuracy[last]),
            float(rows.test_accuracy[last]),
            float(rows.penalty[last]),
            float(rows.validation_loss[last]) if self._validation else None,
            float(rows.validation_accuracy[last]) if self._validation else None,
        )

    def _all_examples(self) -> Evaluation:
        if self._whole is None:
            self._whole = Evaluation(self._network, self._dataset.train, self._dataset.task)
        return self._whole
