"""A plane through the inputs of a table: what is answered on it is what the network answers to those very inputs."""

from math import inf

import numpy as np
import pytest

from nnstudio.core.data.columns import Columns, Numbers
from nnstudio.core.data.dataset import Dataset
from nnstudio.core.data.plane import Plane
from nnstudio.core.data.table_proposal import Survey, Wishes
from nnstudio.core.experiment.choices import DatasetKind, Task
from nnstudio.core.presets import default_experiment
from nnstudio.core.run import commands
from nnstudio.core.run.example import Chosen, SplitName
from nnstudio.core.run.frame import Probe
from nnstudio.core.run.observe import Observer
from nnstudio.core.run.run import Run
from nnstudio.core.run.section import Section, SectionReading
from nnstudio.core.training.trainer import Trainer

SIDE = 8


def observer() -> Observer:
    random = np.random.default_rng(5)
    rows = random.normal((3, -50, 0, 1000), (1, 20, 0.1, 300), (700, 4))
    kinds = np.array(["ash", "birch", "cedar"])[(rows[:, 0] > 3).astype(int) + (rows[:, 1] > -50)]
    data = Dataset.from_arrays(rows, kinds)
    trainer = Trainer(default_experiment(data.spec), dataset=data)
    trainer.train(epochs=2)
    return Observer(trainer, 1)


def read(of: Observer, section: Section, chosen: Chosen | None = None) -> SectionReading:
    reading = of.frame(Probe.SECTION, section=section, chosen=chosen, resolution=SIDE).section
    assert reading is not None
    return reading


def wanted(of: Observer, reading: SectionReading, raw: np.ndarray) -> bool:
    answers = of.trainer.predict(raw).T.reshape(-1, SIDE, SIDE)
    return bool(np.allclose(reading.output, answers, atol=1e-4))


@pytest.mark.parametrize("chosen", [None, Chosen(SplitName.TEST, 3)])
def test_two_inputs_and_all_others_at_their_mean_or_as_the_example_has_them(chosen: Chosen | None) -> None:
    of = observer()
    data = of.trainer.dataset
    reading = read(of, Section((3, 1), at_example=chosen is not None), chosen)
    plane = reading.dataset.domain
    assert isinstance(plane, Plane)
    grid = plane.grid(SIDE)
    raw = np.tile(data.train.raw.mean(axis=0) if chosen is None else data.test.raw[3], (SIDE * SIDE, 1))
    raw[:, 3], raw[:, 1] = grid[:, 0], grid[:, 1]
    assert wanted(of, reading, raw)
    assert reading.at_example == (chosen is not None)
    indexes = reading.examples[SplitName.TRAINING]
    assert len(indexes) == 500
    assert np.allclose(reading.dataset.train.raw, data.train.raw[indexes][:, [3, 1]], rtol=1e-5)
    assert np.array_equal(reading.dataset.train.labels, data.train.labels[indexes])
    x, y = grid[10]
    assert np.allclose(reading.inputs_at(x, y) * data.recipe.scale + data.recipe.shift, raw[10])


def test_principal_components_lie_where_the_examples_differ_most() -> None:
    of = observer()
    reading = read(of, Section(None))
    data, plane, explained = of.trainer.dataset, reading.dataset.domain, reading.axes.explained
    assert isinstance(plane, Plane)
    assert explained is not None
    inputs = data.train.inputs[reading.examples[SplitName.TRAINING]].astype(float)
    _, lengths, vectors = np.linalg.svd(inputs - inputs.mean(axis=0))
    assert np.allclose(explained, (lengths**2 / (lengths**2).sum())[:2])
    assert np.allclose(abs((reading.axes.directions * vectors[:2]).sum(axis=1)), 1)
    mean = data.train.inputs.mean(axis=0, dtype=float)
    raw = (mean + plane.grid(SIDE) @ reading.axes.directions) * data.recipe.scale + data.recipe.shift
    assert wanted(of, reading, raw)
    example = Chosen(SplitName.TEST, 0)
    through = read(of, Section(None, at_example=True), example)
    place = through.axes.coordinates(data.test.inputs[:1].astype(float))[0]
    assert np.allclose(through.inputs_at(*place), data.test.inputs[0], atol=1e-5), "the example lies on its plane"


def test_without_an_example_it_goes_through_the_mean_and_of_other_data_there_is_none() -> None:
    of = observer()
    there, asked = read(of, Section(at_example=True)), read(of, Section())
    assert not there.at_example
    assert np.array_equal(there.output, asked.output)
    assert of.frame(Probe.SECTION, section=Section((0, 9))).section is None, "no such input"
    assert of.frame(Probe.OUTPUT, section=Section()).section is None, "nobody looks"
    points = Observer(Trainer(default_experiment(DatasetKind.CIRCLE)), 1)
    assert points.frame(Probe.SECTION, section=Section()).section is None


def test_a_run_is_told_by_the_command_that_somebody_looks_also_at_its_past() -> None:
    random = np.random.default_rng(3)
    table = Columns({name: Numbers(random.normal(size=60)) for name in ("a", "b", "c", "y")})
    spec = Survey(table).propose(Wishes(target="y", task=Task.REGRESSION), name="t", digest="0" * 64).spec
    run = Run(lambda _: table)
    run.obey(commands.Begin(default_experiment(spec)), 1)
    run.obey(commands.Step(9), 2)
    while run.busy:
        run.work(inf, lambda: False)
    assert run.frame().section is None
    seen = []
    for number, section in enumerate((Section((0, 2)), Section((2, 1)), Section(None))):
        run.obey(commands.Watch(Probe.SECTION, section), 3 + number)
        seen.append(run.frame().section)
    run.obey(commands.Visit(0), 9)
    past = run.frame().section
    assert [each.section for each in seen if each] == [Section((0, 2)), Section((2, 1)), Section(None)]
    assert past is not None
    assert past.section == Section(None)
    assert not np.array_equal(past.output, seen[-1].output), "the network of that moment"  # type: ignore[union-attr]
