"""The numerical check at the numbers of a trace: move one parameter a little, and see what becomes of the loss.

Like `training/gradient_check`, which tries a whole run, but with the textbook's pass, and with the loss that the trace
is about.
"""

from itertools import accumulate

import numpy as np

from nnstudio.core.array import Array
from nnstudio.core.trace.quantity import Index
from nnstudio.core.trace.trace import Trace
from nnstudio.core.training.gradient_check import STEP, LayerCheck, Nudge, error_of

TRIED = 30
"""Of a layer so many parameters are tried, picked at random."""


class Nudging:
    """(L(w + ε) − L(w − ε)) / 2ε beside ∂L/∂w.

    whole: whether L is the mean loss of the mini-batch, as it is where a batch normalisation compares its examples;
    without one it is the loss of the trace's example alone.
    """

    def __init__(self, trace: Trace) -> None:
        self._trace, held = trace, trace.held
        self.whole = trace.row is not None and held.compares
        self._params = held.network.params.astype(np.float64)
        if self.whole:
            layers = held.way.layers
            self._x, self._y = layers[0].x, held.way.y
            self._masks = {layer.key: layer.mask for layer in layers if layer.mask is not None}
        else:
            self._x, self._y = trace.inputs[None], trace.y[None]
            masks = {layer.key: layer.alongside.get("mask") for layer in trace.layers}
            self._masks = {key: mask[None] for key, mask in masks.items() if mask is not None}

    def nudge(self, key: int, array: str, at: Index) -> Nudge:
        """Move one parameter of the layer with this key."""
        flat = np.zeros(self._params.shape)
        self._trace.held.network.layout.by_layer(flat)[key][array][at] = 1
        return self._at(int(flat.argmax()))

    def layers(self, seed: int = 0) -> tuple[LayerCheck, ...]:
        """Each layer that has parameters, `TRIED` of which are tried at most, picked at random."""
        network, random = self._trace.held.network, np.random.default_rng(seed)
        blocks = [*network.blocks(network.params)]
        ends = accumulate(block.size for _, block in blocks)
        checks: list[LayerCheck] = []
        for (layer, block), end in zip(blocks, ends, strict=True):
            chosen = end - block.size + random.permutation(block.size)[:TRIED]
            tried = tuple(self._at(int(place)) for place in chosen)
            checks.append(LayerCheck(layer.name, block.size, tried, error_of(tried, self._loss(self._params))))
        return tuple(checks)

    def _at(self, place: int) -> Nudge:
        """Move the parameter with this place in the flat vector."""
        value = float(self._params[place])
        epsilon = STEP * max(1.0, abs(value))
        losses: list[float] = []
        for there in (value + epsilon, value - epsilon):
            params = self._params.copy()
            params[place] = there
            losses.append(self._loss(params))
        return Nudge(value, epsilon, *losses, gradient=float(self._gradient[place]))

    def _loss(self, params: Array) -> float:
        trace = self._trace
        return float(trace.held.costs_with(params, self._x, self._y, trace.row is not None, self._masks).mean())

    @property
    def _gradient(self) -> Array:
        """By backpropagation, flat, of the same loss."""
        held = self._trace.held
        if self.whole:
            return held.gradient
        gradients = {layer.key: layer.gradients for layer in self._trace.layers}
        flat = np.zeros(self._params.shape)
        for key, name, view in held.network.layout.views(flat):
            view[...] = gradients[key][name]
        return flat
