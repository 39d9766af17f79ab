"""A network that tells classes apart."""

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.data.columns import Words
from nnstudio.core.data.table import MAXIMUM_CLASSES
from nnstudio.estimators.arrays import column_of
from nnstudio.estimators.network_estimator import NetworkEstimator
from nnstudio.estimators.table import class_names


class Classifier(NetworkEstimator):
    __doc__ = f"""{NetworkEstimator.__doc__}classes_: what y may be, sorted
    """

    _estimator_type = "classifier"
    classes_: NDArray[Any]

    def partial_fit(self, X: Any, y: Any, classes: Any = None) -> Self:  # noqa: N803
        """One more epoch on these examples. `classes`: of the first call, all that there will be; without them those of
        its y. The same examples as before go on to the bit as `fit` does; others go through the scaling that was
        measured on the first. Raises as `fit` does."""
        self._partial_fit(X, y, classes)
        return self

    def predict(self, X: Any) -> NDArray[Any]:  # noqa: N803
        """The class of each sample, (n,). Raises `ValueError`."""
        most_probable = self.predict_proba(X).argmax(axis=1)
        return self.classes_[most_probable]

    def predict_proba(self, X: Any) -> NDArray[Any]:  # noqa: N803
        """How probable each of `classes_` is, (n, classes). Raises `ValueError`."""
        answers = self._answers(X)
        if answers.shape[1] == 1:
            return np.concatenate((1 - answers, answers), axis=1)
        total = answers.sum(axis=1, keepdims=True)
        # A sigmoid for each class: they share out 1 once they are divided by their sum.
        return np.divide(answers, total, out=np.full_like(answers, 1 / answers.shape[1]), where=total > 0)

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:  # noqa: N803
        """The share of right answers, from 0 to 1. Raises `ValueError`."""
        answers = self.predict(X)
        return float(np.average(answers == column_of(y, len(answers)), weights=sample_weight))

    def _labels(self, y: NDArray[Any]) -> NDArray[Any]:
        found = _classes(y)
        if len(found) < 2:
            raise ValueError(f"y has one class, {found[0]}, so there is nothing to tell apart.")
        if len(found) > MAXIMUM_CLASSES:
            raise ValueError(f"y has {len(found)} different labels; {MAXIMUM_CLASSES} classes are allowed.")
        return found

    def _truth(self, y: NDArray[Any], classes: NDArray[Any] | None) -> Words:
        assert classes is not None
        return Words(_numbers_of(y, classes), class_names(classes))


def _classes(y: NDArray[Any]) -> NDArray[Any]:
    """The different labels, sorted. Raises `ValueError` for what are none."""
    if y.dtype.kind == "f":
        if not np.isfinite(y).all():
            raise ValueError("Input y contains NaN or infinity. Leave those rows out.")
        if (y % 1).any():
            raise ValueError("Unknown label type: y holds fractions, which are no classes; Regressor learns values.")
    elif y.dtype.kind not in "biuUO":
        raise ValueError(f"Unknown label type: y is of the type {y.dtype}; classes are whole numbers or text.")
    try:
        return np.unique(y)
    except TypeError as error:
        raise ValueError("Unknown label type: y mixes what cannot be sorted, such as numbers and text.") from error


def _numbers_of(y: NDArray[Any], classes: NDArray[Any]) -> NDArray[np.int32]:
    """The number of each label's class (n,). Raises `ValueError` for one that is none."""
    try:
        places = np.searchsorted(classes, y).clip(max=len(classes) - 1)
    except TypeError as error:
        raise ValueError("y has labels of another type than classes.") from error
    if (wrong := classes[places] != y).any():
        strange = np.unique(y[wrong])[:5].tolist()
        raise ValueError(f"y has labels that are not in classes: {', '.join(map(str, strange))}.")
    return places.astype(np.int32)
