"""The chosen example is shown with the very numbers that the network computes for it."""

from dataclasses import replace

import numpy as np
import pytest
from driven import Driven

from nnstudio.core.data.dataset import Dataset
from nnstudio.core.experiment import Experiment, ImageSpec
from nnstudio.core.experiment.choices import DatasetKind, Task
from nnstudio.core.experiment.dataset_spec import PlaneSpec
from nnstudio.core.presets import default_experiment
from nnstudio.core.run import commands
from nnstudio.core.run.example import AnyExample, Chosen, ExampleReading, SplitName, TypedInputs
from nnstudio.core.run.frame import ImagePicture, Probe
from nnstudio.core.run.observe import Observer
from nnstudio.core.trace.held import Held
from nnstudio.core.trace.trace import Trace
from nnstudio.core.training.trainer import Trainer


def trained(kind: DatasetKind, **settings: float) -> Trainer:
    experiment = default_experiment(kind)
    trainer = Trainer(replace(experiment, dataset=replace(experiment.dataset, **settings)))
    trainer.train(epochs=1)
    return trainer


def table(task: Task) -> Trainer:
    random = np.random.default_rng(1)
    rows = random.normal(size=(60, 4))
    sums = rows @ random.normal(size=(4, 3))
    truth = {Task.REGRESSION: sums, Task.MULTILABEL: sums > 0, Task.MULTICLASS: sums.argmax(axis=1)}[task]
    data = Dataset.from_arrays(rows, truth, validation_share=0.2)
    trainer = Trainer(default_experiment(data.spec), dataset=data)
    trainer.train(epochs=1)
    return trainer


def read(trainer: Trainer, split: SplitName, index: int) -> ExampleReading:
    return followed(trainer, Chosen(split, index))


def followed(trainer: Trainer, chosen: AnyExample) -> ExampleReading:
    example = Observer(trainer, 1).frame(Probe.NOTHING, chosen=chosen).example
    assert example is not None
    return example


def test_nothing_is_read_until_an_example_is_chosen() -> None:
    assert Observer(trained(DatasetKind.CIRCLE), 1).frame(Probe.NEURONS | Probe.OUTPUT).example is None


