"""Class weights: what an example costs, and its gradient, times the weight of its class, wherever one looks."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from same_state import assert_same

from nnstudio.core.data.dataset import Dataset, build
from nnstudio.core.experiment import DenseSpec, Experiment, LayerSpec, PaintedSpec, StoppingSpec, TrainingSpec
from nnstudio.core.experiment.choices import ClassWeights, LossKind, Task
from nnstudio.core.experiment.layer_specs import BatchNormSpec
from nnstudio.core.experiment.plan import Change, plan
from nnstudio.core.landscape.directions import random_plane
from nnstudio.core.landscape.path import Path
from nnstudio.core.landscape.survey import Survey
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.examination import constant_loss
from nnstudio.core.run.example import Chosen, SplitName
from nnstudio.core.run.example_losses import ExampleLossReadings
from nnstudio.core.trace import backward_exercise, loss_exercise
from nnstudio.core.trace.exercise import Exercise
from nnstudio.core.trace.held import Held
from nnstudio.core.trace.judgement import Verdict, judge
from nnstudio.core.trace.nudging import Nudging
from nnstudio.core.trace.quantity import Place, Quantity
from nnstudio.core.trace.questions import question
from nnstudio.core.trace.steps import Steps
from nnstudio.core.trace.text import lines_of
from nnstudio.core.trace.trace import Trace
from nnstudio.core.training import descent
from nnstudio.core.training.gradient_check import gradient_check
from nnstudio.core.training.losses import LOSSES, WEIGHED, LossStage, class_weights, loss_on
from nnstudio.core.training.losses.cross_entropy import SoftmaxCrossEntropy
from nnstudio.core.training.losses.weighted import Weighted, balanced
from nnstudio.core.training.phases import Phase
from nnstudio.core.training.trainer import Trainer
from nnstudio.core.training.transfer import carried

BALANCED = ClassWeights.BALANCED
PAIRS = [pair for pair in LOSSES if pair[1] in WEIGHED]
IDS = [f"{kind.value}-{task.value}" for kind, task in PAIRS]
WEIGHTS = {Task.BINARY: (0.5, 3.0), Task.MULTICLASS: (2.0, 0.25, 1.0, 7.0)}
COUNTS = {2: (30, 6), 3: (30, 6, 12)}


def draw(task: Task) -> tuple[Any, Any, Any]:
    """Logits and truths, (outputs, n) both, and the weight of each example."""
    random = np.random.default_rng(2)
    labels = random.integers(0, len(WEIGHTS[task]), 40)
    y = labels[None].astype(float) if task is Task.BINARY else np.eye(4)[labels].T.copy()
    return random.normal(0, 2, y.shape), y, np.array(WEIGHTS[task])[labels]


def at_work(loss: Any, z: Any, y: Any) -> tuple[float, Any]:
    gradient = np.empty_like(z)
    stage = LossStage(loss, z, loss.targets(y.T).T, gradient)
    stage.backward()
    return stage.value(), gradient


def uneven(classes: int, *layers: LayerSpec, **training: Any) -> Experiment:
    """Points of classes that are not equally frequent."""
    random = np.random.default_rng(4)
    points = tuple(
        (float(x), float(y), label)
        for label, count in enumerate(COUNTS[classes])
        for x, y in random.normal(2 * label - 2, 2, (count, 2))
    )
    spec = PaintedSpec(classes=classes, training=points, test=points[::3])
    asked = {"batch_size": 8, "class_weights": BALANCED, **training}
    return Experiment(dataset=spec, layers=layers or (DenseSpec(units=5),), training=TrainingSpec(**asked))


# The loss -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
@pytest.mark.parametrize("pair", PAIRS, ids=IDS)
def test_an_example_costs_so_many_times_as_much(pair: tuple[LossKind, Task], smoothing: float) -> None:
    plain = LOSSES[pair](TrainingSpec(label_smoothing=smoothing))
    loss = Weighted(plain, WEIGHTS[pair[1]])
    z, y, counts = draw(pair[1])
    each = plain.each(z, plain.targets(y.T).T).copy()
    np.testing.assert_allclose(loss.each(z, loss.targets(y.T).T), counts * each, rtol=1e-12)
    value, gradient = at_work(loss, z, y)
    assert value == pytest.approx((counts * each).sum() / len(counts), rel=1e-12)
    np.testing.assert_allclose(gradient, counts * at_work(plain, z, y)[1], rtol=1e-12)
    h = 1e-6
    for place in [*np.ndindex(z.shape)][::7]:
        up, down = z.copy(), z.copy()
        up[place] += h
        down[place] -= h
        slope = (at_work(loss, up, y)[0] - at_work(loss, down, y)[0]) / (2 * h)
        assert gradient[place] == pytest.approx(slope, rel=1e-6, abs=1e-9)


def test_pytorch_divides_by_the_weights_and_we_by_the_examples() -> None:
    torch = pytest.importorskip("torch", reason="needs PyTorch as the reference (extra `oracle`)")
    z, y, counts = draw(Task.MULTICLASS)
    ours, gradient = at_work(
        Weighted(LOSSES[LossKind.CROSS_ENTROPY, Task.MULTICLASS](TrainingSpec()), WEIGHTS[Task.MULTICLASS]), z, y
    )
    labels, n = torch.tensor(y.argmax(axis=0)), len(counts)

    def theirs(reduction: str) -> tuple[float, Any]:
        logits = torch.tensor(z.T, requires_grad=True)
        weights = torch.tensor(WEIGHTS[Task.MULTICLASS], dtype=torch.float64)
        value = torch.nn.CrossEntropyLoss(weight=weights, reduction=reduction)(logits, labels)
        value.backward()
        return float(value.detach()), logits.grad.numpy().T

    summed, slopes = theirs("sum")
    assert ours == pytest.approx(summed / n, rel=1e-12)
    np.testing.assert_allclose(gradient, slopes / n, rtol=1e-10)
    mean, slopes = theirs("mean")
    assert ours == pytest.approx(mean * counts.sum() / n, rel=1e-12)
    np.testing.assert_allclose(gradient, slopes * counts.sum() / n, rtol=1e-10)


def test_balanced_weights_are_those_of_scikit_learn_and_one_on_average() -> None:
    labels = np.repeat([0, 1, 2], [90, 9, 1])
    weights = balanced(labels, 3)
    assert weights == pytest.approx((100 / 270, 100 / 27, 100 / 3))
    assert np.array(weights)[labels].mean() == pytest.approx(1)
    utils = pytest.importorskip("sklearn.utils.class_weight", reason="needs scikit-learn (extra `oracle`)")
    assert weights == pytest.approx(utils.compute_class_weight("balanced", classes=np.arange(3), y=labels))


def test_a_class_that_does_not_occur_weighs_one_and_the_others_as_without_it() -> None:
    assert balanced(np.repeat([0, 2], [3, 1]), 3) == pytest.approx((4 / 6, 1, 4 / 2))


# Training -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("classes", [2, 3])
def test_the_gradient_is_right(classes: int) -> None:
    trainer = Trainer(uneven(classes, label_smoothing=0.1), dtype=np.float64)
    trainer.train(epochs=2)
    assert max(gradient_check(trainer).values()) < 1e-6


def test_what_is_measured_is_weighed_as_well() -> None:
    trainer = Trainer(uneven(3))
    plain = Trainer(uneven(3, class_weights=ClassWeights.NONE))
    weights = np.array(class_weights(trainer.experiment.training, trainer.dataset))
    assert weights == pytest.approx(48 / (3 * np.array(COUNTS[3])))
    for split in (SplitName.TRAINING, SplitName.TEST):
        labels = split.of(trainer.dataset).labels  # type: ignore[union-attr]
        costs, weighed = (ExampleLossReadings(one).read() for one in (plain, trainer))
        each, ours = (one.train if split is SplitName.TRAINING else one.test for one in (costs, weighed))
        np.testing.assert_allclose(ours, weights[labels] * each, rtol=1e-5)
        measured = trainer.last_metrics
        mean = measured.train_loss if split is SplitName.TRAINING else measured.test_loss
        assert mean == pytest.approx(ours.mean(), rel=1e-5)
    assert constant_loss(trainer.loss, trainer.dataset.train.targets) == pytest.approx(np.log(3))


def test_the_rare_class_is_found() -> None:
    random = np.random.default_rng(0)
    rare = np.arange(400) % 20 == 0
    data = Dataset.from_arrays(random.normal(0, 1, (400, 2)) + 1.2 * rare[:, None], rare, test_share=0)

    def recall(weights: ClassWeights) -> float:
        usual = default_experiment(data.spec)
        trainer = Trainer(replace(usual, training=replace(usual.training, class_weights=weights)), dataset=data)
        trainer.train(epochs=10)
        return float((trainer.predict(data.train.raw)[rare, 0] > 0.5).mean())

    assert recall(ClassWeights.NONE) < 0.4
    assert recall(BALANCED) > 0.7


def test_the_parts_of_a_long_mini_batch_weigh_what_the_whole_does(monkeypatch: pytest.MonkeyPatch) -> None:
    experiment = uneven(3, DenseSpec(units=4), BatchNormSpec(), batch_size=40)
    whole = Trainer(experiment, dtype=np.float64)
    monkeypatch.setattr(descent, "examples_at_once", lambda layers: 16)
    parted = Trainer(experiment, dtype=np.float64)
    for _ in range(5):
        whole.step()
        parted.step()
    np.testing.assert_allclose(parted.network.params, whole.network.params, rtol=1e-9, atol=1e-12)


def test_weights_may_change_in_mid_training() -> None:
    experiment = replace(uneven(3), stopping=StoppingSpec(patience=50))
    plain = replace(experiment, training=replace(experiment.training, class_weights=ClassWeights.NONE))
    assert plan(experiment, plain) is Change.HYPERPARAMETERS
    trainer = Trainer(plain)
    trainer.train(epochs=1)
    before = trainer.last_metrics.train_loss
    params = trainer.network.params.copy()
    trainer.apply(experiment)
    assert trainer.network.params.tobytes() == params.tobytes()
    assert trainer.evaluate().train_loss != before
    assert trainer.stopping.best.weights is None, "another loss is another measure"
    trainer.train(epochs=1)
    resumed = Trainer.resumed(trainer.state())
    for one in (trainer, resumed):
        one.train(epochs=1)
    assert_same(resumed.state(), trainer.state())


def test_other_data_bring_their_own_weights() -> None:
    trainer = Trainer(uneven(3))
    spec = trainer.experiment.dataset
    assert isinstance(spec, PaintedSpec)
    fewer = replace(trainer.experiment, dataset=replace(spec, training=spec.training[20:]))
    other = carried(trainer, fewer, build(fewer.dataset))
    assert other.loss == loss_on(fewer.training, other.dataset)
    assert other.loss != trainer.loss


@pytest.mark.parametrize("truth", [np.arange(20.0), np.arange(40).reshape(20, 2) % 2], ids=["values", "labels"])
def test_where_examples_have_no_class_nothing_changes(truth: Any) -> None:
    data = Dataset.from_arrays(np.random.default_rng(0).normal(size=(20, 3)), truth)
    usual = default_experiment(data.spec)
    asked = replace(usual, training=replace(usual.training, class_weights=BALANCED))
    runs = [Trainer(experiment, dataset=data) for experiment in (usual, asked)]
    for run in runs:
        run.train(epochs=3)
    assert runs[0].network.params.tobytes() == runs[1].network.params.tobytes()


# The microscope -------------------------------------------------------------------------------------------------------


def held_of(kind: LossKind, classes: int) -> tuple[Trainer, Held]:
    trainer = Trainer(uneven(classes, loss=kind), dtype=np.float64)
    trainer.train(epochs=2)
    return trainer, Held(trainer.state(), trainer.dataset)


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize(
    "kind", [LossKind.CROSS_ENTROPY, LossKind.MEAN_SQUARED_ERROR, LossKind.HALF_SQUARED_ERROR, LossKind.HINGE]
)
def test_what_is_held_is_what_the_run_does_next(kind: LossKind, classes: int) -> None:
    trainer, held = held_of(kind, classes)
    traces = [Trace.of(held, Chosen(SplitName.TRAINING, int(index))) for index in held.batch]
    trainer.step()
    np.testing.assert_allclose(held.gradient, trainer.network.grads, rtol=1e-9, atol=1e-13)
    np.testing.assert_allclose(held.update[-1].values, trainer.network.params, rtol=1e-9, atol=1e-13)
    assert held.way.loss == pytest.approx(np.mean([trace.terms.loss for trace in traces]), rel=1e-12)
    assert {trace.terms.weight for trace in traces} == set(held.counts(trainer.dataset.train.targets[held.batch]))
    for trace in traces[:3]:
        assert all(check.right for check in Nudging(trace).layers())


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("kind", [kind for kind, task in PAIRS if task is Task.MULTICLASS])
def test_a_learner_has_to_weigh_the_example(kind: LossKind, classes: int) -> None:
    if (kind, Task.BINARY if classes == 2 else Task.MULTICLASS) not in LOSSES:
        pytest.skip("no such loss of two classes")
    _, held = held_of(kind, classes)
    for index in (0, 33, 35):  # of a frequent class and of a rare one
        trace = Trace.of(held, Chosen(SplitName.TRAINING, index))
        weight = trace.terms.weight
        assert weight != 1
        for unit in range(len(trace.p)):
            for exercise, true in (
                (loss_exercise.loss_term(trace, unit), trace.terms.values[unit]),
                (backward_exercise.output_error(trace, unit), trace.dz[unit]),
            ):
                check(exercise, float(true), weight)


def check(exercise: Exercise, true: float, weight: float) -> None:
    assert exercise.true == pytest.approx(true, rel=1e-12)
    assert exercise.rule.startswith(f"{weight:.4g} · (")
    assert judge(f"{true:.6f}", exercise).verdict is Verdict.RIGHT
    if abs(true) > 0.05:
        judged = judge(f"{true / weight:.6f}", exercise)
        assert judged.verdict is Verdict.SLIP
        assert "weight of its class" in judged.sentence


def test_what_stands_beside_the_numbers_is_weighed_as_well() -> None:
    trainer, held = held_of(LossKind.CROSS_ENTROPY, 3)
    trace = Trace.of(held, Chosen(SplitName.TRAINING, 33))
    weight = f"{trace.terms.weight:.4g} · ("
    assert f"{weight}−t · ln p) = " in "\n".join(lines_of(trace))
    assert question(trace, Phase.LOSS, 0, ()).pivot == pytest.approx(trace.terms.weight * np.log(3))
    asked = Steps(trace).at(Place(Quantity.TERM, 0, (1,)))
    assert asked is not None
    assert str(asked.made[1][0]).startswith(weight)
    plane = random_plane(Path.of(trainer.state(), []), trainer.network.layout)
    survey = Survey(trainer.state(), trainer.dataset, plane, SplitName.TEST)
    assert survey.at(0.0, 0.0) == pytest.approx(trainer.evaluate().test_loss)


def test_the_best_constant_answer_is_that_of_the_weighed_classes() -> None:
    y = np.eye(3)[[0, 0, 0, 1, 2, 2]]
    weights = np.array([1.0, 6.0, 0.5])
    counts = weights * y.sum(axis=0)
    best = -(counts * np.log(counts / counts.sum())).sum() / len(y)
    assert constant_loss(Weighted(SoftmaxCrossEntropy(), tuple(weights.tolist())), y) == pytest.approx(best)
