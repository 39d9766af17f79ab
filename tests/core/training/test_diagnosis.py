"""Small real trainings that go wrong, one for each cause: what is said of them, and that what is to be tried helps."""

from dataclasses import replace
from typing import Any

import pytest

from nnstudio.core.experiment import DenseSpec, Experiment, ImageSpec, InitializationSpec, PlaneSpec, TrainingSpec
from nnstudio.core.experiment.choices import (
    ActivationKind,
    BiasKind,
    DatasetKind,
    InitializerKind,
    LossKind,
    OptimizerKind,
    ScheduleKind,
)
from nnstudio.core.experiment.layer_specs import ActivationSpec, BatchNormSpec, Conv2DSpec, DropoutSpec, LayerSpec
from nnstudio.core.experiment.plan import can_carry, plan
from nnstudio.core.presets import PRESETS
from nnstudio.core.run.frame import Frame, Probe, Status
from nnstudio.core.run.observe import Observer
from nnstudio.core.training.diagnosis import Cause, Diagnosis, diagnose
from nnstudio.core.training.signs import LayerSigns, Saturation, Signs
from nnstudio.core.training.trainer import Diverged, Trainer
from nnstudio.core.training.transfer import carried

RELU, TANH, SIGMOID, STEP = ActivationKind.RELU, ActivationKind.TANH, ActivationKind.SIGMOID, ActivationKind.STEP


def asked(
    *units: int, activation: ActivationKind = TANH, first: InitializationSpec | None = None, **training: Any
) -> Experiment:
    return Experiment(
        layers=tuple(DenseSpec(units=count, activation=activation) for count in units),
        initialization=first or InitializationSpec(),
        training=TrainingSpec(**training),
    )


def drawn(kind: InitializerKind, **settings: Any) -> InitializationSpec:
    return InitializationSpec(kind=kind, **settings)


def trained(trainer: Trainer, updates: int) -> Frame:
    """The frame after so many updates, or after the divergence."""
    status = Status.PAUSED
    try:
        for _ in range(updates):
            trainer.step(keep_change=True)
    except Diverged:
        status = Status.DIVERGED
    return Observer(trainer, 1).frame(Probe.GRADIENTS, status=status)


def diagnosis_of(frame: Frame) -> Diagnosis:
    assert frame.diagnosis is not None
    return frame.diagnosis


DEEP_EXPLOSION = replace(
    asked(*(8,) * 6, activation=RELU, first=drawn(InitializerKind.NORMAL, sigma=3.0), loss=LossKind.MEAN_SQUARED_ERROR),
    dataset=PlaneSpec(kind=DatasetKind.HILLS),
)

ZEROS, CONSTANT, NORMAL = InitializerKind.ZEROS, InitializerKind.CONSTANT, InitializerKind.NORMAL
# The experiment, how many updates, and then: the cause, the layer's key, the title, what the sentence says, the remedy.
TABLE: dict[str, tuple[Experiment, int, Cause, int | None, str, str, str]] = {
    "zero weights": (
        asked(4, 2, first=drawn(ZEROS)),
        50,
        *(Cause.ZERO_WEIGHTS, 1, "The weights of Dense 1 are zero"),
        *("no gradient comes back", "Use Glorot's first weights"),
    ),
    "zero weights before the first update": (
        asked(4, 2, first=drawn(ZEROS)),
        0,
        *(Cause.ZERO_WEIGHTS, 1, "The weights of Dense 1 are zero"),
        *("nothing gets through", "Use Glorot's first weights"),
    ),
    "ones": (
        asked(4, 2, first=drawn(CONSTANT, constant=1.0)),
        500,
        *(Cause.ALIKE, 1, "The neurons of Dense 1 are all alike"),
        *("All 4 neurons of Dense 1 have the same weights", "Use Glorot's first weights"),
    ),
    "step": (
        asked(4, 2, activation=STEP),
        500,
        *(Cause.STEP, 2, "Dense 2 has no slope"),
        *("0 everywhere", "Try the sigmoid"),
    ),
    "dead": (
        asked(8, 8, activation=RELU, learning_rate=10.0),
        500,
        *(Cause.DEAD, 2, "Dense 2 is dead"),
        *("All 8 neurons of Dense 2 are dead: 0 for every example", "Restart with the rate 0.03"),
    ),
    "dead from the beginning": (
        asked(4, activation=RELU, first=InitializationSpec(kind=InitializerKind.HE, bias=-10.0)),
        100,
        *(Cause.DEAD, 1, "Dense 1 is dead"),
        *("All 4 neurons of Dense 1 are dead", "Begin with biases of 0"),
    ),
    "too large": (
        asked(4, 2, learning_rate=10.0),
        500,
        *(Cause.TOO_LARGE, 0, "The steps are too large"),
        *("One update moves the weights of Output by 118\u00a0%", "Lower the rate to 0.1"),
    ),
    "saturated": (
        asked(8, 8, first=drawn(NORMAL, sigma=10.0)),
        500,
        *(Cause.SATURATED, 2, "Dense 2 is saturated"),
        *("8 of 8 neurons hardly learn. In unit 7 |a| > 0.97 on 100\u00a0% of the", "Use Glorot's first weights"),
    ),
    "vanishing": (
        asked(*(8,) * 8, activation=SIGMOID),
        500,
        *(Cause.VANISHING, 1, "The gradient vanishes on its way to Dense 1"),
        *(" in Output and ", "Use ReLU and He's weights"),
    ),
    "diverged": (
        DEEP_EXPLOSION,
        3,
        *(Cause.DIVERGED, 5, "Training diverged"),
        *("The activations of Dense 5 became infinite or undefined ", "Use He's first weights"),
    ),
    "crawling": (
        asked(4, 2, learning_rate=1e-5),
        500,
        *(Cause.CRAWLING, None, "Training crawls"),
        *("by more than 0.00012\u00a0%, although the loss of 0.79", "Raise the rate to 0.03"),
    ),
}