@pytest.mark.parametrize(
    "trainer",
    [
        trained(DatasetKind.CIRCLE, validation_share=0.2),
        trained(DatasetKind.RINGS, classes=3, validation_share=0.2),
        trained(DatasetKind.SINE, validation_share=0.2),
        table(Task.REGRESSION),
        table(Task.MULTILABEL),
        table(Task.MULTICLASS),
    ],
    ids=["two classes", "classes", "values", "table of values", "labels", "table of classes"],
)
@pytest.mark.parametrize("name", SplitName)
def test_its_numbers_are_those_of_the_split_and_of_the_network(trainer: Trainer, name: SplitName) -> None:
    split = name.of(trainer.dataset)
    assert split is not None
    example = read(trainer, name, 7)
    assert np.array_equal(example.raw, split.raw[7])
    assert np.array_equal(example.inputs, split.inputs[7])
    assert np.array_equal(example.target, split.targets[7])
    signal = example.inputs
    *hidden, _ = trainer.model().layers
    for layer, activations in zip(hidden, example.activations, strict=True):
        signal = signal @ layer.arrays["weight"] + layer.arrays["bias"]
        signal = np.tanh(signal) if layer.activation and layer.activation.value == "tanh" else np.maximum(signal, 0)
        np.testing.assert_allclose(activations, signal, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(example.answer, trainer.predict(split.raw[7][None])[0], rtol=1e-4)
    if len(split.labels):
        assert example.label == split.labels[7]
    if name is not SplitName.VALIDATION:
        losses = Observer(trainer, 1).frame(Probe.LOSSES).losses
        assert losses is not None
        each = losses.train if name is SplitName.TRAINING else losses.test
        assert example.loss == pytest.approx(float(each[7]), rel=1e-4)


IMAGES = Experiment(dataset=ImageSpec(kind=DatasetKind.SKETCHED_DIGITS, images=100))


@pytest.mark.parametrize(
    "trainer",
    [
        trained(DatasetKind.CIRCLE),
        trained(DatasetKind.RINGS, classes=3),
        trained(DatasetKind.SINE),
        table(Task.REGRESSION),
        table(Task.MULTILABEL),
        table(Task.MULTICLASS),
        Trainer(IMAGES),
    ],
    ids=["two classes", "classes", "values", "table of values", "labels", "table of classes", "images"],
)
def test_typed_inputs_are_read_as_the_network_predicts_them(trainer: Trainer) -> None:
    split = trainer.dataset.test
    raw, target = split.raw[3].astype(np.float64) * 0.9 + 0.01, split.targets[5]
    typed = TypedInputs(tuple(raw.ravel().tolist()), tuple(target.tolist()))
    example = followed(trainer, typed)
    assert example.chosen == typed
    np.testing.assert_allclose(example.answer, trainer.predict(raw[None])[0], rtol=1e-5)
    trace = Trace.typed(Held(trainer.state(), trainer.dataset), example.inputs, target)
    np.testing.assert_allclose(example.answer, trace.p, rtol=1e-4, atol=1e-6)
    assert example.loss == pytest.approx(trace.terms.loss, rel=1e-4)
    assert example.label == (int(split.labels[5]) if len(split.labels) else None)
    bare = followed(trainer, TypedInputs(typed.raw))
    np.testing.assert_array_equal(bare.answer, example.answer)
    assert bare.target is bare.label is bare.loss is None
    assert bare.answered == example.answered


def test_what_somebody_typed_is_the_very_example_where_its_numbers_are_those_of_one() -> None:
    trainer = trained(DatasetKind.CIRCLE)
    split = trainer.dataset.train
    typed = TypedInputs(tuple(split.raw[7].tolist()), tuple(split.targets[7].tolist()))
    example, same = read(trainer, SplitName.TRAINING, 7), followed(trainer, typed)
    assert (example.loss, example.label) == (same.loss, same.label)
    for one, other in zip((example.inputs, example.answer), (same.inputs, same.answer), strict=True):
        np.testing.assert_array_equal(one, other)


def test_typed_inputs_that_fit_no_longer_are_let_go() -> None:
    observer = Observer(trained(DatasetKind.CIRCLE), 1)
    for typed in (TypedInputs((1.0, 2.0, 3.0)), TypedInputs((1.0, 2.0), (0.0, 1.0)), TypedInputs(())):
        assert observer.frame(Probe.OUTPUT, chosen=typed).example is None
    example = Observer(Trainer(IMAGES), 1).frame(Probe.OUTPUT, chosen=TypedInputs((1.0, 2.0))).example
    assert example is not None
    assert example.chosen == Chosen(SplitName.TEST, 0)


@pytest.mark.parametrize(
    ("typed", "overflows"),
    [
        (TypedInputs((0.1, 3e38)), False),
        (TypedInputs((0.1, -1e39)), True),
        (TypedInputs((0.1, 0.2), (1e39,)), True),
        (TypedInputs((0.1, 0.2), (1.0,)), False),
    ],
)
def test_what_the_network_cannot_compute_with_is_known_before(typed: TypedInputs, overflows: bool) -> None:
    assert typed.overflows(Trainer(default_experiment(DatasetKind.CIRCLE)).dataset) is overflows


def test_the_answer_is_a_class_where_there_is_one_to_choose() -> None:
    trainer = trained(DatasetKind.CIRCLE)
    for index in range(5):
        example = read(trainer, SplitName.TEST, index)
        assert example.answered == int(example.answer[0] >= 0.5)
        assert replace(example, answer=np.array([0.4])).answered == 0
        assert replace(example, answer=np.array([0.5])).answered == 1
        assert replace(example, answer=np.array([0.1, 0.3, 0.6])).answered == 2
    assert read(table(Task.REGRESSION), SplitName.TEST, 0).answered is None


def test_behind_the_last_example_comes_the_first_one() -> None:
    trainer = trained(DatasetKind.CIRCLE)
    data = trainer.dataset
    count = len(data.train)
    assert read(trainer, SplitName.TRAINING, count + 3).chosen == Chosen(SplitName.TRAINING, 3)
    assert Chosen(SplitName.TRAINING, count - 1).moved(data, 1) == Chosen(SplitName.TRAINING, 0)
    assert Chosen(SplitName.TEST, 0).moved(data, -1) == Chosen(SplitName.TEST, len(data.test) - 1)
    assert data.validation is None
    assert Chosen(SplitName.VALIDATION, 4).moved(data, 1) == Chosen(SplitName.VALIDATION, 4)


def test_a_split_that_is_not_there_has_no_example() -> None:
    frame = Observer(trained(DatasetKind.CIRCLE), 1).frame(Probe.OUTPUT, chosen=Chosen(SplitName.VALIDATION, 3))
    assert frame.example is None


def test_of_images_the_first_test_image_is_seen_until_another_is_chosen() -> None:
    asked = Driven(Experiment(dataset=ImageSpec(kind=DatasetKind.SKETCHED_DIGITS, images=100)))
    for command, chosen in (
        (None, Chosen(SplitName.TEST, 0)),
        (commands.LookAt(Chosen(SplitName.TRAINING, 9)), Chosen(SplitName.TRAINING, 9)),
        (commands.LookAt(None), Chosen(SplitName.TEST, 0)),
    ):
        if command:
            asked(command)
        frame = asked.run.frame()
        assert frame.example is not None
        assert frame.example.chosen == chosen
        assert isinstance(frame.picture, ImagePicture)
        np.testing.assert_allclose(frame.picture.example * 255, frame.example.raw, atol=1e-3)
        assert frame.picture.label == frame.example.label
        assert frame.picture.probabilities is frame.example.answer


def test_a_choice_lasts_through_edits_and_other_data() -> None:
    asked = Driven(default_experiment(DatasetKind.CIRCLE))
    asked(commands.LookAt(Chosen(SplitName.TRAINING, 12)))
    asked(commands.Begin(replace(asked.run.trainer.experiment, dataset=PlaneSpec(kind=DatasetKind.XOR4))))
    example = asked.run.frame().example
    assert example is not None
    assert example.chosen == Chosen(SplitName.TRAINING, 12 % 4)
    asked(commands.LookAt(None))
    assert asked.run.frame().example is None


def test_what_was_said_of_all_images_stays_the_same_object_until_the_next_evaluation() -> None:
    trainer = Trainer(Experiment(dataset=ImageSpec(kind=DatasetKind.SKETCHED_DIGITS, images=200)))
    observer = Observer(trainer, 1)

    def seen() -> tuple[object, ...]:
        picture = observer.frame(Probe.OUTPUT).picture
        assert isinstance(picture, ImagePicture)
        return picture.samples, picture.sample_labels, picture.confusion, picture.sample_answers

    trainer.evaluate()
    first = seen()
    assert all(a is b for a, b in zip(first, seen(), strict=True))
    trainer.step()
    trainer.evaluate()
    samples, labels, confusion, answers = seen()
    assert samples is first[0]
    assert labels is first[1]
    assert confusion is not first[2]
    assert answers is not first[3]
