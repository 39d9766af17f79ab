"""Right answers are never refused, slips never misnamed, and what cannot be read is neither right nor wrong."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest

from nnstudio.core.experiment import DenseSpec, TrainingSpec
from nnstudio.core.experiment.choices import ActivationKind, LossKind, Task
from nnstudio.core.textbook import Layer
from nnstudio.core.trace import backward_exercise, exercise, forward_exercise, update_exercise
from nnstudio.core.trace.exercise import Exercise
from nnstudio.core.trace.judgement import Verdict, judge
from nnstudio.core.trace.typed import Typed
from nnstudio.core.trace.way import TracedLayer, Way

KINDS = ActivationKind.TANH, ActivationKind.SIGMOID, ActivationKind.RELU


def network(seed: int, sizes: tuple[int, ...] = (3, 3, 3, 1)) -> tuple[TracedLayer, ...]:
    """An example on its way through a random network."""
    random = np.random.default_rng(seed)
    layers: list[Layer] = []
    for place, (inputs, units) in enumerate(pairwise(sizes), 1):
        last = place == len(sizes) - 1
        spec = DenseSpec(units=units, activation=ActivationKind.LINEAR if last else KINDS[(seed + place) % 2])
        own = {"weight": random.normal(0, 1, (inputs, units)), "bias": random.normal(0, 0.7, units)}
        layers.append(
            Layer(key=0 if last else place, name="", spec=spec, mask=None, off=(), arrays=("weight", "bias"), **own)
        )
    x, y = random.normal(0, 1, (1, sizes[0])), np.ones((1, sizes[-1]))
    spec = TrainingSpec(loss=LossKind.BINARY_CROSS_ENTROPY)
    return Way.through(layers, x, y, True, spec, Task.MULTILABEL).example(0)


def exercises(seed: int) -> Iterator[Exercise]:
    layers = network(seed)
    for layer, following in pairwise(layers):
        for unit in range(len(layer.z)):
            yield forward_exercise.product_of(layer, unit, 1)
            yield forward_exercise.weighted_sum(layer, unit)
            yield forward_exercise.activation(layer, (unit,))
            yield backward_exercise.error_passed_on(layer, (unit,))
            yield backward_exercise.arriving_error(following, (unit,))
            yield backward_exercise.weight_gradient(layer, "weight", (1, unit))
    yield forward_exercise.answer(ActivationKind.SOFTMAX, layers[0].z, 1)
    yield update_exercise.mean_gradient("∂L/∂w", [0.2, -0.1, 0.4, 0.3], 0.2)


SEEDS = range(10)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_right_answer_is_refused(seed: int) -> None:
    for asked in exercises(seed):
        for digits in (2, 3, 4, 6):
            rounded = f"{asked.true:.{digits}g}", f"{asked.true:#.{digits}g}".replace(".", ",")
            for text in (*rounded, f"{asked.true:.17g}"):
                verdict = judge(text, asked).verdict
                coarse = verdict is Verdict.COARSE and Typed.read(text).coarse
                assert verdict is Verdict.RIGHT or coarse, (asked.name, text)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_follows_from_the_printed_factors_is_right(seed: int) -> None:
    """A learner has three digits after the point, and calculates with these."""
    for asked in exercises(seed):
        if asked.calculation is not None:
            value = sum(
                term.sign * float(np.prod([round(factor.value, 3) for factor in term.factors]))
                for term in asked.calculation.terms
            )
            assert judge(f"{value:.4g}" if abs(value) > 1e-2 else f"{value:.9f}", asked).verdict is not Verdict.WRONG


@pytest.mark.parametrize("seed", SEEDS)
def test_every_slip_is_named_and_no_other(seed: int) -> None:
    """Typed with many digits, what a slip leads to is explained by that slip, or by one that gives the same."""
    for asked in exercises(seed):
        for slip in asked.slips:
            if asked.low <= slip.value <= asked.high or abs(slip.value - asked.true) < 1e-9:
                continue
            found = judge(f"{slip.value:#.12g}" if slip.value else "0", asked)
            assert found.verdict is Verdict.SLIP, (asked.name, slip)
            assert slip.name in {each.name for each in found.slips}
            assert all(each.value == pytest.approx(slip.value, rel=1e-9, abs=1e-11) for each in found.slips)
            assert found.hint
            assert f"{asked.true:.3g}" not in found.sentence + found.hint


def activated(z: float) -> Exercise:
    """tanh of this."""
    spec = DenseSpec(units=1, activation=ActivationKind.TANH)
    layer = Layer(key=1, name="", spec=spec, mask=None, off=(), arrays=("weight", "bias"))
    layer.weight, layer.bias = np.array([[z]]), np.zeros(1)
    training = TrainingSpec(loss=LossKind.MEAN_SQUARED_ERROR)
    way = Way.through([layer], np.ones((1, 1)), np.ones((1, 1)), True, training, Task.REGRESSION)
    return forward_exercise.activation(way.example(0)[0], (0,))


def test_a_wrong_answer_without_a_known_reason_is_only_not_right_yet() -> None:
    asked = forward_exercise.weighted_sum(network(3)[0], 0)
    found = judge("123.456", asked)
    assert (found.verdict, found.slips, found.hint) == (Verdict.WRONG, (), "")
    assert found.sentence == "Not right yet."


@pytest.mark.parametrize("text", ["0,2,5", "", "abc", "1/0", "1 2"])
def test_what_cannot_be_read_is_neither(text: str) -> None:
    assert judge(text, activated(0.5)).verdict is Verdict.UNREADABLE


def test_too_few_digits_are_right_so_far() -> None:
    asked = activated(1.14)  # 0.8142
    assert judge("0.8", asked).verdict is Verdict.COARSE
    assert judge("0.81", asked).verdict is Verdict.RIGHT
    assert judge("0.9", asked).verdict is Verdict.WRONG


def test_two_slips_that_fit_are_both_named() -> None:
    asked = update_exercise.mean_gradient("g", [0.5, 0.5], 1.0)
    assert judge("1.00", asked).sentence == (
        "Either: That is the sum over the mini-batch, not the mean; or: That is the gradient of this example alone."
    )


def test_rounding_too_early_is_said() -> None:
    layer = network(5)[0]
    asked = forward_exercise.weighted_sum(layer, 1)
    assert asked.calculation is not None
    one = next(iter(exercise.rounded_too_early(asked.calculation)))
    found = judge(f"{one.value:.10g}", asked)
    assert found.verdict is Verdict.RIGHT or "rounded" in found.sentence


def test_products_that_were_written_down_as_they_are_printed_make_a_right_sum() -> None:
    """½ · 0.641 is 0.3205: whoever goes on with 0.321, three times, is no further off than what is printed."""
    spec = DenseSpec(units=1, activation=ActivationKind.TANH)
    layer = Layer(key=1, name="", spec=spec, mask=None, off=(), arrays=("weight", "bias"))
    layer.weight, layer.bias = np.array([[0.641], [0.643], [0.645]]), np.zeros(1)
    training = TrainingSpec(loss=LossKind.MEAN_SQUARED_ERROR)
    way = Way.through([layer], np.full((1, 3), 0.5), np.ones((1, 1)), True, training, Task.REGRESSION)
    asked = forward_exercise.weighted_sum(way.example(0)[0], 0)
    assert asked.true == pytest.approx(0.9645)
    assert judge("0.966", asked).verdict is Verdict.RIGHT
    assert judge("0.967", asked).verdict is not Verdict.RIGHT
