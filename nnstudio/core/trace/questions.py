"""Which number to ask for before a step of the microscope shows it: forward, of the loss, backward, of the update."""

from random import Random

import numpy as np

from nnstudio.core.experiment import DenseSpec
from nnstudio.core.experiment.choices import ActivationKind, LossKind, Task
from nnstudio.core.experiment.layer_specs import Conv2DSpec
from nnstudio.core.textbook import activate, loss
from nnstudio.core.trace import arithmetic, causes
from nnstudio.core.trace.causes import Write
from nnstudio.core.trace.facts import Cause
from nnstudio.core.trace.names import Names
from nnstudio.core.trace.prediction import NEAR, Question
from nnstudio.core.trace.quantity import Calculation, Index, Place, Quantity, place_of
from nnstudio.core.trace.text import digits
from nnstudio.core.trace.trace import Trace
from nnstudio.core.trace.way import TracedLayer
from nnstudio.core.training.phases import Phase

Q = Quantity
SIGNS = "negative", "near 0", "positive"
MOVES = "goes down", "hardly moves", "goes up"
_FAR = np.linspace(-40, 40, 801)[:, None]
_CHOICES, _SHOWN, _SEVERAL = 4, 4, 4
_ROOM = 1.25


class Unpredictable(ValueError):
    """There is nothing to be guessed; the message says why."""


def diverged(trace: Trace) -> str:
    """Why nothing at all can be predicted: the first number that is none. Empty where all are."""
    names = Names(trace.layers)
    for quantity in (Q.Z, Q.A):
        for layer in trace.layers:
            values = layer.z if quantity is Q.Z else layer.a
            if not np.isfinite(values).all():
                at = place_of(int(np.argmin(np.isfinite(values))), values.shape)
                return f"The numbers are out of range: {names.of(Place(quantity, layer.key, at))} is {values[at]}."
    if not np.isfinite(trace.terms.loss):
        return f"The numbers are out of range: the loss is {trace.terms.loss}."
    if not all(np.isfinite(values).all() for layer in trace.layers for values in (layer.da, layer.dz)):
        return "The numbers are out of range: an error on its way back is not finite."
    return ""


def question(trace: Trace, phase: Phase, index: int, at: Index, write: Write = digits) -> Question:
    """What to ask before the number of the unit `at` of a layer, counted from the first, is shown in this phase; in the
    phase of the loss both are ignored. Raises `Unpredictable`.

    write: how numbers are written in what is said
    """
    if trouble := diverged(trace):
        raise Unpredictable(trouble)
    asker = _Asker(trace, write)
    if phase is Phase.LOSS:
        return asker.loss()
    layer = trace.layers[index]
    if phase is Phase.FORWARD:
        return asker.forward(layer, at)
    if phase is Phase.UPDATE:
        return asker.change(layer, at)
    # Of one unit after the other its error, the order of its gradients, and one of its gradients.
    kinds = [asker.error]
    if isinstance(layer.spec, DenseSpec) and index + 1 < len(trace.layers):
        kinds = [asker.error, asker.largest_gradient, asker.gradient]
    return kinds[at[0] % len(kinds)](index, at)


