"""One step that a learner is asked for: which number, what goes into it, and its exercise with the formula."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from nnstudio.core.experiment.choices import ActivationKind
from nnstudio.core.trace import backward_exercise, forward_exercise, loss_exercise, update_exercise
from nnstudio.core.trace.exercise import Exercise
from nnstudio.core.trace.quantity import Calculation, Index, Place
from nnstudio.core.trace.trace import Trace
from nnstudio.core.trace.update_exercise import Parameter
from nnstudio.core.trace.way import TracedLayer

Formula = tuple[str | float, ...]
"""A calculation as it is written, of text and numbers."""


@dataclass(frozen=True, eq=False)
class Asked:
    """One step: which number is to be found, and whose.

    name: z₂; column: what it is called of any unit, z; needs: the numbers that go into it; own: those of them that are
    steps of the same unit and phase; first: whether it comes before the sum, and is a learner's own the earliest
    """

    place: Place
    name: str
    column: str
    needs: tuple[Place, ...]
    own: tuple[Place, ...]
    first: bool
    make: Callable[[], tuple[Exercise, Formula]]

    @cached_property
    def made(self) -> tuple[Exercise, Formula]:
        """The exercise, and the formula with its numbers in place."""
        return self.make()

    @property
    def exercise(self) -> Exercise:
        """What is judged."""
        return self.made[0]


def of_product(layer: TracedLayer, unit: int, row: int) -> tuple[Exercise, Formula]:
    x, w = float(layer.x.ravel()[row]), float(layer.arrays["weight"][row, unit])
    return forward_exercise.product_of(layer, unit, row), (x, " · ", w)


def of_sum(make: Callable[[], Exercise]) -> tuple[Exercise, Formula]:
    exercise = make()
    assert exercise.calculation is not None
    return exercise, tuple(_written(exercise.calculation))


def _written(calculation: Calculation) -> Iterator[str | float]:
    for place, term in enumerate(calculation.terms):
        if place or term.sign < 0:
            yield " − " if term.sign < 0 else " + "
        for number, factor in enumerate(term.factors):
            if number:
                yield " · "
            yield factor.value


def of_activation(layer: TracedLayer, unit: int) -> tuple[Exercise, Formula]:
    formula = (f"{layer.activation.phrase}(", float(layer.z[unit]), ")")
    return forward_exercise.activation(layer, (unit,)), formula


def of_answer(trace: Trace, unit: int) -> tuple[Exercise, Formula]:
    z, kind = trace.layers[-1].z, trace.answers
    formula: Formula = (f"{kind.phrase}(", float(z[unit]), ")")
    if kind is ActivationKind.SOFTMAX:
        rest = [part for value in z for part in (" + e^", float(value))]
        formula = ("e^", float(z[unit]), " / (e^", *rest[1:], ")")
    return forward_exercise.answer(kind, z, unit), formula


def of_term(trace: Trace, unit: int) -> tuple[Exercise, Formula]:
    values = " with p = ", float(trace.p[unit]), ", t = ", float(trace.terms.targets[unit])
    if "z" in trace.terms.formula:
        values = " with z = ", float(trace.layers[-1].z[unit]), ", t = ", float(trace.terms.targets[unit])
    return loss_exercise.loss_term(trace, unit), (trace.terms.written, *values)


def of_loss(trace: Trace) -> tuple[Exercise, Formula]:
    return loss_exercise.whole_loss(trace), ("the sum of all terms",)


def of_output(trace: Trace, unit: int) -> tuple[Exercise, Formula]:
    rule = backward_exercise.output_rule(trace)
    values = " with p = ", float(trace.p[unit]), ", t = ", float(trace.terms.targets[unit])
    return backward_exercise.output_error(trace, unit), (rule, *values)


def of_slope(layer: TracedLayer, unit: int) -> tuple[Exercise, Formula]:
    assert layer.slope is not None
    formula = float(layer.da[unit]), " · ", float(layer.slope[unit])
    return backward_exercise.error_passed_on(layer, (unit,)), formula


def of_mean(each: list[float], this: float) -> tuple[Exercise, Formula]:
    written = [part for value in each for part in (" + ", value)][1:]
    return update_exercise.mean_gradient("g", each, this), ("(", *written, f") / {len(each)}")


def of_new(trace: Trace, key: int, array: str, at: Index) -> tuple[Exercise, Formula]:
    parameter = Parameter.of(trace.held, key, array, at)
    rows = parameter.rows()
    return update_exercise.new_weight(parameter), (parameter.w, " − ", rows["step"])