def gone_on(trainer: Trainer, experiment: Experiment) -> Trainer:
    """As the window goes on with an edited experiment."""
    if not plan(trainer.experiment, experiment).rebuilds:
        trainer.apply(experiment)
        return trainer
    if not can_carry(trainer.experiment, experiment):
        return Trainer(experiment)
    return carried(trainer, experiment, trainer.dataset)


@pytest.mark.parametrize("name", TABLE)
def test_what_is_said_and_that_what_is_to_be_tried_helps(name: str) -> None:
    experiment, updates, cause, layer, title, says, remedy = TABLE[name]
    trainer = Trainer(experiment)
    found = diagnosis_of(trained(trainer, updates))
    assert (found.cause, found.layer, found.title) == (cause, layer, title)
    assert says in found.sentence
    assert not found.cause.well
    assert found.remedy is not None
    assert found.remedy.label == remedy
    before = trainer.evaluate().train_loss
    after = trained(gone_on(trainer, found.remedy.experiment), 1000)
    assert diagnosis_of(after).cause is not cause
    assert not after.metrics.train_loss >= before, "NaN is no better than anything"


def test_what_a_normal_run_says_from_beginning_to_end() -> None:
    trainer = Trainer(asked(4, 2))
    assert Observer(trainer, 1).frame(Probe.GRADIENTS).diagnosis is None, "nothing is wrong and nothing has moved yet"
    learning = diagnosis_of(trained(trainer, 25))
    assert (learning.cause, learning.remedy, learning.layer) == (Cause.HEALTHY, None, None)
    assert learning.sentence == "Every layer still moves: each update changes its weights by 0.11 to 0.26\u00a0%."
    converged = diagnosis_of(trained(trainer, 10_000))
    assert (converged.cause, converged.cause.well) == (Cause.CONVERGED, True)
    assert converged.sentence.startswith(
        "The training loss is 0.0057, 0.82\u00a0% of that of a constant answer; the last"
    )


def test_a_straight_line_through_xor_is_stuck_until_a_hidden_layer_comes() -> None:
    trainer = Trainer(PRESETS["xor-one-unit"].experiment)
    found = diagnosis_of(trained(trainer, 1000))
    assert found.cause is Cause.STUCK
    assert "the loss is 0.25; the same answer to everything would give 0.25." in found.sentence
    assert found.remedy is not None
    assert found.remedy.label == "Add a hidden layer"
    assert trained(gone_on(trainer, found.remedy.experiment), 20_000).metrics.train_loss < 0.2


@pytest.mark.parametrize("name", ["circle", "xor4", "moons", "spirals", "blobs", "plane"])
def test_nothing_is_wrong_with_what_the_program_shows_first(name: str) -> None:
    trainer = Trainer(PRESETS[name].experiment)
    for _ in range(4):
        assert diagnosis_of(trained(trainer, 400)).cause.well


def only(*layers: LayerSpec, first: InitializationSpec | None = None, **training: Any) -> Experiment:
    return Experiment(layers=layers, initialization=first or InitializationSpec(), training=TrainingSpec(**training))


