"""The experiments that come with the program: each trains, and each does what its text says."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from nnstudio.core.data.images import ImageSet
from nnstudio.core.experiment import DenseSpec, Experiment
from nnstudio.core.experiment.choices import ActivationKind, DatasetKind
from nnstudio.core.experiment.dataset_spec import ImageSpec
from nnstudio.core.experiment.plan import Change, plan
from nnstudio.core.presets import PRESETS, Group, Preset, default_experiment
from nnstudio.core.training.trainer import Trainer
from nnstudio.files.experiment_json import experiment_from_json, experiment_to_json


def pretended_mnist(spec: ImageSpec) -> ImageSet:
    """Images of MNIST's size: noise that is brighter at a place of its own for each class."""
    random = np.random.default_rng(0)
    labels = np.arange(400) % 10
    pixels = random.integers(0, 60, (400, 28, 28))
    pixels[np.arange(400), 2 + 2 * labels, 4:24] += 150
    return ImageSet(pixels[:300].astype(np.uint8), labels[:300], pixels[300:].astype(np.uint8), labels[300:], 10)


def walk(experiment: Experiment, updates: int) -> Trainer:
    run = Trainer(experiment, pretended_mnist)
    for _ in range(updates):
        run.step()
    return run


def to_the_end(experiment: Experiment) -> Trainer:
    """As the experiment's own rules say."""
    run = Trainer(experiment)
    while run.stop_reason is None:
        run.step()
    return run


def learns(experiment: Experiment, seed: int) -> bool:
    return to_the_end(replace(experiment, seed=seed)).evaluate().train_accuracy == 1


def norms(run: Trainer) -> list[float]:
    """‖∇W‖ of the last update, layer by layer."""
    return [float(np.linalg.norm(block[:-1])) for _, block in run.network.blocks(run.network.grads)]


# The list -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("preset", PRESETS.values(), ids=list(PRESETS))
def test_trains_and_is_saved(preset: Preset) -> None:
    run = walk(preset.experiment, 20)
    assert np.isfinite(run.network.params).all()
    text = experiment_to_json(preset.experiment)
    assert experiment_from_json(text) == preset.experiment
    assert experiment_to_json(experiment_from_json(text)) == text


def test_names_are_fit_for_a_command_line() -> None:
    assert all(name == preset.name for name, preset in PRESETS.items())
    assert all(name.replace("-", "").isalnum() and name.isascii() and name.islower() for name in PRESETS)
    assert len({preset.title for preset in PRESETS.values()}) == len(PRESETS)


def test_texts_are_short() -> None:
    for preset in PRESETS.values():
        assert 60 <= len(preset.text) <= 360, preset.name
        assert preset.text.endswith(".")


def test_groups_stand_together_and_none_is_empty() -> None:
    groups = [preset.group for preset in PRESETS.values()]
    assert list(dict.fromkeys(groups)) == list(Group)
    assert groups == sorted(groups, key=list(Group).index)


def test_every_data_set_has_one() -> None:
    for kind in set(DatasetKind) - {DatasetKind.PAINTED, DatasetKind.TABLE, DatasetKind.PICTURES}:
        preset = PRESETS[kind.value]
        assert preset.experiment == default_experiment(kind)
        assert preset.experiment.dataset.kind is kind


def test_no_numpy_is_needed_to_list_them() -> None:
    program = "import sys, nnstudio.core.presets; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


# What their texts say -------------------------------------------------------------------------------------------------


def test_the_article_s_mean_runs_over_examples_and_classes() -> None:
    run = walk(PRESETS["softmax-classifier"].experiment, 200)
    run.evaluate()
    probabilities, truth = evaluated(run)
    printed = -np.mean(truth * np.log(probabilities))
    assert printed == pytest.approx(run.evaluate().train_loss / 3, rel=1e-5)


def evaluated(run: Trainer) -> tuple[np.ndarray, np.ndarray]:
    """What the network says to the training examples, and the truth, both (n, classes)."""
    from nnstudio.core.training.evaluation import Evaluation

    train = Evaluation(run.network, run.dataset.train, run.dataset.task)
    return train.predict(run.loss).T, run.dataset.train.targets


