"""The way of a run through the space of its weights, as far as states of it are kept.

Everything is measured from where the run stands now, so that the way ends at 0.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.array import Array
from nnstudio.core.training.state import RunState

AT_ONCE = 2**14
"""So many weights of all states are multiplied at once, lest they all be there twice, in 64 bits."""
_NO_LENGTH = 1e-12

Vector = NDArray[np.float64]


class ShortPath(ValueError):
    """Too few states differ to lay a plane through them; the message is a sentence for a person."""


class Components(NamedTuple):
    """The two directions in which the states of a path differ most.

    first, second: of length 1 and at right angles, laid out like the parameters
    shares: how much of the variance of all weights along the path each of them explains
    """

    first: Vector
    second: Vector
    shares: tuple[float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Path:
    """updates (n,): when, rising; params: the n vectors of parameters then; the last of both is now."""

    updates: NDArray[np.int64]
    params: tuple[Array, ...]

    @classmethod
    def of(cls, now: RunState, past: Iterable[RunState]) -> "Path":
        """The states of the past, oldest first, since the network became what it is, and now. Of several at one update
        the last counts."""
        kept: dict[int, Array] = {}
        for state in past:
            same = state.experiment.layers == now.experiment.layers and state.params.shape == now.params.shape
            kept = kept | {state.updates: state.params} if same else {}
        kept = {updates: params for updates, params in kept.items() if updates < now.updates}
        kept[now.updates] = now.params
        return cls(np.array([*kept], np.int64), tuple(kept.values()))

    def __len__(self) -> int:
        return len(self.params)

    def _parts(self) -> Iterator[tuple[slice, Vector]]:
        """Some weights after the other, of all states, measured from now: (n, so many)."""
        for start in range(0, self.params[-1].size, AT_ONCE):
            part = slice(start, start + AT_ONCE)
            rows = np.array([params[part] for params in self.params], np.float64)
            yield part, rows - rows[-1]

    def components(self) -> Components:
        """The first two principal components of the n states, about their mean. With the rows of D measured from now
        and C = D − mean(D): C = U Σ Vᵀ, and σₖ² / Σ σ² is explained by vₖ; Σ and U are of the small matrix C Cᵀ.
        Raises `ShortPath` for states that lie on one line. (Li and others 2018, section 7; they keep a state for each
        epoch and centre them likewise.)"""
        count = len(self)
        gram = sum((rows @ rows.T for _, rows in self._parts()), np.zeros((count, count)))
        gram = gram - gram.mean(axis=0)
        gram = gram - gram.mean(axis=1, keepdims=True)
        squares, vectors = np.linalg.eigh(gram)
        if count < 3 or not squares[-2] > _NO_LENGTH * squares[-1]:
            raise ShortPath(
                f"Of this network {count} {'state is' if count == 1 else 'states are'} kept so far; its own two "
                "directions need three that do not lie on one line. Train on, or take random directions."
            )
        # C vᵀ = U Σ: the mean cancels, for every column of U sums to 0. What the run came along is rising.
        turned = vectors[:, [-1, -2]] / np.sqrt(squares[[-1, -2]])
        turned = turned * np.where(turned[0] > turned[-1], -1.0, 1.0)
        directions = np.empty((2, self.params[-1].size))
        for part, rows in self._parts():
            directions[:, part] = turned.T @ rows
        total = float(np.maximum(squares, 0).sum())
        return Components(directions[0], directions[1], (float(squares[-1]) / total, float(squares[-2]) / total))

    def projected(self, first: Vector, second: Vector) -> tuple[NDArray[np.float64], float]:
        """Where each state lies on the plane of two directions, seen at right angles: (n, 2), the last at (0, 0); and
        how much of the variance of all weights along the path lies in that plane, NaN where nothing varies."""
        basis = np.array([first, second])
        onto = np.zeros((len(self), 2))
        squares = 0.0
        for part, rows in self._parts():
            onto += rows @ basis[:, part].T
            squares += float(np.square(rows - rows.mean(axis=0)).sum())
        measures = basis @ basis.T
        inverse = np.linalg.pinv(measures, hermitian=True)
        places = onto @ inverse
        centred = onto - onto.mean(axis=0)
        within = float(np.einsum("ni,ij,nj->", centred, inverse, centred))
        return places, within / squares if squares else float("nan")
