"""Which steps of a trace a learner can make, in the order of working, and what each needs of those before.

A number's `Place` is its name here. Numbers that are the same one under two names, what arrives at a layer and what the
layer before hands on, have one `origin`.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial

import numpy as np

from nnstudio.core.array import Array
from nnstudio.core.experiment import DenseSpec
from nnstudio.core.experiment.choices import ActivationKind
from nnstudio.core.experiment.layer_specs import ActivationSpec
from nnstudio.core.trace import arithmetic, asked, backward_exercise, forward_exercise
from nnstudio.core.trace.asked import Asked
from nnstudio.core.trace.names import Names, subscript
from nnstudio.core.trace.quantity import Index, Place, Quantity, place_of
from nnstudio.core.trace.trace import Trace
from nnstudio.core.trace.way import TracedLayer
from nnstudio.core.training.phases import Phase

Q = Quantity
LONGEST = 9
"""A sum of more terms nobody adds up by hand; no more examples share a mean that is asked for."""
WEIGHTS = 3
"""Of a unit the update of so many weights is shown, those with the largest gradients."""
_BACK = frozenset({Q.DA, Q.DZ, Q.DW})


def largest_weights(
    layer: TracedLayer, at: Index, most: int, by: Mapping[str, Array] | None = None
) -> list[tuple[str, Index]]:
    """What is one unit's own: of its weights those with the largest gradients, of this example or those given, and its
    bias."""
    found: list[tuple[str, Index]] = []
    for array, gradients in (layer.gradients if by is None else by).items():
        unit = at[0] if gradients.shape[-1] > at[0] else int(np.ravel_multi_index(at, layer.z.shape))
        own = gradients[..., unit]
        order = np.argsort(-np.abs(own), axis=None, kind="stable")[:most]
        found += [(array, (*place_of(int(place), own.shape), unit)) for place in sorted(order.tolist())]
    return found


class Steps:
    """The steps of one trace, made when they are asked for."""

    def __init__(self, trace: Trace) -> None:
        self.trace, self.names = trace, Names(trace.layers)
        self._index = {layer.key: place for place, layer in enumerate(trace.layers)}
        self._made: dict[tuple[Phase, int | None, int | None], tuple[Asked, ...]] = {}

    def of(self, phase: Phase, layer: int | None, unit: int | None) -> tuple[Asked, ...]:
        """The steps of a unit in a phase, in the order of working; of the loss those of the example; of the update none
        until that has been worked out."""
        key = (Phase.LOSS, None, None) if phase is Phase.LOSS else (phase, layer, unit)
        if key not in self._made:
            if phase is Phase.UPDATE and not self.trace.held.worked_out:
                return ()
            self._made[key] = tuple(self._steps(phase, layer, unit))
        return self._made[key]

    def at(self, place: Place) -> Asked | None:
        """The step that finds this number; None where nobody is asked for it."""
        quantity, at = place.quantity, place.at
        if quantity in (Q.TERM, Q.LOSS):
            steps = self.of(Phase.LOSS, None, None)
        elif place.layer not in self._index or not at:
            return None
        else:
            index = self._index[place.layer]
            if quantity in (Q.Z, Q.A, Q.P, Q.PRODUCT):
                steps = self.of(Phase.FORWARD, index, at[-1] if quantity is Q.PRODUCT else at[0])
            elif quantity in _BACK:
                steps = self.of(Phase.BACKWARD, index, at[-1] if quantity is Q.DW else at[0])
            elif quantity in (Q.G, Q.NEW):
                steps = self.of(Phase.UPDATE, index, at[-1])
            else:
                return None
        return next((step for step in steps if step.place == place), None)

    def origin(self, place: Place) -> Place:
        """The name under which this number is asked for."""
        quantity, index = place.quantity, self._index.get(place.layer)
        if index is None:
            return place
        layer = self.trace.layers[index]
        if quantity in (Q.X, Q.DX) and index > 0:
            before = self.trace.layers[index - 1]
            there = place_of(int(np.ravel_multi_index(place.at, layer.x.shape)), before.z.shape)
            return self.origin(Place(Q.A if quantity is Q.X else Q.DA, before.key, there))
        last = index + 1 == len(self.trace.layers)
        straight = layer.activation is ActivationKind.LINEAR and place.at[:1] != () and place.at[0] not in layer.off
        if quantity is Q.SLOPE or (quantity is Q.A and straight):
            return Place(Q.Z, place.layer, place.at)
        if quantity is Q.P and self.trace.answers is ActivationKind.LINEAR:
            return Place(Q.Z, place.layer, place.at)
        if quantity is Q.DA and last:
            return Place(Q.DZ, place.layer, place.at)
        if quantity is Q.DZ and straight and not last:
            return Place(Q.DA, place.layer, place.at)
        return place

    def sources(self, place: Place) -> tuple[Place, ...]:
        """What a number that nobody is asked for is made of, as far as somebody is asked for that."""
        index, quantity = self._index.get(place.layer), place.quantity
        if index is None:
            return ()
        layers = self.trace.layers
        if quantity in (Q.TERM, Q.LOSS):  # of more terms than anybody adds up
            return self._answers if self._margins or not place.at else (self._answers[place.at[0]],)
        if quantity is Q.DA and self._asks(layers[index]) and index + 1 < len(layers):
            arriving = arithmetic.backward(layers[index + 1], place_of(place.at[0], layers[index + 1].x.shape))
            return tuple(self.origin(term.factors[-1].place) for term in arriving.terms)
        if quantity in (Q.A, Q.Z, Q.X_HAT, Q.MEAN, Q.VARIANCE, Q.DEVIATION) and not self._asks(layers[index]):
            layer = layers[index]
            if quantity is Q.A and layer.activation is not ActivationKind.LINEAR and layer.slope is None:
                return tuple(Place(Q.Z, place.layer, (unit,)) for unit in range(len(layers[index].z)))
            for before in reversed(layers[:index]):
                if self._asks(before):
                    return tuple(self.origin(Place(Q.A, before.key, (unit,))) for unit in range(len(before.z)))
            return ()
        if quantity is Q.A:
            return (Place(Q.Z, place.layer, place.at),)
        if quantity is Q.DZ and self.at(Place(Q.DA, place.layer, place.at)) is not None:
            return (Place(Q.DA, place.layer, place.at),)
        if quantity is Q.DW:
            return (self.origin(Place(Q.DZ, place.layer, place.at[-1:])),) if self._asks(layers[index]) else ()
        if quantity in (Q.DA, Q.DZ, Q.MEAN_ERROR, Q.MEAN_PRODUCT) and not self._asks(layers[index]):
            for after in layers[index + 1 :]:
                if self._asks(after):
                    return tuple(self.origin(Place(Q.DZ, after.key, (unit,))) for unit in range(len(after.z)))
        return ()

    def reason(self, phase: Phase, layer: int | None, unit: int | None) -> str:
        """Why nobody is asked for anything here; empty where somebody is."""
        if self.of(phase, layer, unit):
            return ""
        if phase is Phase.LOSS:
            return f"A loss of {len(self.trace.p)} terms nobody adds up by hand: watch it."
        if layer is None or unit is None:
            return "Choose a unit: its steps are yours."
        traced = self.trace.layers[layer]
        if phase is Phase.UPDATE:
            held = self.trace.held
            return "No weight of this unit is moved." if held.worked_out else held.awaited
        if unit in traced.off:
            return "This unit is switched off: it hands on 0, and there is nothing to calculate."
        if not isinstance(traced.spec, DenseSpec | ActivationSpec):
            return f"{traced.name} is to be watched: its numbers are not asked for."
        return "Nothing is to be calculated here by hand: watch this step."

    def twin(self, step: Asked, known: Callable[[Place], bool]) -> Asked | None:
        """The same step of another unit: one that is known, or the last that there is; None if there is no other."""
        others: list[Asked] = []
        for index, layer in enumerate(self.trace.layers):
            near = layer.key == step.place.layer
            for unit in range(min(len(layer.z), 16)) if layer.z.ndim == 1 else ():
                for phase in (Phase.FORWARD, Phase.BACKWARD, Phase.UPDATE):
                    for other in self.of(phase, index, unit):
                        same = other.place.quantity is step.place.quantity and other.place != step.place
                        kin = other.column == step.column or step.place.quantity not in (Q.PRODUCT, Q.DW)
                        if same and (kin or not near):
                            others.append(other)
        others += [other for other in self.of(Phase.LOSS, None, None) if _twins(other, step)]
        others = [other for other in others if not (other.place.at[-1:] == step.place.at[-1:] and _near(other, step))]
        others.sort(key=lambda other: (not known(other.place), not _near(other, step)))
        if not others:
            return None
        return others[0] if known(others[0].place) else [other for other in others if _near(other, others[0])][-1]

    # ------------------------------------------------------------------------------------------------------------------

    def _asks(self, layer: TracedLayer) -> bool:
        return isinstance(layer.spec, DenseSpec | ActivationSpec) and layer.z.ndim == 1 and layer.slope is not None

    @property
    def _margins(self) -> bool:
        """Whether the loss is made of the last sums in place of the answers."""
        return "z" in self.trace.terms.formula

    @property
    def _answers(self) -> tuple[Place, ...]:
        """What the loss is made of, output by output."""
        quantity = Q.Z if self._margins else Q.P
        return tuple(self.origin(Place(quantity, 0, (unit,))) for unit in range(len(self.trace.p)))

    def _steps(self, phase: Phase, layer: int | None, unit: int | None) -> Iterator[Asked]:
        if phase is Phase.LOSS:
            yield from self._loss()
        elif layer is not None and unit is not None:
            traced = self.trace.layers[layer]
            if phase is Phase.UPDATE:
                yield from self._update(traced, unit)
            elif isinstance(traced.spec, DenseSpec | ActivationSpec) and traced.z.ndim == 1 and unit not in traced.off:
                yield from self._forward(layer, unit) if phase is Phase.FORWARD else self._backward(layer, unit)

    def _forward(self, index: int, unit: int) -> Iterator[Asked]:
        layer, last = self.trace.layers[index], index + 1 == len(self.trace.layers)
        z, products = Place(Q.Z, layer.key, (unit,)), list[Place]()
        summed = isinstance(layer.spec, DenseSpec) and layer.x.size < LONGEST
        for row in range(layer.x.size if summed else 0):
            place = Place(Q.PRODUCT, layer.key, (row, unit), "weight")
            products.append(place)
            source = Place(Q.X, layer.key, place_of(row, layer.x.shape))
            make = partial(asked.of_product, layer, unit, row)
            column = f"{self.names.of(source)} · w"
            yield Asked(place, self.names.of(place), column, (self.origin(source),), (), True, make)
        if summed:
            make = partial(asked.of_sum, partial(forward_exercise.weighted_sum, layer, unit))
            yield Asked(z, self.names.of(z), "z", tuple(products), tuple(products), False, make)
        source = z if isinstance(layer.spec, DenseSpec) else self.origin(Place(Q.X, layer.key, (unit,)))
        own = (z,) if summed else ()
        if layer.activation is not ActivationKind.LINEAR and layer.slope is not None:
            a = Place(Q.A, layer.key, (unit,))
            make = partial(asked.of_activation, layer, unit)
            yield Asked(a, self.names.unit(layer.key, (unit,)), "h", (source,), own, False, make)
        if last and self.trace.answers is not ActivationKind.LINEAR:
            shared = self.trace.answers is ActivationKind.SOFTMAX
            units = range(len(layer.z)) if shared else (unit,)
            place, name = Place(Q.P, layer.key, (unit,)), self.names.unit(layer.key, (unit,))
            needs = tuple(Place(Q.Z, layer.key, (other,)) for other in units)
            make = partial(asked.of_answer, self.trace, unit)
            yield Asked(place, name, "ŷ", needs, own, False, make)

    def _loss(self) -> Iterator[Asked]:
        trace, terms = self.trace, list[Place]()
        outputs = len(trace.p)
        if outputs > LONGEST:
            return
        margins, sources = self._margins, self._answers
        for unit in range(outputs if outputs > 1 else 0):
            place = Place(Q.TERM, 0, (unit,))
            terms.append(place)
            make = partial(asked.of_term, trace, unit)
            needs = sources if margins else (sources[unit],)
            yield Asked(place, self.names.of(place), self.names.of(place), needs, (), True, make)
        needs = tuple(terms) or sources
        yield Asked(Place(Q.LOSS, 0, ()), "L", "L", needs, tuple(terms), False, partial(asked.of_loss, trace))

    def _backward(self, index: int, unit: int) -> Iterator[Asked]:
        layer, key, last = self.trace.layers[index], self.trace.layers[index].key, index + 1 == len(self.trace.layers)
        da, dz = Place(Q.DA, key, (unit,)), Place(Q.DZ, key, (unit,))
        own: tuple[Place, ...] = ()
        if last:
            source = Q.Z if self.trace.terms.formula.startswith("max") else Q.P
            make = partial(asked.of_output, self.trace, unit)
            yield Asked(dz, self.names.of(dz), "∂L/∂z", (self.origin(Place(source, key, (unit,))),), (), True, make)
            own = (dz,)
        else:
            following = self.trace.layers[index + 1]
            there = place_of(unit, following.x.shape)
            calculation = arithmetic.backward(following, there)
            if len(calculation.terms) <= LONGEST and calculation.divisor is None:
                needs = tuple(self.origin(term.factors[-1].place) for term in calculation.terms)
                make = partial(asked.of_sum, partial(backward_exercise.arriving_error, following, there))
                name = f"∂L/∂{self.names.unit(key, (unit,))}"
                yield Asked(da, name, "∂L/∂a", needs, (), True, make)
                own = (da,)
            if layer.slope is not None and layer.activation is not ActivationKind.LINEAR:
                z = Place(Q.Z, key, (unit,))
                make = partial(asked.of_slope, layer, unit)
                yield Asked(dz, self.names.of(dz), "∂L/∂z", (da, z), own, False, make)
                own = (dz,)
        if not isinstance(layer.spec, DenseSpec):
            return
        for array, at in largest_weights(layer, (unit,), LONGEST - 2):
            place = Place(Q.DW, key, at, array)
            needs = [self.origin(dz)]
            column = "∂L/∂b"
            if array == "weight":
                source = Place(Q.X, key, place_of(at[0], layer.x.shape))
                needs.append(self.origin(source))
                column = f"∂L/∂w{subscript(at[0] + 1)}"
            make = partial(asked.of_sum, partial(backward_exercise.weight_gradient, layer, array, at))
            yield Asked(place, self.names.of(place), column, tuple(needs), own, False, make)

    def _update(self, layer: TracedLayer, unit: int) -> Iterator[Asked]:
        held, key = self.trace.held, layer.key
        frozen = held.network.layout.by_layer(_held_still(self.trace)).get(key, {})
        for array, at in self.moved(layer, (unit,) + (0,) * (layer.z.ndim - 1)):
            if frozen[array][at]:
                continue
            g, new = Place(Q.G, key, at, array), Place(Q.NEW, key, at, array)
            each, own = held.way.of_each(key, array, at), ()
            if each is not None and len(each) < LONGEST:
                this = float(layer.gradients[array][at])
                make = partial(asked.of_mean, [float(value) for value in each], this)
                yield Asked(g, self.names.of(g), "g", (Place(Q.DW, key, at, array),), (), True, make)
                own = (g,)
            make = partial(asked.of_new, self.trace, key, array, at)
            yield Asked(new, self.names.of(new), "new", own, own, False, make)

    def moved(self, layer: TracedLayer, at: Index) -> list[tuple[str, Index]]:
        """The weights of a unit of which the update is shown."""
        batch = self.trace.held.way.gradients.get(layer.key, {})
        own = largest_weights(layer, at, LONGEST - 2, batch)
        return sorted(own, key=lambda weight: -abs(float(batch[weight[0]][weight[1]])))[:WEIGHTS]


def _held_still(trace: Trace) -> Array:
    """1 for each parameter that training leaves alone."""
    network = trace.held.network
    still = np.zeros(network.params.shape)
    if network.held is not None:
        still[network.held] = 1
    return still


def _near(other: Asked, step: Asked) -> bool:
    return other.place.layer == step.place.layer


def _twins(other: Asked, step: Asked) -> bool:
    return other.place.quantity is step.place.quantity and other.place != step.place
