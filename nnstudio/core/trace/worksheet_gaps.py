"""The gaps of a worksheet: every number of the four phases that is to be found, with the exercise that judges it."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf, log

import numpy as np

from nnstudio.core.experiment.choices import ActivationKind
from nnstudio.core.textbook import activate
from nnstudio.core.trace import asked, backward_exercise
from nnstudio.core.trace.asked import Asked
from nnstudio.core.trace.exercise import Exercise
from nnstudio.core.trace.quantity import Index, Place, Quantity
from nnstudio.core.trace.text import digits
from nnstudio.core.trace.typed import Typed, Unreadable
from nnstudio.core.trace.way import TracedLayer
from nnstudio.core.trace.worksheet_lines import Lines, Number, Parts, printed, written
from nnstudio.core.trace.worksheet_rules import is_plain
from nnstudio.core.training.phases import Phase

Q = Quantity
PHASES = Phase.FORWARD, Phase.LOSS, Phase.BACKWARD, Phase.UPDATE
_LN = "−ln "


@dataclass(frozen=True, slots=True, eq=False)
class Gap:
    """A number to be found. formula: how, in what is given and in the gaps before; exercise: what judges it; function:
    the activation that it is the answer of."""

    place: Place
    name: str
    formula: Parts
    exercise: Exercise
    function: ActivationKind | None = None

    @property
    def asked(self) -> str:
        """The formula with what is given; of what is still to be found the name."""
        return written(self.formula, solved=False)

    @property
    def worked(self) -> str:
        """The formula with all its numbers, each rounded by itself."""
        return written(self.formula, solved=True)

    @property
    def answer(self) -> str:
        """The number itself."""
        return digits(self.exercise.true)

    @property
    def equals(self) -> str:
        """= where the printed numbers give the printed answer, else ≈."""
        try:
            found = self._calculated()
        except Unreadable:
            return "≈"
        return "=" if Typed.read(self.answer).rounds_from(found) else "≈"

    def _calculated(self) -> float:
        if self.function is not None:
            z = next(Typed.read(part.text(solved=True)).value for part in self.formula if isinstance(part, Number))
            return float(activate(self.function, np.array([[z]]))[0][0, 0])
        text = self.worked.replace("²", "^2").replace("½", "0.5")
        if text.startswith(_LN):
            p = Typed.read(text.removeprefix(_LN)).value
            return -log(p) if p > 0 else inf
        return Typed.read(text).value


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """The gaps of one layer in one phase."""

    phase: Phase
    title: str
    gaps: tuple[Gap, ...]


def groups_of(lines: Lines, until: Phase) -> Iterator[Group]:
    """All gaps up to a phase, in the order of working."""
    for phase in PHASES[: PHASES.index(until) + 1]:
        yield from _WAYS[phase](lines)


def _forward(lines: Lines) -> Iterator[Group]:
    for index, layer in enumerate(lines.trace.layers):
        steps = [step for unit in range(len(layer.z)) for step in lines.steps.of(Phase.FORWARD, index, unit)]
        steps = [step for step in steps if step.place.quantity is not Q.PRODUCT]
        steps.sort(key=lambda step: step.place.quantity is Q.P)  # a share needs every z
        gaps = [_gap(lines, step, lines.forward(layer, step)) for step in steps]
        yield Group(Phase.FORWARD, title_of(layer), tuple(gaps))


def _loss(lines: Lines) -> Iterator[Group]:
    *terms, whole = lines.steps.of(Phase.LOSS, None, None)
    gaps = [_gap(lines, step, lines.term(step.place.at[0])) for step in terms if not lines.only_one_costs]
    yield Group(Phase.LOSS, "", (*gaps, _gap(lines, whole, lines.loss())))


def _backward(lines: Lines) -> Iterator[Group]:
    layers = lines.trace.layers
    for index in reversed(range(len(layers))):
        layer, gaps = layers[index], list[Gap]()
        for unit in range(len(layer.z)):
            for step in lines.steps.of(Phase.BACKWARD, index, unit):
                if step.place.quantity is Q.DZ and layer is layers[-1]:
                    gaps.append(_gap(lines, step, lines.output_error(unit)))
                elif step.place.quantity is Q.DZ:
                    gaps.append(_gap(lines, step, lines.passed_on(layer, (unit,))))
                elif step.place.quantity is Q.DA:
                    calculation = step.exercise.calculation
                    assert calculation is not None
                    gaps.append(_gap(lines, step, [*lines.sum(calculation)]))
        yield Group(Phase.BACKWARD, title_of(layer), tuple(gaps))
    for layer in layers:
        gaps = list[Gap]()
        for array, at in _weights(layer):
            place = Place(Q.DW, layer.key, at, array)
            name = lines.called[place] = lines.steps.names.of(place)
            exercise = backward_exercise.weight_gradient(layer, array, at)
            assert exercise.calculation is not None
            gaps.append(Gap(place, name, [*lines.sum(exercise.calculation)], exercise))
        yield Group(Phase.BACKWARD, f"{layer.name}: gradients", tuple(gaps))


def _update(lines: Lines) -> Iterator[Group]:
    held = lines.trace.held
    plain = is_plain(held)
    for layer in lines.trace.layers:
        gaps = list[Gap]()
        for array, at in _weights(layer):
            exercise, (_, _, step) = asked.of_new(lines.trace, layer.key, array, at)
            w = float(layer.arrays[array][at])
            old = Number(printed(w, lines.decimals[0], whole=False), w, given=True)
            formula: Parts = [old, " − ", Number("step", float(step))]
            if plain:
                formula = [old, f" − {held.rate:g} · ", Number("g", float(layer.gradients[array][at]))]
            place = Place(Q.NEW, layer.key, at, array)
            gaps.append(Gap(place, lines.steps.names.of(place), formula, exercise))
        yield Group(Phase.UPDATE, layer.name, tuple(gaps))


_WAYS = {Phase.FORWARD: _forward, Phase.LOSS: _loss, Phase.BACKWARD: _backward, Phase.UPDATE: _update}


def _gap(lines: Lines, step: Asked, formula: Parts) -> Gap:
    lines.called[step.place] = step.name
    function = lines.layer(step.place).activation if step.place.quantity is Q.A else None
    return Gap(step.place, step.name, formula, step.exercise, function)


def _weights(layer: TracedLayer) -> Iterator[tuple[str, Index]]:
    """The weights unit by unit, as they stand beside it, each with its bias behind."""
    weight = layer.arrays["weight"]
    for unit in range(weight.shape[1]):
        yield from (("weight", (row, unit)) for row in range(weight.shape[0]))
        yield "bias", (unit,)


def title_of(layer: TracedLayer) -> str:
    """What a layer is called, with its function."""
    kind = layer.activation
    if layer.key == 0:
        return layer.name
    return f"{layer.name}, {kind.phrase}: h = z" if kind is ActivationKind.LINEAR else f"{layer.name}, {kind.phrase}"