class _Asker:
    def __init__(self, trace: Trace, write: Write) -> None:
        self.trace, self.write, self.names = trace, write, Names(trace.layers)

    # Forward ----------------------------------------------------------------------------------------------------------

    def forward(self, layer: TracedLayer, at: Index) -> Question:
        """a of a unit; of an output, z."""
        found, kind = arithmetic.forward(layer, at), layer.activation
        output = layer is self.trace.layers[-1]
        value = float((layer.z if output else layer.a)[at])
        place = Place(Q.Z if output else Q.A, layer.key, at)
        pool = [*causes.of_a_sum(found, self.names, self.write)]
        if at[0] in layer.off:
            pool = self._only(causes.switched_off(self.names.unit(layer.key, at)), pool)
        elif not output:
            pool += causes.of_a_function(kind, float(layer.z[at]), value, self.write)
        low, high = _range(ActivationKind.LINEAR if output else kind, _reach(layer, value))
        return self._sized(place, self._known(layer, found, at), value, low, high, pool)

    def _known(self, layer: TracedLayer, found: Calculation, at: Index) -> str:
        write, products = self.write, [term.factors for term in found.terms if len(term.factors) > 1]
        if not isinstance(layer.spec, DenseSpec | Conv2DSpec) or not products:
            told = [f"{self.names.of(f.place)} = {write(f.value)}" for f in (products or [found.terms[0].factors])[0]]
            return ", ".join(told)
        inputs, weights = zip(*((x.value, w.value) for x, w in products), strict=True)
        letter = "x" if layer is self.trace.layers[0] else "what arrives"
        arrives = f"{letter} = ({', '.join(map(write, inputs))})" if len(inputs) <= _SHOWN else f"{len(inputs)} inputs"
        return f"{arrives}, {_signs(weights, self.names.unit(layer.key, at))}"

    # Loss -------------------------------------------------------------------------------------------------------------

    def loss(self) -> Question:
        """What the example costs, beside what it would cost if nothing were known, with all sums 0."""
        trace, write = self.trace, self.write
        spec, task, value = trace.held.state.experiment.training, trace.held.dataset.task, trace.terms.loss
        p, costs, _ = loss(spec, task, np.zeros((1, len(trace.p))), trace.y[None], trace.terms.weight)
        guessed, unit = float(costs[0]), self._telling
        answer, target, before = float(trace.p[unit]), float(trace.terms.targets[unit]), float(p[0, unit])
        pool = [*causes.of_a_loss(answer, target, before, write)]
        name = self.names.unit(0, (unit,))
        guess = f"{'' if task is Task.REGRESSION else 'a guess of '}{write(before)}"
        known = f"{name} is {write(answer)}, the target {write(target)}; {guess} costs {write(guessed)}"
        high = _rounded_up(max(2 * guessed, _ROOM * value))
        near, said = NEAR * high, write(guessed)
        return Question(
            name="L",
            asked="How much does this cost?",
            place=Place(Q.LOSS, 0, ()),
            known=known,
            value=value,
            choices=("less", f"about {said}", "more"),
            right=0 if value < guessed - near else 2 if value > guessed + near else 1,
            causes=tuple(pool),
            low=0.0,
            high=high,
            pivot=guessed,
            near=near,
            less="small",
            more="large",
            seed=self._seed("L"),
        )

    @property
    def _telling(self) -> int:
        """The output that says most about the loss: of the right class, or that which misses most."""
        trace = self.trace
        if trace.held.dataset.task is Task.MULTICLASS:
            return int(trace.y.argmax())
        return int(np.abs(trace.p - trace.terms.targets).argmax())

    # Backward ---------------------------------------------------------------------------------------------------------

    def error(self, index: int, at: Index) -> Question:
        """∂L/∂z of a unit."""
        trace, write, layer = self.trace, self.write, self.trace.layers[index]
        if layer.slope is None:
            raise Unpredictable("Each sum of a softmax moves every answer.")
        dz, place = float(layer.dz[at]), Place(Q.DZ, layer.key, at)
        arriving = arithmetic.arriving(self.trace.layers, index, at)
        if arriving is None:
            spec, p, t = trace.held.state.experiment.training, trace.p, trace.terms.targets
            pool = [*causes.of_an_answer(float(p[at[0]]), float(t[at[0]]), dz, write)]
            known = f"the answer is {write(float(p[at[0]]))}, the target {write(float(t[at[0]]))}"
            crossed = spec.loss in (LossKind.CROSS_ENTROPY, LossKind.BINARY_CROSS_ENTROPY)
            reach = (
                _rounded_up(max(1.0, trace.terms.weight))
                if crossed
                else _rounded_up(max(1.0, _ROOM * float(np.abs(layer.dz).max())))
            )
            return self._sized(place, known, dz, -reach, reach, pool)
        da, slope = float(layer.da[at]), float(layer.slope[at])
        pool = [*causes.of_a_sum(arriving, self.names, write, "path")]
        if at[0] in layer.off:
            pool = self._only(causes.switched_off(self.names.unit(layer.key, at)), pool)
        elif layer.activation is not ActivationKind.LINEAR:
            slopes = [*causes.of_a_slope(slope, da, dz, write)]
            if abs(slope) < causes.FLAT and da != 0:  # then it is that, whatever arrives
                pool = self._only(slopes[0], [*pool, *slopes[1:]])
            elif da != 0:
                pool += slopes
            if slope < 0:  # what pushes the error up pushes this down
                pool = [_turned(cause) if cause not in slopes else cause for cause in pool]
        reach = self._reach_back(layer, dz)
        return self._sized(place, self._known_back(arriving), dz, -reach, reach, pool)

    def _known_back(self, arriving: Calculation) -> str:
        write = self.write
        links = [term.factors for term in arriving.terms]
        if len(links) == 1 and len(links[0]) == 2:
            link, error = links[0]
            name = f"{self.names.of(error.place)} = {write(error.value)}"
            return f"{name} comes back through {self.names.of(link.place)} = {write(link.value)}"
        against = sum(factors[0].value < 0 for factors in links)
        return f"{len(links)} errors come back, {against} of them through negative weights"

    def largest_gradient(self, index: int, at: Index) -> Question:
        """Which of a unit's weights has the largest gradient; about ∂L/∂z where none stands out."""
        layer = self.trace.layers[index]
        unit, dz = at[0], float(layer.dz[at])
        x, weight = layer.x.ravel(), layer.arrays["weight"][:, unit]
        rows = sorted(Random(self._seed(f"{index} {unit}")).sample(range(len(x)), min(_CHOICES, len(x))))
        names = [self.names.weight(layer.key, "weight", (row, unit)) for row in rows]
        inputs, weights = x[rows], weight[rows]
        if len(rows) < _CHOICES:  # the bias is the weight of an input that is always 1
            names.append(self.names.weight(layer.key, "bias", (unit,)))
            inputs, weights = np.append(inputs, 1.0), np.append(weights, layer.arrays["bias"][unit])
        order = np.argsort(-np.abs(inputs), kind="stable")
        clear = len(order) > 1 and abs(inputs[order[1]]) < (1 - causes.NEARLY) * abs(inputs[order[0]])
        if not clear or dz == 0:
            return self.error(index, at)
        winner, write = int(order[0]), self.write
        pool = causes.of_the_largest(names, inputs, weights, dz, winner, write)
        told = ", ".join(map(write, inputs))
        bias = ", the last one for the bias" if len(rows) < _CHOICES else ""
        weighed = winner < len(rows)
        where, array = ((rows[winner], unit), "weight") if weighed else ((unit,), "bias")
        place = Place(Q.DW, layer.key, where, array)
        return Question(
            name="the largest gradient",
            asked=f"Which weight of {self.names.unit(layer.key, at)}?",
            place=place,
            known=f"their inputs are {told}{bias}",
            value=float(inputs[winner] * dz),
            choices=tuple(names),
            right=winner,
            causes=tuple(pool),
            seed=self._seed(str(place)),
        )

    def gradient(self, index: int, at: Index) -> Question:
        """∂L/∂w of one weight of a unit."""
        layer = self.trace.layers[index]
        row, dz = at[0] % layer.x.size, float(layer.dz[at])
        source = place_of(row, layer.x.shape)
        x, weight = float(layer.x[source]), float(layer.arrays["weight"][row, at[0]])
        place = Place(Q.DW, layer.key, (row, at[0]), "weight")
        named = (
            self.names.of(Place(Q.X, layer.key, source)),
            self.names.of(Place(Q.DZ, layer.key, at)),
            self.names.weight(layer.key, "weight", (row, at[0])),
        )
        pool = [*causes.of_a_gradient(x, dz, weight, named, self.write)]
        reach = self._reach_back(layer, dz) * float(np.abs(layer.x).max())
        reach = _rounded_up(max(reach, _ROOM * abs(x * dz)))
        arriving = arithmetic.arriving(self.trace.layers, index, at)
        assert arriving is not None
        known = f"{named[0]} = {self.write(x)}; {self._known_back(arriving)}"
        return self._sized(place, known, x * dz, -reach, reach, pool)

    def _reach_back(self, layer: TracedLayer, dz: float) -> float:
        return _rounded_up(_ROOM * max(float(np.abs(layer.da).max()), abs(dz)))

    # Update -----------------------------------------------------------------------------------------------------------

    def change(self, layer: TracedLayer, at: Index) -> Question:
        """What the update does to the weight of a unit that it moves most."""
        held, write = self.trace.held, self.write
        if "weight" not in layer.arrays:
            raise Unpredictable(f"{layer.name} has no weights.")
        new = np.asarray(held.update[-1].values)
        if not np.isfinite(new).all():
            raise Unpredictable("The numbers are out of range: an updated weight is not finite.")
        changes = held.change_of(layer.key, "weight")[..., at[0]]
        place = Place(Q.WEIGHT, layer.key, (*place_of(int(np.abs(changes).argmax()), changes.shape), at[0]), "weight")
        change, weight = float(changes[place.at[:-1]]), float(layer.arrays["weight"][place.at])
        g, own = (float(each["weight"][place.at]) for each in (held.way.gradients[layer.key], layer.gradients))
        name = self.names.of(place)
        known = f"{name} = {write(weight)}, its mean gradient is {write(g)}, η = {write(held.rate)}"
        pool = [*causes.of_a_change(change, g, own, weight, write)]
        reach = _rounded_up(_ROOM * float(np.abs(new - held.network.params).max()))
        return self._sized(place, known, change, -reach, reach, pool, f"the change of {name}")

    # ------------------------------------------------------------------------------------------------------------------

    def _sized(
        self, place: Place, known: str, value: float, low: float, high: float, pool: list[Cause], name: str = ""
    ) -> Question:
        """A question about the sign and the size of a number."""
        near = NEAR * max(-low, high)
        moves = place.quantity is Q.WEIGHT
        return Question(
            name=name or self.names.of(place),
            asked="How far will it move?" if moves else "Where will it be?",
            place=place,
            known=known,
            value=value,
            choices=MOVES if moves else SIGNS,
            right=0 if value < -near else 2 if value > near else 1,
            causes=tuple(pool),
            low=low,
            high=high,
            near=near,
            seed=self._seed(str(place)),
        )

    def _only(self, cause: Cause, others: list[Cause]) -> list[Cause]:
        """This one holds and explains all; of the others those that do not."""
        return [cause, *(other for other in others if not other.holds)]

    def _seed(self, of: str) -> str:
        return f"{of} {self.trace.held.state.updates} {self.trace.chosen}"