def test_a_layer_of_one_neuron_and_units_that_are_no_neurons() -> None:
    alone = only(DenseSpec(units=1, activation=RELU), first=InitializationSpec(bias=-10.0))
    found = diagnosis_of(trained(Trainer(alone), 5))
    assert found.sentence.startswith("The only neuron of Dense 1 is dead")
    digits = ImageSpec(kind=DatasetKind.SKETCHED_DIGITS, images=100)
    filters = replace(only(Conv2DSpec(filters=3), first=InitializationSpec(bias=-10.0)), dataset=digits)
    found = diagnosis_of(trained(Trainer(filters), 1))
    assert (found.title, found.unit) == ("Conv2D 1 is dead", 0)
    assert found.sentence.startswith("All 3 filters of Conv2D 1 are dead")
    alike = replace(filters, initialization=drawn(CONSTANT, constant=0.5))
    assert diagnosis_of(trained(Trainer(alike), 3)).title == "The filters of Conv2D 1 are all alike"


def test_an_activation_of_its_own_is_named_where_it_stands() -> None:
    stack = DenseSpec(units=4, activation=ActivationKind.LINEAR), BatchNormSpec(), ActivationSpec(activation=STEP)
    found = diagnosis_of(trained(Trainer(only(*stack)), 10))
    assert (found.title, found.layer) == ("Activation 1 has no slope", 3)
    assert found.remedy is not None
    assert found.remedy.experiment.layers[2] == ActivationSpec(key=3, activation=SIGMOID)


def test_noise_between_neurons_that_are_alike_parts_them() -> None:
    dropped = only(DenseSpec(units=6), DropoutSpec(rate=0.5), first=drawn(CONSTANT, constant=0.5))
    trainer = Trainer(dropped)
    assert diagnosis_of(trained(trainer, 0)).cause is Cause.ALIKE
    assert diagnosis_of(trained(trainer, 50)).cause is not Cause.ALIKE


# The rules themselves ------------------------------------------------------------------------------------------------


def signs(*layers: LayerSigns, experiment: Experiment | None = None, loss: float = 0.5, **about: Any) -> Signs:
    return Signs(
        layers=layers,
        experiment=experiment or asked(4, 2),
        loss=loss,
        constant_loss=0.69,
        **{"epoch": 10, "updates": 1000, **about},  # type: ignore[arg-type]
    )


def layer(key: int, gradient: float | None = 0.1, ratio: float | None = 0.001, **more: Any) -> LayerSigns:
    name = f"Dense {key}" if key else "Output"
    return LayerSigns(key=key, name=name, gradient=gradient, ratio=ratio, size=1.0, **more)


def cause(given: Signs) -> Cause | None:
    found = diagnose(given)
    return None if found is None else found.cause


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (signs(layer(1), layer(0)), Cause.HEALTHY),
        (signs(layer(1, None, None), layer(0, None, None)), None),
        (signs(layer(1, 0.0, 0.0), layer(0, 0.0, 0.0), loss=0.0), Cause.CONVERGED),
        (signs(layer(1, 1e-6), layer(0, 0.1)), Cause.VANISHING),
        (signs(layer(1, 1e-6), layer(0, 0.1), loss=0.1), Cause.HEALTHY),
        (signs(layer(1, 200.0), layer(0, 0.1)), Cause.EXPLODING),
        (signs(layer(1, 200.0), layer(0, 0.0)), Cause.HEALTHY),
        (signs(layer(1, 0.1, 0.6), layer(0)), Cause.TOO_LARGE),
        (signs(layer(1, 0.1, float("inf")), layer(0)), Cause.TOO_LARGE),
        (signs(layer(1, float("nan"), None), layer(0)), Cause.DIVERGED),
        (signs(layer(1), layer(0), diverged=Diverged(3, "Dense 1", "the activations")), Cause.DIVERGED),
        (signs(layer(1, units=4, dead=(0, 2)), layer(0)), Cause.HEALTHY),
        (signs(layer(1, units=4, dead=(0, 1, 2)), layer(0)), Cause.DEAD),
        (signs(layer(1, 1e-6, 1e-6), layer(0, 1e-6, 1e-6), loss=0.69), Cause.STUCK),
        (signs(layer(1, 1e-6, 1e-6), layer(0, 1e-6, 1e-6), loss=0.69, epoch=2), Cause.HEALTHY),
        (signs(layer(1, 0.1, 1e-6), layer(0, 0.1, 1e-6), loss=0.69), Cause.CRAWLING),
        (signs(layer(1, 1e-9, 0.0, frozen=True), layer(0)), Cause.HEALTHY),
    ],
)
def test_the_rules(given: Signs, expected: Cause | None) -> None:
    assert cause(given) is expected


