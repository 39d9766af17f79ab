"""The steps of whole networks, of every loss and optimizer: right answers are right, slips are named, and no other."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from nnstudio.core.experiment import DenseSpec, Experiment
from nnstudio.core.experiment.choices import ActivationKind, DatasetKind, LossKind, OptimizerKind, ScheduleKind, Task
from nnstudio.core.experiment.layer_specs import ActivationSpec, BatchNormSpec, Conv2DSpec, DropoutSpec
from nnstudio.core.experiment.optimizer_defaults import with_optimizer
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.example import Chosen, SplitName
from nnstudio.core.trace.asked import Asked
from nnstudio.core.trace.held import Held
from nnstudio.core.trace.judgement import Verdict, judge
from nnstudio.core.trace.quantity import Place, Quantity
from nnstudio.core.trace.steps import Steps
from nnstudio.core.trace.trace import Trace
from nnstudio.core.trace.typed import Typed
from nnstudio.core.trace.update_exercise import Parameter
from nnstudio.core.training.losses import losses_for
from nnstudio.core.training.phases import Phase
from nnstudio.core.training.trainer import Trainer

Q, PHASES = Quantity, (Phase.FORWARD, Phase.LOSS, Phase.BACKWARD, Phase.UPDATE)
TANH, SIGMOID, SOFTMAX = ActivationKind.TANH, ActivationKind.SIGMOID, ActivationKind.SOFTMAX


def steps_of(experiment: Experiment, updates: int = 5, example: int = 2) -> Steps:
    trainer = Trainer(experiment, dtype=np.float64)
    for _ in range(updates):
        trainer.step()
    held = Held(trainer.state(), trainer.dataset)
    assert held.update, "its steps are there once it has been worked out"
    chosen = Chosen(SplitName.TRAINING, example if len(held.batch) > 4 else int(held.batch[example]))
    return Steps(Trace.of(held, chosen))


def experiment_of(kind: DatasetKind = DatasetKind.XOR4, seed: int = 1, **training: object) -> Experiment:
    default = default_experiment(kind)
    learning = replace(default.training, batch_size=4, **training)
    layers = DenseSpec(units=3, activation=TANH), DenseSpec(units=3, activation=SIGMOID)
    return replace(default, layers=layers, training=learning, seed=seed)


def all_of(steps: Steps) -> Iterator[Asked]:
    for phase in PHASES:
        for index, layer in enumerate(steps.trace.layers):
            for unit in range(len(layer.z)):
                yield from steps.of(phase, index, unit) if phase is not Phase.LOSS or index + unit == 0 else ()


def assert_judged(step: Asked) -> None:
    """Right at any number of digits; each slip by its name, or as one of those that lead to the same value."""
    exercise = step.exercise
    assert np.isfinite(exercise.true)
    for digits in (2, 3, 4, 6, 17):
        for text in (f"{exercise.true:.{digits}g}", f"{exercise.true:#.{digits}g}".replace(".", ",")):
            verdict = judge(text, exercise).verdict
            coarse = verdict is Verdict.COARSE and Typed.read(text).coarse
            assert verdict is Verdict.RIGHT or coarse, (step.name, text)
    assert not exercise.low > exercise.true
    assert not exercise.high < exercise.true
    for slip in exercise.slips:
        if not np.isfinite(slip.value) or exercise.low <= slip.value <= exercise.high:
            continue
        if abs(slip.value - exercise.true) <= 1e-9 * max(1.0, abs(exercise.true)):
            continue
        found = judge(f"{slip.value:#.12g}" if slip.value else "0", exercise)
        assert found.verdict is Verdict.SLIP, (step.name, slip, exercise.true)
        assert slip.name in {each.name for each in found.slips}
        assert all(each.value == pytest.approx(slip.value, rel=1e-9, abs=1e-11) for each in found.slips)
        assert found.hint


TASKS = {DatasetKind.XOR4: Task.BINARY, DatasetKind.BLOBS: Task.MULTICLASS, DatasetKind.SINE: Task.REGRESSION}
LOSSES = [(kind, loss) for kind, task in TASKS.items() for loss in losses_for(task)]


@pytest.mark.parametrize(("kind", "loss"), LOSSES)
def test_the_steps_of_every_loss(kind: DatasetKind, loss: LossKind) -> None:
    steps = steps_of(experiment_of(kind, loss=loss))
    found = list(all_of(steps))
    assert {step.place.quantity for step in found} >= {Q.PRODUCT, Q.Z, Q.A, Q.LOSS, Q.DA, Q.DZ, Q.DW, Q.NEW, Q.G}
    for step in found:
        assert_judged(step)


@pytest.mark.parametrize("optimizer", OptimizerKind)
@pytest.mark.parametrize("updates", [0, 5])
def test_the_new_weight_of_every_optimizer(optimizer: OptimizerKind, updates: int) -> None:
    experiment = experiment_of(loss=LossKind.CROSS_ENTROPY)
    plain = with_optimizer(experiment.training, optimizer)
    shaped = replace(plain, l2=0.3, l1=0.05, clip_norm=0.2, schedule=ScheduleKind.EXPONENTIAL)
    for training in (plain, shaped, replace(shaped, clip_norm=0, clip_value=0.01)):
        steps = steps_of(replace(experiment, training=training), updates)
        held = steps.trace.held
        news = [step for step in all_of(steps) if step.place.quantity is Q.NEW]
        assert len(news) > 8
        for step in news:
            place = step.place
            parameter = Parameter.of(held, place.layer, place.array, place.at)
            engine = held.number_of(held.update[-1], place.layer, place.array, place.at)
            assert parameter.new == pytest.approx(engine, rel=1e-12, abs=1e-15)
            assert_judged(step)


@pytest.mark.parametrize("seed", range(10))
def test_what_the_printed_numbers_give_is_right(seed: int) -> None:
    """A learner has three digits after the point, calculates with these, and writes down as many."""
    for step in all_of(steps_of(experiment_of(seed=seed, loss=LossKind.CROSS_ENTROPY))):
        calculation = step.exercise.calculation
        if calculation is None:
            continue
        if any(abs(factor.value) < 5e-4 for term in calculation.terms for factor in term.factors):
            continue  # printed with a power of ten
        products = [
            term.sign * float(np.prod([round(factor.value, 3) for factor in term.factors]))
            for term in calculation.terms
        ]
        assert judge(f"{sum(products):.9f}", step.exercise).verdict is Verdict.RIGHT, step.name
        rounded = sum(round(value, 3) for value in products)
        if len(products) > 1 and abs(rounded) >= 0.1:
            assert judge(f"{rounded:.3f}", step.exercise).verdict is Verdict.RIGHT, step.name


def test_the_order_of_working_and_what_each_step_needs() -> None:
    steps = steps_of(experiment_of(loss=LossKind.CROSS_ENTROPY))
    forward = steps.of(Phase.FORWARD, 0, 1)
    assert [step.column for step in forward] == ["x₁ · w", "x₂ · w", "z", "h"]
    assert [step.first for step in forward] == [True, True, False, False]
    assert forward[2].needs == (forward[0].place, forward[1].place)
    assert forward[3].needs == (forward[2].place,)
    behind = steps.of(Phase.FORWARD, 1, 0)
    assert behind[1].needs == (forward[3].place,), "what arrives is what the layer before hands on"
    back = steps.of(Phase.BACKWARD, 0, 1)
    assert [step.column for step in back] == ["∂L/∂a", "∂L/∂z", "∂L/∂w₁", "∂L/∂w₂", "∂L/∂b"]
    assert [step.column for step in steps.of(Phase.FORWARD, 2, 0)][-2:] == ["z", "ŷ"]
    assert steps.of(Phase.BACKWARD, 2, 0)[0].needs == (Place(Q.P, 0, (0,)),)
    update = steps.of(Phase.UPDATE, 0, 1)
    assert [step.column.split()[0] for step in update] == ["g", "new"] * 3
    for step in all_of(steps):
        assert steps.at(step.place) is step
        assert steps.origin(step.place) == step.place
        twin = steps.twin(step, lambda _: False)
        assert twin is None or (twin.place != step.place and twin.place.quantity is step.place.quantity)


def test_sums_that_nobody_is_asked_for_are_made_of_numbers_that_somebody_is() -> None:
    """A loss of ten terms tells the answers, and an error of ten summands the errors that it comes from."""
    experiment = experiment_of(DatasetKind.SKETCHED_DIGITS)
    steps = steps_of(experiment, 1)
    before, output = steps.trace.layers[-2:]
    answers = tuple(Place(Q.P, output.key, (unit,)) for unit in range(10))
    errors = tuple(Place(Q.DZ, output.key, (unit,)) for unit in range(10))
    assert all(steps.at(place) is not None for place in (*answers, *errors))
    assert steps.sources(Place(Q.LOSS, output.key, ())) == answers
    assert steps.sources(Place(Q.TERM, output.key, (4,))) == answers[4:5]
    arriving = Place(Q.DA, before.key, (1,))
    assert steps.at(arriving) is None
    assert steps.sources(arriving) == errors
    passed_on = steps.at(Place(Q.DZ, before.key, (1,)))
    assert passed_on is not None
    assert arriving in passed_on.needs


def test_one_number_has_one_name() -> None:
    steps = steps_of(replace(experiment_of(), layers=(DenseSpec(units=2, activation=ActivationKind.LINEAR),)))
    hidden, output = steps.trace.layers
    z = Place(Q.Z, hidden.key, (1,))
    assert steps.origin(Place(Q.A, hidden.key, (1,))) == z
    assert steps.origin(Place(Q.X, output.key, (1,))) == z
    assert steps.origin(Place(Q.SLOPE, hidden.key, (1,))) == z
    assert steps.origin(Place(Q.DZ, hidden.key, (1,))) == Place(Q.DA, hidden.key, (1,))
    assert steps.origin(Place(Q.DX, output.key, (1,))) == Place(Q.DA, hidden.key, (1,))
    assert [step.column for step in steps.of(Phase.FORWARD, 0, 1)] == ["x₁ · w", "x₂ · w", "z"]


def test_layers_that_nobody_is_asked_for_say_so_and_show_what_is_asked() -> None:
    layers = DenseSpec(units=3), BatchNormSpec(), ActivationSpec(activation=TANH), DropoutSpec(rate=0.2)
    steps = steps_of(replace(experiment_of(), layers=layers))
    dense = steps.trace.layers[0]
    assert steps.reason(Phase.FORWARD, 0, 0) == ""
    assert steps.reason(Phase.FORWARD, 1, 0).endswith("its numbers are not asked for.")
    assert [step.column for step in steps.of(Phase.FORWARD, 2, 0)] == ["h"]
    hidden = steps.sources(Place(Q.Z, steps.trace.layers[1].key, (0,)))
    assert hidden == tuple(Place(Q.A, dense.key, (unit,)) for unit in range(3))
    images = default_experiment(DatasetKind.SKETCHED_DIGITS)
    steps = steps_of(replace(images, layers=(Conv2DSpec(filters=2), DenseSpec(units=12))), 1)
    assert steps.reason(Phase.FORWARD, 0, 0)
    assert [step.column for step in steps.of(Phase.FORWARD, 1, 0)] == ["h"], "hundreds of terms nobody adds up"
    assert steps.reason(Phase.LOSS, None, None), "nor the costs of ten classes"
