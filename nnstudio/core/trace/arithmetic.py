"""Every number of a layer as a sum of products, for one unit and one place at a time.

forward: what a z is made of; backward: what the error that arrives at an x is made of; gradient: what ∂W is made of.
"""

from collections.abc import Iterator, Sequence
from math import sqrt
from typing import Any

import numpy as np

from nnstudio.core.experiment import DenseSpec
from nnstudio.core.experiment.choices import Padding
from nnstudio.core.experiment.layer_specs import (
    ActivationSpec,
    AvgPool2DSpec,
    BatchNormSpec,
    Conv2DSpec,
    DropoutSpec,
    FlattenSpec,
    LayerNormSpec,
    MaxPool2DSpec,
)
from nnstudio.core.trace.quantity import Calculation, Factor, Index, Place, Quantity, Term, place_of
from nnstudio.core.trace.way import TracedLayer

Q = Quantity
_ARRAYS = {"weight": Q.WEIGHT, "bias": Q.BIAS, "gain": Q.GAIN, "shift": Q.SHIFT}


def forward(layer: TracedLayer, at: Index, of: Sequence[int] | None = None) -> Calculation:
    """What z[at] is made of, of a dense layer the products of all inputs, or those of a few; raises `IndexError` for a
    place that is not there."""
    result = _factor(layer, Q.Z, at, layer.z[at])
    match layer.spec:
        case DenseSpec():
            x, unit = layer.x.ravel(), at[0]
            terms = [
                _product(
                    _factor(layer, Q.X, place_of(index, layer.x.shape), x[index]),
                    _array(layer, "weight", (index, unit)),
                )
                for index in (range(len(x)) if of is None else of)
            ]
            return _sum(result, "Σ w · x + b", terms, _array(layer, "bias", (unit,)))
        case Conv2DSpec():
            terms = [
                _product(_factor(layer, Q.X, seen, layer.x[seen]), _array(layer, "weight", (*cell, at[0])))
                for cell, seen in _window(layer, at)
            ]
            return _sum(result, "Σ w · x + b, over the window", terms, _array(layer, "bias", (at[0],)))
        case MaxPool2DSpec() | AvgPool2DSpec():
            rule = "the largest of the window" if isinstance(layer.spec, MaxPool2DSpec) else "the mean of the window"
            terms = [
                _product(_factor(layer, Q.SHARE, seen, share), _factor(layer, Q.X, seen, layer.x[seen]))
                for seen, share in _shares(layer, at)
            ]
            return _sum(result, rule, terms)
        case BatchNormSpec() | LayerNormSpec():
            gain = _product(_array(layer, "gain", _own(layer, at)), _x_hat(layer, at))
            return _sum(result, "γ · x̂ + β", [gain], _array(layer, "shift", _own(layer, at)))
        case DropoutSpec() if "mask" in layer.alongside:
            mask = _factor(layer, Q.MASK, at, layer.alongside["mask"][at])
            return _sum(result, "mask · x", [_product(mask, _factor(layer, Q.X, at, layer.x[at]))])
        case FlattenSpec() | ActivationSpec() | DropoutSpec():
            index = place_of(int(np.ravel_multi_index(at, layer.z.shape)), layer.x.shape)
            return _sum(result, "x", [_product(_factor(layer, Q.X, index, layer.x[index]))])
        case _:
            raise _unknown(layer)


def _unknown(layer: TracedLayer) -> TypeError:
    return TypeError(f"nobody has said what {layer.name} computes")


def normalised(layer: TracedLayer, at: Index) -> Calculation:
    """What x̂[at] of a normalisation is made of: (x − mean) / √(variance + ε)."""
    place = _measured_at(layer, at)
    mean, variance = layer.alongside["mean"][place], layer.alongside["variance"][place]
    deviation = sqrt(variance + getattr(layer.spec, "epsilon"))  # noqa: B009 -- of two kinds of specs
    terms = (
        _product(_factor(layer, Q.X, at, layer.x[at])),
        Term((_factor(layer, Q.MEAN, (place,), mean),), sign=-1),
    )
    divisor = _factor(layer, Q.DEVIATION, (place,), deviation)
    return Calculation(_x_hat(layer, at), "(x − mean) / √(variance + ε)", terms, divisor)


def arriving(layers: Sequence[TracedLayer], index: int, at: Index) -> Calculation | None:
    """The error that arrives at a[at] of the layer with this place in `layers`, from the one behind it; None at the
    output."""
    if index + 1 >= len(layers):
        return None
    following = layers[index + 1]
    return backward(following, place_of(int(np.ravel_multi_index(at, layers[index].z.shape)), following.x.shape))