def _turned(cause: Cause) -> Cause:
    return Cause(cause.fact, cause.text, cause.holds, cause.reason, -cause.pull, cause.at)


def _signs(weights: tuple[float, ...], unit: str) -> str:
    """How many of a unit's weights are negative."""
    count, negative = len(weights), sum(weight < 0 for weight in weights)
    if count == 1:
        return f"the weight of {unit} is {'negative' if negative else 'not negative'}"
    whole = "both" if count == 2 else "all"
    if negative == count:
        return f"{whole} weights of {unit} are negative"
    if negative == 0:
        return f"no weight of {unit} is negative"
    return f"{negative} of {count} weights of {unit} {'is' if negative == 1 else 'are'} negative"


def _range(kind: ActivationKind, reach: float) -> tuple[float, float]:
    """The ends of an axis for a = f(z)."""
    if kind is ActivationKind.SOFTMAX:
        return 0.0, 1.0
    with np.errstate(over="ignore"):
        values = activate(kind, _FAR)[0]
    low, high = float(values.min()), float(values.max())
    if max(-low, high) <= 1:
        return (-1.0 if low < 0 else 0.0), 1.0
    return (0.0 if low >= 0 else -reach), reach


def _reach(layer: TracedLayer, value: float) -> float:
    """How large the values of a layer are, or could be where they are few: no end of an axis gives one away."""
    reach = float(np.abs(layer.z).max())
    if len(layer.z) < _SEVERAL and isinstance(layer.spec, DenseSpec):
        bounds = np.abs(layer.x.ravel()) @ np.abs(layer.arrays["weight"]) + np.abs(layer.arrays["bias"])
        reach = float(bounds.max())
    return _rounded_up(_ROOM * max(reach, abs(value)))


def _rounded_up(value: float) -> float:
    """The smallest 1, 2 or 5 times a power of ten that is not below this; 1 for 0."""
    if value == 0:
        return 1.0
    power = 10.0 ** np.floor(np.log10(value))
    return float(f"{next(m * power for m in (1, 2, 5, 10, 20) if m * power >= value):.6g}")
