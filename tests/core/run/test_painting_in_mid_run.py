"""Painting while training runs: what was learned stays, one stroke is one mark, and the way back makes it again."""

from dataclasses import replace

import numpy as np
import pytest
from driven import PLANE, Driven, refused
from same_state import assert_same

from nnstudio.core.data.dataset import build
from nnstudio.core.data.painted import brushed, erased, painted
from nnstudio.core.experiment import Experiment, TrainingSpec
from nnstudio.core.experiment.choices import DatasetKind, LossKind
from nnstudio.core.experiment.dataset_spec import PaintedSpec, PlaneSpec
from nnstudio.core.experiment.plan import can_carry, describe
from nnstudio.core.run.commands import Back, Edit, PutBack, Step

STROKE = [((float(x), 0.0),) for x in range(-2, 3)]


def painting(experiment: Experiment, parts: int, label: int = 1) -> Experiment:
    """The experiment after so many parts of a stroke."""
    spec = painted(experiment.dataset)
    for index, places in enumerate(STROKE[:parts]):
        spec = brushed(spec, places, label, earlier=index)
    return replace(experiment, dataset=spec)


def test_what_was_learned_stays() -> None:
    driven = Driven()
    driven(Step(7))
    before = driven.state()
    driven(Edit(painting(PLANE, 5)))
    after = driven.state()
    assert isinstance(driven.experiment.dataset, PaintedSpec)
    assert (after.updates, after.params.tobytes()) == (before.updates, before.params.tobytes())
    assert_same(before.optimizer, after.optimizer)
    assert len(driven.run.trainer.dataset.train) == 20 + 3
    driven(Step(7))
    assert driven.state().updates == 14
    assert driven.bits != before.params.tobytes()
    driven(Edit(replace(driven.experiment, dataset=erased(painted(driven.experiment.dataset), (4.0, 0.0), (3.0, 3.0)))))
    assert driven.state().updates == 14


def test_to_begin_to_paint_changes_nothing_that_is_computed() -> None:
    """The same points in the same order: from the same first weights, the same bits."""
    one, other = Driven(), Driven(replace(PLANE, dataset=painted(PLANE.dataset)))
    for driven in (one, other):
        driven(Step(25))
    assert one.bits == other.bits


def test_one_stroke_is_one_mark_even_in_mid_run() -> None:
    driven = Driven()
    for parts in range(1, 6):
        driven(Step(2))
        driven(Edit(painting(PLANE, parts), merged=parts > 1))
    assert [(mark.updates, mark.text) for mark in driven.state().marks] == [(10, "Points")]
    driven(Step(2))
    driven(Edit(painting(driven.experiment, 1, 0)))
    assert [mark.updates for mark in driven.state().marks] == [10, 12]


def test_the_way_back_makes_the_stroke_again() -> None:
    driven = Driven()
    for parts in range(1, 4):
        driven(Step(2))
        driven(Edit(painting(PLANE, parts), merged=parts > 1))
    driven(Step(1))
    then = driven.state()
    driven(Step(1))
    driven(Back())
    assert_same(driven.state().marks, then.marks)
    assert driven.bits == then.params.tobytes()
    assert driven.experiment == then.experiment


def test_undo_brings_back_the_points_that_were_drawn() -> None:
    driven = Driven()
    driven(Step(3))
    before = driven.state()
    driven(Edit(painting(PLANE, 2)))
    ticket = driven._ticket
    driven(Step(5))
    driven(PutBack(ticket))
    assert driven.experiment == PLANE
    assert driven.bits == before.params.tobytes()


def test_only_painting_goes_on_from_another_kind() -> None:
    new = painting(PLANE, 1)
    assert can_carry(PLANE, new)
    assert describe(PLANE, new) == describe(new, painting(new, 2)) == "Points"
    assert not can_carry(new, PLANE)
    assert not can_carry(PLANE, replace(PLANE, dataset=PlaneSpec(kind=DatasetKind.XOR)))
    assert not can_carry(PLANE, replace(new, seed=2))


def test_a_class_more_in_mid_run() -> None:
    driven = Driven()
    driven(Step(5))
    driven(Edit(painting(PLANE, 5, label=2)))
    assert driven.state().updates == 5
    assert driven.run.trainer.network.layers[-1].shape == (3,)
    driven(Step(20))
    assert np.isfinite(driven.run.trainer.evaluate().train_loss)


def test_a_loss_for_values_alone_is_refused() -> None:
    hills = PlaneSpec(kind=DatasetKind.HILLS, samples=40)
    driven = Driven(replace(PLANE, dataset=hills, training=TrainingSpec(loss=LossKind.HUBER)))
    before = driven.bits
    answer = driven(Edit(replace(driven.experiment, dataset=painted(PLANE.dataset))))
    assert "Huber does not fit binary data" in refused(answer)
    assert driven.bits == before


@pytest.mark.parametrize("share", [0.2, 0.5])
def test_validation_with_too_few_points_is_refused(share: float) -> None:
    driven = Driven(replace(PLANE, dataset=painted(PLANE.dataset)))
    few = PaintedSpec(training=((0, 0, 0), (1, 1, 1)), test=((2, 2, 1),), validation_share=share)
    assert "none can be split off" in refused(driven(Edit(replace(driven.experiment, dataset=few))))
    assert len(driven.run.trainer.dataset.train) == len(build(PLANE.dataset).train)