def backward(layer: TracedLayer, at: Index) -> Calculation:
    """What ∂L/∂x[at] is made of, which is the error that arrives at the unit before: one term for each link out."""
    result = _factor(layer, Q.DX, at, layer.dx[at])
    match layer.spec:
        case DenseSpec():
            row = int(np.ravel_multi_index(at, layer.x.shape))
            terms = [
                _product(
                    _array(layer, "weight", (row, unit)),
                    _factor(layer, Q.DZ, (unit,), layer.dz[unit]),
                )
                for unit in range(len(layer.dz))
            ]
            return _sum(result, "Σ w · ∂L/∂z, over the links out", terms)
        case Conv2DSpec():
            terms = [
                _product(
                    _array(layer, "weight", (at[0], *cell, filter_)),
                    _factor(layer, Q.DZ, (filter_, *place), layer.dz[(filter_, *place)]),
                )
                for cell, place in _windows_that_saw(layer, at)
                for filter_ in range(len(layer.dz))
            ]
            return _sum(result, "Σ w · ∂L/∂z, over the windows that saw it", terms)
        case MaxPool2DSpec() | AvgPool2DSpec():
            terms = [
                _product(
                    _factor(layer, Q.SHARE, at, dict(_shares(layer, there))[at]),
                    _factor(layer, Q.DZ, there, layer.dz[there]),
                )
                for _, place in _windows_that_saw(layer, at)
                if (there := (at[0], *place))
            ]
            return _sum(result, "Σ share · ∂L/∂z, over the windows that saw it", terms)
        case BatchNormSpec() | LayerNormSpec():
            return _backward_through_a_normalisation(layer, at, result)
        case DropoutSpec() if "mask" in layer.alongside:
            mask = _factor(layer, Q.MASK, at, layer.alongside["mask"][at])
            return _sum(result, "mask · ∂L/∂z", [_product(mask, _factor(layer, Q.DZ, at, layer.dz[at]))])
        case FlattenSpec() | ActivationSpec() | DropoutSpec():
            index = place_of(int(np.ravel_multi_index(at, layer.x.shape)), layer.z.shape)
            return _sum(result, "∂L/∂z", [_product(_factor(layer, Q.DZ, index, layer.dz[index]))])
        case _:
            raise _unknown(layer)


def gradient(layer: TracedLayer, array: str, at: Index) -> Calculation:
    """What this example's ∂L/∂W[at] is made of, for one of the layer's arrays: one product, or one for each place."""
    result = Factor(Place(Q.DW, layer.key, at, array), float(layer.gradients[array][at]))
    if isinstance(layer.spec, DenseSpec):
        dz = _factor(layer, Q.DZ, (at[-1],), layer.dz[at[-1]])
        if array == "bias":
            return _sum(result, "∂L/∂z", [_product(dz)])
        source = place_of(at[0], layer.x.shape)
        return _sum(result, "x · ∂L/∂z", [_product(_factor(layer, Q.X, source, layer.x[source]), dz)])
    if isinstance(layer.spec, Conv2DSpec):
        return _gradient_of_a_filter(layer, array, at, result)
    places = [place for place in np.ndindex(layer.z.shape) if _own(layer, place) == at]
    terms = [_factor(layer, Q.DZ, place, layer.dz[place]) for place in places]
    if array == "shift":
        return _sum(result, "Σ ∂L/∂z", [_product(dz) for dz in terms])
    pairs = zip(places, terms, strict=True)
    return _sum(result, "Σ x̂ · ∂L/∂z", [_product(_x_hat(layer, place), dz) for place, dz in pairs])


def _gradient_of_a_filter(layer: TracedLayer, array: str, at: Index, result: Factor) -> Calculation:
    places = [(at[-1], *place) for place in np.ndindex(layer.z.shape[1:])]
    if array == "bias":
        terms = [_product(_factor(layer, Q.DZ, place, layer.dz[place])) for place in places]
        return _sum(result, "Σ ∂L/∂z, over all places", terms)
    _, stride, (above, left) = slides(layer)
    _, height, width = layer.x.shape
    channel, i, j, _ = at
    terms: list[Term] = []
    for place in places:
        y, x = place[1] * stride - above + i, place[2] * stride - left + j
        if 0 <= y < height and 0 <= x < width:  # elsewhere the cell sees nothing but a zero
            seen, dz = (channel, y, x), _factor(layer, Q.DZ, place, layer.dz[place])
            terms.append(_product(_factor(layer, Q.X, seen, layer.x[seen]), dz))
    return _sum(result, "Σ x · ∂L/∂z, over all places", terms)


