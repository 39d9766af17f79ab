"""What `Classifier` and `Regressor` have in common: learn, go on learning, remember, be saved, open in the window."""

import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from os import PathLike
from pathlib import Path
from subprocess import Popen
from tempfile import mkdtemp
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.data.columns import Words
from nnstudio.core.data.dataset import DataError
from nnstudio.core.experiment import LayerSpec
from nnstudio.core.training.history import HistoryPrefix
from nnstudio.core.training.trainer import Diverged, Trainer
from nnstudio.estimators.arrays import Values, check_feature_names, column_of, feature_names_of, inputs_of
from nnstudio.estimators.conventions import Estimator, NotFittedError, of_scikit_learn
from nnstudio.estimators.experiment import LAYERS, epochs_of, experiment_for, seed_of
from nnstudio.estimators.page import page
from nnstudio.estimators.table import class_names, columns_from, spec_of
from nnstudio.estimators.trained import Trained

Callback = Callable[[Any], object]


class NetworkEstimator(Estimator, ABC):
    """A network that learns from arrays.

    layers: the hidden layers, as text such as "8 tanh, dropout 0.2, 8 tanh", or as a list of specs
    epochs: how many passes over the examples `fit` makes at most
    optimizer, learning_rate, batch_size: how it learns; a rate of None is the optimizer's own
    l2: λ of the penalty λ/2N Σw²; None for what the program proposes
    scaling: "none", "standardise" or "min-max", of the inputs and of values to be learned
    test_share: the share of the examples that only test, and with which `patience` decides
    patience: stop when the test loss has not fallen for so many epochs, and take the best weights; 0 goes on
    callbacks: each is called after every epoch with the estimator, which can predict then; one that returns True stops
    settings: everything else, by its name in an experiment, such as {"training.class_weights": "balanced"}
    random_state: the seed of first weights, order and shares; None draws one

    n_features_in_, feature_names_in_: of `fit`; the names only where it was given a data frame
    loss_curve_: the loss over the training examples, after each epoch
    """

    _trained: Trained
    n_features_in_: int
    feature_names_in_: NDArray[np.object_]

    def __init__(
        self,
        layers: str | Sequence[LayerSpec] = LAYERS,
        *,
        epochs: int = 100,
        optimizer: str = "adam",
        learning_rate: float | None = None,
        batch_size: int = 32,
        l2: float | None = None,
        scaling: str = "standardise",
        test_share: float = 0.0,
        patience: float = 0.0,
        callbacks: Iterable[Callback] = (),
        settings: dict[str, Any] | None = None,
        random_state: Any = 1,
    ) -> None:
        self.layers = layers
        self.epochs = epochs
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.l2 = l2
        self.scaling = scaling
        self.test_share = test_share
        self.patience = patience
        self.callbacks = callbacks
        self.settings = settings
        self.random_state = random_state

    # Learning ---------------------------------------------------------------------------------------------------------

    def fit(self, X: Any, y: Any) -> Self:  # noqa: N803
        """Learn from X (n, features) and y (n,), from the beginning. Raises `ValueError` for what cannot be learned
        from, `TypeError` for what holds no numbers."""
        epochs = epochs_of(self.epochs)
        self._learn(self._begin(X, y, None), epochs)
        return self

    def _partial_fit(self, X: Any, y: Any, classes: Any) -> None:  # noqa: N803
        if not self.__sklearn_is_fitted__():
            self._learn(self._begin(X, y, classes), 1)
            return
        inputs = self._checked(X)
        truth = self._truth(column_of(y, len(inputs)), getattr(self, "classes_", None))
        columns = columns_from(inputs, self._names(), truth)
        try:
            self._trained.turn_to(columns)
        except DataError as error:
            raise ValueError(str(error)) from error
        self._learn(self._trained, 1)

    def _begin(self, X: Any, y: Any, classes: Any) -> Trained:  # noqa: N803
        inputs = inputs_of(X, type(self).__name__)
        column = column_of(y, len(inputs))
        if len(inputs) == 1:
            raise ValueError("n_samples=1: one sample is not enough to learn from; give at least two.")
        labels, names = self._labels(column if classes is None else np.asarray(classes)), feature_names_of(X)
        columns = columns_from(inputs, names, self._truth(column, labels))
        params, seed = self.get_params(), seed_of(self.random_state)
        spec = spec_of(columns, None if labels is None else class_names(labels), params, seed)
        try:
            trained = Trained(experiment_for(params, spec), columns)
        except DataError as error:
            raise ValueError(str(error)) from error
        found = {"classes_": labels, "feature_names_in_": names}
        vars(self).update(n_features_in_=inputs.shape[1], **found, _trained=trained)
        for absent in (name for name, value in found.items() if value is None):
            delattr(self, absent)
        return trained

    def _learn(self, trained: Trained, epochs: int) -> None:
        for _ in range(epochs):
            try:
                goes_on = trained.learn()
            except Diverged as error:
                raise ValueError(f"{error} A smaller learning rate helps, or scaled inputs.") from error
            stops = [callback(self) is True for callback in self.callbacks]
            if any(stops) or not goes_on:
                return

    @abstractmethod
    def _labels(self, y: NDArray[Any]) -> NDArray[Any] | None:
        """The classes in y, sorted; None for values. Raises `ValueError` for what can be neither."""

    @abstractmethod
    def _truth(self, y: NDArray[Any], classes: NDArray[Any] | None) -> Values | Words:
        """y (n,) as a column of the table. Raises `ValueError`."""

    # Answering --------------------------------------------------------------------------------------------------------

    def _answers(self, X: Any) -> NDArray[Any]:  # noqa: N803
        trained = self._fitted()
        return trained.trainer.predict(self._checked(X))

    def _checked(self, X: Any) -> Values:  # noqa: N803
        """The inputs, if they are like those of `fit`. Raises `ValueError`."""
        check_feature_names(self._names(), feature_names_of(X), type(self).__name__)
        inputs = inputs_of(X, type(self).__name__)
        if inputs.shape[1] != self.n_features_in_:
            raise ValueError(
                f"X has {inputs.shape[1]} features, but {type(self).__name__} is expecting {self.n_features_in_} "
                "features as input."
            )
        return inputs

    def _names(self) -> NDArray[np.object_] | None:
        return getattr(self, "feature_names_in_", None)

    # What was learned -------------------------------------------------------------------------------------------------

    def __sklearn_is_fitted__(self) -> bool:
        return "_trained" in vars(self)

    def _fitted(self) -> Trained:
        if not self.__sklearn_is_fitted__():
            name = type(self).__name__
            raise of_scikit_learn(NotFittedError)(f"This {name} has not learned anything yet. Call fit(X, y) first.")
        return self._trained

    @property
    def loss_curve_(self) -> list[float]:
        """The loss over the training examples, after each epoch."""
        return self._fitted().losses

    @property
    def history_(self) -> dict[str, NDArray[np.float64]]:
        """Everything that was measured on the way, column by column, NaN where it was not; `pandas.DataFrame` takes
        it."""
        rows = self.trainer_.history.prefix()
        return {column.name: getattr(rows, column.name) for column in fields(HistoryPrefix)}

    @property
    def trainer_(self) -> Trainer:
        """The run itself, with all that the program knows of it."""
        return self._fitted().trainer

    # Away from the notebook -------------------------------------------------------------------------------------------

    def save(self, path: str | PathLike[str]) -> Path:
        """Write a project (.nns), which the window, `nnstudio predict` and `nnstudio train` open, with the examples of
        the first `fit` in it. More than 4 MB of them lie in `…-examples.npz` beside it. Raises `FileError`."""
        self._fitted().save(place := Path(path))
        return place

    def open(self, *options: str) -> Popen[bytes]:
        """Open the window on a copy of it, in a process of its own. `options`: of the command line, such as
        "--theme", "dark"."""
        copy = self.save(Path(mkdtemp(prefix="nnstudio-"), f"{type(self).__name__.lower()}.nns"))
        return Popen([sys.executable, "-m", "nnstudio", *options, str(copy)])

    def _repr_html_(self) -> str:
        return page(repr(self), self._trained if self.__sklearn_is_fitted__() else None)
