"""In which settings two experiments differ, in words, and in which order."""

from dataclasses import replace

from nnstudio.core.experiment import DenseSpec, Experiment, ImageSpec, PaintedSpec, StoppingSpec
from nnstudio.core.experiment.choices import ActivationKind, DatasetKind, OptimizerKind
from nnstudio.core.experiment.differences import differences, headline
from nnstudio.core.experiment.layer_specs import DropoutSpec

FIRST = Experiment(layers=(DenseSpec(units=8), DenseSpec(units=8)))


def training(**settings: object) -> Experiment:
    return replace(FIRST, training=replace(FIRST.training, **settings))


def words(new: Experiment, old: Experiment = FIRST) -> list[str]:
    return [each.words for each in differences(old, new)]


def test_nothing_differs_from_itself() -> None:
    assert differences(FIRST, FIRST) == ()


def test_the_optimizer_before_its_numbers_and_a_rate_alone() -> None:
    there = training(optimizer=OptimizerKind.ADAM, learning_rate=0.01, l2=0.03)
    assert words(there) == ["Adam", "0.01", "L2 0.03"]
    assert words(FIRST, there)[2] == "L2 off"
    assert differences(FIRST, there)[2][:4] == ("training.l2", "L2 penalty", "off", "0.03")
    assert [each.words for each in headline(there)] == ["Adam", "0.01"]


def test_networks_in_the_fewest_words() -> None:
    relu = tuple(replace(layer, activation=ActivationKind.RELU) for layer in FIRST.layers)
    one, other = FIRST.layers
    assert words(replace(FIRST, layers=relu)) == ["ReLU"]
    assert words(replace(FIRST, layers=(relu[0], other))) == ["8 ReLU, 8 tanh"], "only one of two layers"
    assert words(replace(FIRST, layers=(one, DropoutSpec(rate=0.2), other))) == ["8 tanh, dropout 0.2, 8 tanh"]
    assert words(replace(FIRST, layers=())) == ["no hidden layer"]
    found = differences(FIRST, replace(FIRST, layers=relu))
    assert [each[:4] for each in found] == [("layers", "Layers", "8 tanh, 8 tanh", "8 ReLU, 8 ReLU")]


def test_data_come_first_and_the_seed_last() -> None:
    there = replace(FIRST, dataset=replace(FIRST.dataset, noise=0.2), stopping=StoppingSpec(epochs=5), seed=7)
    assert words(there) == ["noise 20\N{NO-BREAK SPACE}%", "epochs 5", "seed 7"]
    assert words(replace(FIRST, dataset=ImageSpec(kind=DatasetKind.MNIST))) == ["MNIST"]


def test_other_points_are_one_difference() -> None:
    painted = replace(FIRST, dataset=PaintedSpec(training=((1.0, 1.0, 1), (0.0, 0.0, 0))))
    one, other = (0.0, 1.0, 0), (1.0, 0.0, 1)
    more = replace(painted, dataset=replace(painted.dataset, training=(one, other), test=(one,)))
    assert words(more, painted) == ["other points"]
