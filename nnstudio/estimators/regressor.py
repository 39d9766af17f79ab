"""A network that learns values."""

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from nnstudio.estimators.arrays import Values, column_of, values_of
from nnstudio.estimators.network_estimator import NetworkEstimator


class Regressor(NetworkEstimator):
    __doc__ = NetworkEstimator.__doc__

    _estimator_type = "regressor"

    def partial_fit(self, X: Any, y: Any) -> Self:  # noqa: N803
        """One more epoch on these examples. The same as before go on to the bit as `fit` does; others go through the
        scaling that was measured on the first. Raises as `fit` does."""
        self._partial_fit(X, y, None)
        return self

    def predict(self, X: Any) -> NDArray[Any]:  # noqa: N803
        """The value of each sample, (n,). Raises `ValueError`."""
        return self._answers(X)[:, 0]

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:  # noqa: N803
        """R² = 1 − Σ (y − ŷ)² / Σ (y − ȳ)². Raises `ValueError`."""
        answers = self.predict(X)
        values = values_of(column_of(y, len(answers)))
        mean = np.average(values, weights=sample_weight)
        error, spread = (np.average(each**2, weights=sample_weight) for each in (values - answers, values - mean))
        return float(1 - error / spread) if spread else float(error == 0)

    def _labels(self, y: NDArray[Any]) -> None:
        return None

    def _truth(self, y: NDArray[Any], classes: NDArray[Any] | None) -> Values:
        return values_of(y)