def test_softmax_classifier_guesses_for_a_hundred_updates_and_then_learns() -> None:
    experiment = PRESETS["softmax-classifier"].experiment
    run = walk(experiment, 80)
    assert run.evaluate().train_loss == pytest.approx(np.log(3), abs=0.05)
    end = to_the_end(experiment)
    assert end.updates == 1000, "full batch: one update an epoch"
    assert end.evaluate().test_accuracy > 0.98
    spirals = replace(experiment, dataset=replace(experiment.dataset, kind=DatasetKind.SPIRALS, arms=3))
    assert to_the_end(spirals).evaluate().train_accuracy < 0.5


@pytest.mark.parametrize("seed", range(1, 31))
def test_one_unit_cannot_learn_xor(seed: int) -> None:
    run = to_the_end(replace(PRESETS["xor-one-unit"].experiment, seed=seed))
    assert run.evaluate().train_loss == pytest.approx(0.25, abs=0.001)
    np.testing.assert_allclose(run.test.outputs, 0.5, atol=0.03)
    assert run.updates == 1000
    first = Trainer(PRESETS["xor-one-unit"].experiment).network.params
    assert ((first > 0) & (first < 1)).all(), "the bias, too"


@pytest.mark.slow
@pytest.mark.parametrize(("name", "learned"), [("xor-two-units", 3), ("xor-pairs", 8), ("xor-four-units", 16)])
def test_so_many_of_thirty_seeds_learn_xor(name: str, learned: int) -> None:
    """As its text says; another BLAS may bring a seed or two over the edge."""
    found = sum(learns(PRESETS[name].experiment, seed) for seed in range(1, 31))
    assert abs(found - learned) <= 2


def test_batches_of_two_make_twice_as_many_updates() -> None:
    pairs = PRESETS["xor-pairs"].experiment
    assert plan(PRESETS["xor-two-units"].experiment, pairs) == Change.HYPERPARAMETERS
    assert walk(pairs, 20).epoch == 10


def test_uniform_weights_let_nothing_flow_back() -> None:
    experiment = PRESETS["xor-uniform-weights"].experiment
    first, run = Trainer(experiment).network.params, walk(experiment, 200)
    assert max(norms(run)) == 0
    assert np.array_equal(run.network.params, first)
    run.evaluate()
    np.testing.assert_allclose(run.test.outputs, 1)
    healed = replace(experiment, initialization=PRESETS["xor-four-units"].experiment.initialization)
    assert learns(healed, 1)


def test_four_units_learn_xor() -> None:
    experiment = PRESETS["xor-four-units"].experiment
    run = to_the_end(experiment)
    assert run.evaluate().train_accuracy == 1
    np.testing.assert_allclose(run.test.outputs, [[0, 1, 1, 0]], atol=0.01)


def test_sigmoid_starves_the_first_layer_and_relu_does_not() -> None:
    sigmoid, relu = (PRESETS[name].experiment for name in ("deep-sigmoid", "deep-relu"))
    layers = tuple(DenseSpec(units=8, activation=ActivationKind.RELU) for _ in sigmoid.layers)
    assert relu == replace(sigmoid, layers=layers), "twins but for the activation"
    for updates in (1, 1000):
        starved, fed = norms(walk(sigmoid, updates)), norms(walk(relu, updates))
        assert starved[0] < starved[-2] / 1000
        assert fed[0] > fed[-2] / 20
    assert to_the_end(sigmoid).evaluate().test_accuracy < 0.6
    learned = walk(relu, 40 * 25)
    assert learned.epoch == 40
    assert learned.evaluate().test_accuracy > 0.98


@pytest.mark.slow
def test_mnist_classifier_passes_97_percent(mnist_folder: object) -> None:
    from nnstudio.files.images import ImageLibrary

    run = Trainer(PRESETS["mnist-classifier"].experiment, ImageLibrary(lambda: None))
    while run.stop_reason is None:
        run.step()
    assert run.epoch == 5
    assert run.evaluate().test_accuracy > 0.97
