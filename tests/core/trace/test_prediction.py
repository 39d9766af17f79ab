"""What is said of why a number came out as it did is true, or false, by numbers worked out anew from the network."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from math import log

import numpy as np
import pytest

from nnstudio.core.experiment import DenseSpec, Experiment, LayerSpec
from nnstudio.core.experiment.choices import ActivationKind, DatasetKind, LossKind, OptimizerKind, Task
from nnstudio.core.experiment.layer_specs import BatchNormSpec, DropoutSpec, LayerNormSpec
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.example import Chosen, SplitName
from nnstudio.core.textbook import activate
from nnstudio.core.trace.facts import Fact
from nnstudio.core.trace.held import Held
from nnstudio.core.trace.prediction import CAUSES, Guess, Outcome, Question
from nnstudio.core.trace.quantity import Quantity
from nnstudio.core.trace.questions import SIGNS, Unpredictable, question
from nnstudio.core.trace.trace import Trace
from nnstudio.core.training.losses import losses_for
from nnstudio.core.training.phases import Phase
from nnstudio.core.training.trainer import Trainer

F, Q = Fact, Quantity
PHASES = Phase.FORWARD, Phase.BACKWARD, Phase.UPDATE
HIDDEN = [kind for kind in ActivationKind if kind is not ActivationKind.SOFTMAX]


@cache
def trainer_of(experiment: Experiment) -> Trainer:
    trainer = Trainer(experiment, dtype=np.float64)
    for _ in range(3):
        trainer.step()
    return trainer


def traces(experiment: Experiment, seed: int, scale: float = 1.0, count: int = 3) -> Iterator[Trace]:
    """Examples of a network with random parameters: every third one is 0, every fourth network has none but 0."""
    trainer = trainer_of(experiment)
    random, state = np.random.default_rng(seed), trainer.state()
    params = random.normal(0, scale, state.params.shape)
    if seed % 4 == 3:
        params[...] = 0
    params[::3] *= seed % 2
    held = Held(replace(state, params=params), trainer.dataset)
    for index in range(count):
        yield Trace.of(held, Chosen(SplitName.TRAINING, index))


def plane(kind: DatasetKind, *layers: LayerSpec, **training: object) -> Experiment:
    experiment = default_experiment(kind)
    return replace(experiment, layers=layers, training=replace(experiment.training, batch_size=4, **training))


def questions(trace: Trace) -> Iterator[tuple[Phase, int, int, Question]]:
    yield Phase.LOSS, 0, 0, question(trace, Phase.LOSS, 0, (0,))
    for phase in PHASES:
        for index, layer in enumerate(trace.layers):
            for unit in range(len(layer.z)):
                if phase is Phase.UPDATE and "weight" not in layer.arrays:
                    with pytest.raises(Unpredictable, match="no weights"):
                        question(trace, phase, index, (unit,))
                else:
                    yield phase, index, unit, question(trace, phase, index, (unit,))


def truth(trace: Trace, phase: Phase, index: int, unit: int, asked: Question, fact: Fact, at: int | None) -> bool:
    """Whether a fact holds, worked out from arrays and formulas, not from the calculations that the causes read."""
    layer, output = trace.layers[index], trace.layers[-1]
    if phase is Phase.LOSS:
        return _of_the_loss(trace, fact)
    if phase is Phase.UPDATE:
        return _of_the_update(trace, index, asked, fact)
    if asked.place.quantity is Q.DW:
        return _of_a_gradient(trace, index, unit, asked, fact)
    if fact is F.SWITCHED_OFF:
        return unit in layer.off
    if phase is Phase.FORWARD:
        terms = layer.x * layer.arrays["weight"][:, unit]
        bias = float(layer.arrays["bias"][unit])
        z = float(terms.sum() + bias)
        a = float(activate(layer.spec.activation, np.array([[z]]))[0][0, 0])  # type: ignore[attr-defined]
        functions = {
            F.LARGER: abs(a) > abs(z),
            F.SMALLER: abs(a) < abs(z),
            F.LIFTED: z < 0 < a,
            F.CUT: z < 0 and a == 0,
            F.BIAS_DECIDES: z != 0 and np.sign(terms.sum()) != np.sign(z),
        }
        return bool(functions[fact]) if fact in functions else _of_a_sum(terms, np.append(terms, bias), fact, at)
    if layer is output:
        p, t, dz = trace.p[unit], trace.terms.targets[unit], trace.dz[unit]
        return {
            F.COSTS_MORE: dz > 0,
            F.COSTS_LESS: dz < 0,
            F.COSTS_THE_SAME: dz == 0,
            F.ANSWER_ABOVE: p > t,
            F.ANSWER_BELOW: p < t,
            F.ANSWER_FAR: abs(p - t) > 0.5,
        }[fact]
    following = trace.layers[index + 1]
    slope = abs(float(activate(layer.spec.activation, layer.z[None])[1][0, unit]))  # type: ignore[attr-defined, index]
    slopes = {F.SLOPE_FLAT: slope < 0.01, F.SLOPE_SHRINKS: slope < 1, F.SLOPE_GROWS: slope > 1}
    terms = following.arrays["weight"][unit] * following.dz
    return slopes[fact] if fact in slopes else _of_a_sum(terms, terms, fact, at)


def _of_a_sum(products: np.ndarray, terms: np.ndarray, fact: Fact, at: int | None) -> bool:
    up, down = np.maximum(terms, 0).sum(), np.maximum(-terms, 0).sum()
    return bool(
        {
            F.ALL_UP: (products > 0).all(),
            F.ALL_DOWN: (products < 0).all(),
            F.MORE_UP: up > 0 and (up - down) / up > 0.01,
            F.MORE_DOWN: down > 0 and (down - up) / down > 0.01,
            F.CANCEL: abs(up - down) <= 0.01 * max(up, down),
            F.OPPOSED: min(up, down) > 0.1 * max(up, down),
            F.WEAK: np.abs(terms).max() < 0.5,
            F.LARGEST: at is not None and int(np.abs(terms).argmax()) == at,
        }[fact]
    )


def _of_the_loss(trace: Trace, fact: Fact) -> bool:
    one = len(trace.p) == 1
    unit = 0 if one else int(trace.y.argmax())
    p, t = trace.p[unit], trace.terms.targets[unit]
    shared = not one and trace.held.state.experiment.training.loss in (LossKind.CROSS_ENTROPY, LossKind.HINGE)
    miss, before = abs(p - t), abs((1 / len(trace.p) if shared else 0.5) - t)
    return {
        F.BETTER_THAN_GUESSED: before - miss > 0.01 * before,
        F.WORSE_THAN_GUESSED: miss - before > 0.01 * miss,
        F.AS_GUESSED: abs(miss - before) <= 0.01 * max(miss, before),
        F.PENALTY_COUNTED: False,
        F.ANSWER_FAR: miss > 0.5,
    }[fact]


def _of_a_gradient(trace: Trace, index: int, unit: int, asked: Question, fact: Fact) -> bool:
    layer = trace.layers[index]
    own = np.append(layer.gradients["weight"][:, unit], layer.gradients["bias"][unit])
    row = asked.place.at[0] if asked.place.array == "weight" else len(own) - 1
    x, dz, g = np.append(layer.x, 1.0)[row], layer.dz[unit], own[row]
    assert asked.value == pytest.approx(g, rel=1e-12)
    among = [number for number in (g, *own) if not asked.has_axis]
    weight = layer.arrays[asked.place.array][asked.place.at]
    return {
        F.SAME_SIGNS: g > 0,
        F.OPPOSITE_SIGNS: g < 0,
        F.INPUT_ZERO: x == 0,
        F.ERROR_ZERO: dz == 0,
        F.INPUT_SHRINKS: abs(g) < abs(dz),
        F.SIGN_OF_WEIGHT: np.sign(weight) == np.sign(g),
        F.INPUT_LARGEST: len(among) > 5 or abs(g) == np.abs(among).max(initial=0),
        F.INPUT_SMALLEST: abs(g) == np.abs(among).min(initial=np.inf),
        F.MORE_ERROR: False,
        F.WEIGHT_LARGEST: abs(weight) == max(np.abs(layer.arrays["weight"][:, unit]).max(), abs(weight)) > 1e9,
    }[fact]


def _of_the_update(trace: Trace, index: int, asked: Question, fact: Fact) -> bool:
    held, layer, at = trace.held, trace.layers[index], asked.place.at
    new = held.network.layout.by_layer(np.asarray(held.update[-1].values))[layer.key]["weight"][at]
    weight = layer.arrays["weight"][at]
    own = [way.gradients["weight"][at] for way in (each[index] for each in map(held.way.example, range(4)))]
    change, mine = new - weight, float(layer.gradients["weight"][at])
    g = float(held.way.gradients[layer.key]["weight"][at])  # where the four cancel out, what rounding leaves of it
    assert g == pytest.approx(np.mean(own), rel=1e-9, abs=1e-12 * np.abs(own).max())
    assert asked.value == pytest.approx(change, rel=1e-12, abs=1e-300)
    return {
        F.DOWNHILL: change * g < 0,
        F.UPHILL: change * g > 0,
        F.STAYS: change == 0,
        F.MOVED_WITHOUT: g == 0 != change,
        F.OUTVOTED: mine * g < 0,
        F.STEP_SHORT: abs(change) < abs(g),
        F.SIGN_OF_WEIGHT: np.sign(weight) == np.sign(change),
    }[fact]


def assert_three(asked: Question, guess: Guess) -> Outcome:
    outcome = Outcome(asked, guess)
    three = outcome.causes
    assert len({cause.text for cause in three}) == len(three) == CAUSES
    assert [cause.holds for cause in three].count(True) == 1
    assert all(cause.reason.endswith(".") and not cause.text.endswith(".") for cause in three)
    assert Outcome(asked, guess).causes == three, "in the same order"
    return outcome


def assert_true_as_said(trace: Trace) -> None:
    for phase, index, unit, asked in questions(trace):
        assert asked.known
        assert 0 <= asked.right < len(asked.choices)
        if asked.has_axis:
            assert asked.low <= asked.value <= asked.high, (asked.name, asked.value, asked.low, asked.high)
        for cause in asked.causes:
            expected = truth(trace, phase, index, unit, asked, cause.fact, cause.at)
            assert cause.holds == expected, (phase, asked.name, asked.value, cause)
        for guess in (Guess(), Guess(1), Guess(2, asked.high), Guess(0, asked.low)):
            assert_three(asked, guess)


@pytest.mark.parametrize("kind", HIDDEN, ids=lambda kind: kind.value)
@pytest.mark.parametrize("hidden", [(), (3,), (4, 3), (3, 4, 3)], ids=len)
def test_exactly_those_said_true_are_true(hidden: tuple[int, ...], kind: ActivationKind) -> None:
    layers = [DenseSpec(units=units, activation=kind) for units in hidden]
    for seed in range(4):
        for trace in traces(plane(DatasetKind.XOR4, *layers), seed, scale=(0.5, 1, 3, 1)[seed], count=2):
            assert_true_as_said(trace)


@pytest.mark.parametrize("kind", losses_for(Task.BINARY), ids=lambda kind: kind.value)
def test_of_several_classes_and_each_loss(kind: LossKind) -> None:
    for data in (DatasetKind.BLOBS, DatasetKind.XOR4):
        for seed in range(4):
            for trace in traces(plane(data, DenseSpec(units=3), loss=kind), seed):
                assert_true_as_said(trace)


@pytest.mark.parametrize("kind", OptimizerKind, ids=lambda kind: kind.value)
def test_of_each_optimizer(kind: OptimizerKind) -> None:
    tanh = DenseSpec(units=3, activation=ActivationKind.TANH)
    for seed in range(4):
        for trace in traces(plane(DatasetKind.XOR4, tanh, optimizer=kind, weight_decay=0.2, l2=1.0), seed):
            assert_true_as_said(trace)


@pytest.mark.slow
@pytest.mark.parametrize("scale", [0.0, 1e-9, 40.0])
def test_of_zeros_and_of_saturated_and_dead_units(scale: float) -> None:
    for kind in (ActivationKind.RELU, ActivationKind.SIGMOID, ActivationKind.TANH):
        layers = [DenseSpec(units=3, activation=kind)] * 2
        for seed in range(5):
            for trace in traces(plane(DatasetKind.XOR4, *layers), seed, scale):
                assert_true_as_said(trace)


def test_of_other_layers_there_are_three_as_well() -> None:
    layers = DenseSpec(units=4), DropoutSpec(rate=0.5), BatchNormSpec(), DenseSpec(units=3), LayerNormSpec()
    for seed in range(6):
        for trace in traces(plane(DatasetKind.SPIRALS, *layers), seed):
            for _, _, _, asked in questions(trace):
                assert_three(asked, Guess())


def test_a_unit_that_is_switched_off_says_so() -> None:
    trainer = Trainer(plane(DatasetKind.XOR4, DenseSpec(units=3, activation=ActivationKind.TANH)), dtype=np.float64)
    trainer.network.lock(None, {trainer.network.layers[0].key: (1,)})
    trace = Trace.of(Held(trainer.state(), trainer.dataset), Chosen(SplitName.TRAINING, 1))
    for phase in (Phase.FORWARD, Phase.BACKWARD):
        asked = question(trace, phase, 0, (1,))
        assert asked.value == 0
        assert [cause.fact for cause in asked.causes if cause.holds] == [F.SWITCHED_OFF]
        assert_three(asked, Guess(2, 1.0))


def test_through_a_falling_slope_what_pushes_up_pulls_down() -> None:
    sine = plane(DatasetKind.XOR4, DenseSpec(units=3, activation=ActivationKind.SINE))
    found = 0
    for seed in range(0, 24, 2):
        for trace in traces(sine, seed, scale=3):
            for unit in np.flatnonzero(np.asarray(trace.layers[0].slope) < -0.1):
                asked = question(trace, Phase.BACKWARD, 0, (int(unit),))
                for cause in asked.causes if asked.place.quantity is Q.DZ else ():
                    if cause.holds and cause.fact in (F.ALL_UP, F.ALL_DOWN, F.MORE_UP, F.MORE_DOWN):
                        assert cause.pull == np.sign(asked.value)
                        found += 1
    assert found > 4


def test_what_has_diverged_is_not_asked_for() -> None:
    experiment = plane(DatasetKind.XOR4, DenseSpec(units=3, activation=ActivationKind.LINEAR))
    for trace in traces(experiment, 1, scale=1e250):
        with pytest.raises(Unpredictable, match="out of range"):
            question(trace, Phase.FORWARD, 0, (0,))


# The worked example of the mock-up ------------------------------------------------------------------------------------


def mocked() -> Trace:
    experiment = plane(DatasetKind.XOR4, DenseSpec(units=3, activation=ActivationKind.TANH))
    state, dataset = Trainer(experiment, dtype=np.float64).state(), trainer_of(experiment).dataset
    held = Held(state, dataset)
    params, key = state.params.copy(), held.network.layers[0].key
    own = held.network.layout.by_layer(params)[key]
    own["weight"][...] = [[0.643, 0.780, -0.9], [0.757, -0.418, -0.3]]
    own["bias"][...] = [0.332, 0.506, 0.1]
    return Trace.typed(Held(replace(state, params=params), dataset), np.array([1.0, 1.0]), np.array([0.0]))


def three_digits(value: float) -> str:
    return f"{value:.3f}" if value != round(value) else f"{value:.0f}"


def test_the_question_and_its_causes_read_as_drawn() -> None:
    trace = mocked()
    third = question(trace, Phase.FORWARD, 0, (2,), three_digits)
    assert (third.name, third.asked) == ("h₃", "Where will it be?")
    assert third.known == "x = (1, 1), both weights of h₃ are negative"
    assert (third.low, third.high, third.choices) == (-1, 1, SIGNS)
    first = question(trace, Phase.FORWARD, 0, (0,), three_digits)
    outcome = Outcome(first, Guess(2, 0.5))
    assert outcome.why == "Why so high?"
    assert outcome.gap == pytest.approx(0.439, abs=5e-4)
    said = {cause.text: cause.holds for cause in first.causes}
    assert said["both products push up: 0.643 + 0.757"]
    assert not said["the bias alone does it: 0.332"]
    assert not said["tanh makes 1.732 larger"]
    bias = next(cause for cause in first.causes if cause.fact is F.BIAS_DECIDES)
    assert bias.reason == "Without it z₁ would still be 1.400, on the same side of 0."
    assert next(cause for cause in outcome.causes if cause.holds).fact is F.ALL_UP


def test_a_guess_that_was_too_high_asks_for_what_pulls_down() -> None:
    first = question(mocked(), Phase.FORWARD, 0, (0,))
    low = Outcome(replace(first, value=0.5, right=2), Guess(2, 1.0))
    assert low.why == "Why so low?"
    assert next(cause for cause in low.causes if cause.holds).fact is F.SMALLER
    assert Outcome(first, Guess()).why == "Why?"
    assert Outcome(first, Guess(2, first.snapped(0.939))).why == "Why?"


def test_what_changes_next_to_nothing_is_no_cause() -> None:
    """tanh makes 0.1 a little smaller, a slope of 0.99 lets next to everything pass: true, but not why."""
    trace = mocked()
    asked = question(trace, Phase.FORWARD, 0, (2,), three_digits)  # tanh(−1.1)
    assert any(cause.fact is F.SMALLER and cause.holds for cause in asked.causes)
    params = trace.held.state.params * 0.05
    small = Trace.typed(Held(replace(trace.held.state, params=params), trace.held.dataset), np.ones(2), np.zeros(1))
    for unit in range(2):
        asked = question(small, Phase.FORWARD, 0, (unit,), three_digits)
        assert not any(cause.holds for cause in asked.causes if cause.fact in (F.SMALLER, F.LARGER))
        assert next(cause for cause in Outcome(asked, Guess(2, 1.0)).causes if cause.holds).fact in (F.WEAK, F.OPPOSED)


def test_guesses_are_judged_by_sign_by_size_or_not_at_all() -> None:
    first = question(mocked(), Phase.FORWARD, 0, (0,))  # 0.939
    assert [Outcome(first, Guess(choice)).hit for choice in (0, 1, 2)] == [False, False, True]
    assert Outcome(first, Guess(2, 0.9)).hit
    assert Outcome(first, Guess(2, 0.5)).hit is False
    assert Outcome(first, Guess()).hit is None
    assert Outcome(first, Guess()).gap is None


def test_a_mark_stands_on_a_grid_and_a_sign_has_its_place() -> None:
    asked = question(mocked(), Phase.FORWARD, 0, (0,))
    assert asked.moved(None, 1) == pytest.approx(0.05)
    assert asked.moved(0.98, 100) == 1
    assert asked.snapped(-7) == -1
    assert [asked.typical(choice) for choice in range(3)] == pytest.approx([-0.5, 0.0, 0.5])
    relu = replace(asked, low=0.0, high=2.0, near=0.1)
    assert relu.typical(0) is None, "nothing on this axis is negative"
    assert [relu.choice_of(value) for value in (0.0, 0.1, 0.2)] == [1, 1, 2]


def test_the_loss_is_measured_by_what_a_guess_costs() -> None:
    asked = question(mocked(), Phase.LOSS, 0, (0,))
    assert asked.pivot == pytest.approx(log(2))
    assert asked.high >= 2 * asked.pivot
    assert asked.choices[1] == "about 0.6931"