def _backward_through_a_normalisation(layer: TracedLayer, at: Index, result: Factor) -> Calculation:
    """Moving or stretching all that is normalised together changes nothing: that part of the error is taken out."""
    gain, place = _array(layer, "gain", _own(layer, at)), _measured_at(layer, at)
    terms = [_product(gain, _factor(layer, Q.DZ, at, layer.dz[at]))]
    rule = "γ · ∂L/∂z / √(variance + ε)"
    if "mean_error" in layer.alongside:
        error = _factor(layer, Q.MEAN_ERROR, (place,), layer.alongside["mean_error"][place])
        product = _factor(layer, Q.MEAN_PRODUCT, (place,), layer.alongside["mean_product"][place])
        terms += [Term((error,), sign=-1), Term((_x_hat(layer, at), product), sign=-1)]
        rule = "(γ · ∂L/∂z − mean − x̂ · mean of x̂ · γ · ∂L/∂z) / √(variance + ε)"
    return Calculation(result, rule, tuple(terms), normalised(layer, at).divisor)


# Where things are -----------------------------------------------------------------------------------------------------


def _own(layer: TracedLayer, at: Index) -> Index:
    """Which gain and shift a value of a normalisation has: its feature's, or its channel's."""
    return (
        (at[0],) if len(layer.arrays["gain"]) == layer.z.shape[0] else (int(np.ravel_multi_index(at, layer.z.shape)),)
    )


def _measured_at(layer: TracedLayer, at: Index) -> int:
    """Whose mean and variance it is measured by: the only ones of a layer normalisation, or its feature's."""
    return at[0] if isinstance(layer.spec, BatchNormSpec) else 0


def _x_hat(layer: TracedLayer, at: Index) -> Factor:
    return _factor(layer, Q.X_HAT, at, layer.alongside["x_hat"].reshape(layer.z.shape)[at])


def slides(layer: TracedLayer) -> tuple[int, int, tuple[int, int]]:
    """How the window of a convolution or a pool slides: its size, its stride, and how many zeros stand above and to the
    left of the image. At place (r, c) its upper left cell sees the pixel (r · stride − above, c · stride − left)."""
    spec = layer.spec
    assert isinstance(spec, Conv2DSpec | MaxPool2DSpec | AvgPool2DSpec)
    size = spec.kernel if isinstance(spec, Conv2DSpec) else spec.size
    same, stride = isinstance(spec, Conv2DSpec) and spec.padding is Padding.SAME, spec.stride
    above, left = (same * max((side - 1) // stride * stride + size - side, 0) // 2 for side in layer.x.shape[1:])
    return size, stride, (above, left)


def _window(layer: TracedLayer, at: Index) -> Iterator[tuple[Index, Index]]:
    """For each cell (channel, row, column) of the window at a place, which pixel it sees; none outside the image. A
    pool's window sees its own channel alone."""
    size, stride, (above, left) = slides(layer)
    channels, height, width = layer.x.shape
    _, row, column = at
    for channel in range(channels) if isinstance(layer.spec, Conv2DSpec) else (at[0],):
        for i, j in np.ndindex(size, size):
            y, x = row * stride - above + i, column * stride - left + j
            if 0 <= y < height and 0 <= x < width:
                yield (channel, i, j), (channel, y, x)


def _windows_that_saw(layer: TracedLayer, at: Index) -> Iterator[tuple[Index, Index]]:
    """For each window that saw a pixel: with which of its cells (row, column), and where it lay."""
    size, stride, (above, left) = slides(layer)
    rows, columns = layer.z.shape[1:]
    for row, column in np.ndindex(rows, columns):
        i, j = at[1] + above - row * stride, at[2] + left - column * stride
        if 0 <= i < size and 0 <= j < size:
            yield (i, j), (row, column)


def _shares(layer: TracedLayer, at: Index) -> list[tuple[Index, float]]:
    """What a pool takes of each pixel of its window: all of the first largest, or the same of each."""
    seen = [pixel for _, pixel in _window(layer, at)]
    if isinstance(layer.spec, AvgPool2DSpec):
        return [(pixel, 1 / layer.spec.size**2) for pixel in seen]
    largest = seen[int(np.argmax([layer.x[pixel] for pixel in seen]))]
    return [(pixel, float(pixel == largest)) for pixel in seen]


def _factor(layer: TracedLayer, quantity: Quantity, at: Index, value: Any) -> Factor:
    return Factor(Place(quantity, layer.key, at), float(value))


def _array(layer: TracedLayer, name: str, at: Index) -> Factor:
    return Factor(Place(_ARRAYS[name], layer.key, at, name), float(layer.arrays[name][at]))


def _product(*factors: Factor) -> Term:
    return Term(factors)


def _sum(result: Factor, rule: str, terms: list[Term], *more: Factor) -> Calculation:
    return Calculation(result, rule, (*terms, *(Term((factor,)) for factor in more)))