@pytest.mark.parametrize(
    ("experiment", "remedy"),
    [
        (asked(4, 2, learning_rate=1e-5, batch_size=5), None),
        (asked(4, 2, clip_norm=1.0), "Lower the rate to 0.003"),
        (asked(4, 2), "Clip the gradient to 1"),
        (asked(4, 2, first=drawn(NORMAL)), "Use Glorot's first weights"),
    ],
)
def test_what_to_try_against_an_explosion(experiment: Experiment, remedy: str | None) -> None:
    experiment = experiment if remedy else replace(experiment, training=replace(experiment.training, clip_norm=1.0))
    found = diagnose(signs(layer(1, 200.0), layer(0, 0.1), experiment=experiment))
    assert found is not None
    assert (found.remedy.label if found.remedy else None) == remedy


@pytest.mark.parametrize(
    ("training", "remedy"),
    [
        ({"learning_rate": 1e-4}, "Raise the rate to 0.03"),
        ({"learning_rate": 0.1}, "Raise the rate to 1"),
        ({"learning_rate": 1e-4, "optimizer": OptimizerKind.ADAM}, "Raise the rate to 0.01"),
        ({"learning_rate": 0.1, "schedule": ScheduleKind.EXPONENTIAL}, "Switch the schedule off"),
    ],
)
def test_what_to_try_against_crawling(training: dict[str, Any], remedy: str) -> None:
    found = diagnose(signs(layer(1, 0.1, 1e-6), layer(0, 0.1, 1e-6), experiment=asked(4, **training)))
    assert found is not None
    assert found.remedy is not None
    assert found.remedy.label == remedy


def test_what_to_try_for_the_dead_spares_what_was_learned() -> None:
    given = signs(layer(1, units=4, dead=(0, 1, 3)), layer(0), experiment=asked(4, activation=RELU))
    found = diagnose(given)
    assert found is not None
    assert (found.title, found.unit) == ("3 of 4 neurons of Dense 1 are dead", 0)
    assert found.remedy is not None
    assert found.remedy.label == "Try leaky ReLU"
    assert can_carry(given.experiment, found.remedy.experiment)
    biased = asked(4, activation=RELU, first=InitializationSpec(bias_kind=BiasKind.LIKE_WEIGHTS))
    other = diagnose(replace(given, experiment=biased))
    assert other is not None
    assert other.remedy is not None
    assert other.remedy.experiment.initialization == InitializationSpec()


def test_one_saturated_neuron_is_named_in_a_layer_that_hardly_moves() -> None:
    shares = {"units": 3, "saturated": (0.4, 0.81, 0.5), "worst": Saturation(1, 0.81, 0.07), "activation": TANH}
    found = diagnose(signs(layer(1, 0.1, 1e-4, **shares), layer(0)))
    assert found is not None
    assert (found.cause, found.title, found.layer, found.unit) == (
        *(Cause.SATURATED, "Dense 1, unit 2 is saturated"),
        *(1, 1),
    )
    assert found.sentence.startswith("|a| > 0.97 on 81\u00a0% of the examples: its mean slope is 0.07")
    assert cause(signs(layer(1, 0.1, 1e-3, **shares), layer(0))) is Cause.HEALTHY, "its layer learns"
    frozen = diagnose(signs(layer(1, None, None, frozen=True, **shares), layer(0)))
    assert frozen is not None
    assert frozen.sentence.endswith("Frozen, it stays so.")


def test_only_weights_that_rest_have_converged() -> None:
    """Of a tiny loss whose weights still jump, no more is said than that nearly all is learned."""
    titles = {ratio: diagnose(signs(layer(1, 0.1, ratio), layer(0, 0.1, 1e-6), loss=1e-4)) for ratio in (1e-6, 0.05)}
    resting, moving = titles[1e-6], titles[0.05]
    assert resting is not None
    assert moving is not None
    assert (resting.title, resting.cause) == ("Converged", Cause.CONVERGED)
    assert (moving.title, moving.cause) == ("Nearly all learned", Cause.CONVERGED)
    assert moving.sentence.endswith("the last updates still changed one by 5\u00a0%.")
