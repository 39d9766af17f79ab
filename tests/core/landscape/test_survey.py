"""How high the loss is around the weights of now: exact in the middle, coarse first, and nothing else notices."""

from dataclasses import replace
from itertools import islice, pairwise

import numpy as np
import pytest
from same_state import assert_same

from nnstudio.core.experiment import DenseSpec, Experiment
from nnstudio.core.experiment.choices import DatasetKind, OptimizerKind
from nnstudio.core.experiment.layer_specs import BatchNormSpec, DropoutSpec
from nnstudio.core.landscape import survey
from nnstudio.core.landscape.directions import Plane, random_plane
from nnstudio.core.landscape.path import Path
from nnstudio.core.landscape.survey import FEWER, LESS_FINE, Slice, Survey, places_between
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.example import SplitName
from nnstudio.core.training.state import RunState
from nnstudio.core.training.trainer import Trainer

SPIRALS = default_experiment(DatasetKind.SPIRALS)
NORMALISED = replace(SPIRALS, layers=(DenseSpec(units=6), BatchNormSpec(), DropoutSpec(rate=0.3)))


def trained(experiment: Experiment, updates: int = 40) -> Trainer:
    trainer = Trainer(experiment, dtype=np.float64)
    for _ in range(updates):
        trainer.step()
    return trainer


def plane_of(trainer: Trainer, state: RunState) -> Plane:
    return random_plane(Path.of(state, []), trainer.network.layout, state.frozen)


def last_of(found: Survey) -> Slice:
    *_, last = found.slices()
    return last


@pytest.mark.parametrize("experiment", [SPIRALS, NORMALISED])
@pytest.mark.parametrize("split", [SplitName.TRAINING, SplitName.TEST])
def test_in_the_middle_stands_the_loss_that_the_trainer_measures(experiment: Experiment, split: SplitName) -> None:
    trainer = trained(experiment)
    state, metrics = trainer.state(), trainer.evaluate()
    known = metrics.train_loss if split is SplitName.TRAINING else metrics.test_loss
    found = Survey(state, trainer.dataset, plane_of(trainer, state), split)
    assert found.at(0, 0) == pytest.approx(known, abs=1e-12)
    first = next(found.slices())
    assert first.centre == pytest.approx(known, abs=1e-12)


def test_every_place_has_the_loss_of_its_own_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(survey, "FINE", 33)
    trainer = trained(SPIRALS)
    state = trainer.state()
    plane = plane_of(trainer, state)
    found = last_of(Survey(state, trainer.dataset, plane, SplitName.TRAINING))
    other = Trainer(SPIRALS, dtype=np.float64)
    for column, row in ((0, 0), (32, 0), (5, 27), (16, 16)):
        across, up = found.across[column], found.up[row]
        other.network.params[...] = state.params + across * plane.first + up * plane.second
        assert other.evaluate().train_loss == pytest.approx(found.losses[row, column], abs=1e-12)
    assert found.losses[16, 16] == found.centre
    assert found.share == 1
    lowest = found.lowest
    assert lowest is not None
    assert found.losses[lowest[1], lowest[0]] == found.losses.min()


def test_a_coarse_picture_comes_first_and_finer_ones_keep_its_losses() -> None:
    trainer = trained(SPIRALS, 3)
    state = trainer.state()
    grids: list[Slice] = []
    for found in Survey(state, trainer.dataset, plane_of(trainer, state), SplitName.TRAINING).slices():
        if found.losses.size and (not grids or found.losses is not grids[-1].losses):
            grids.append(found)
    assert [len(grid.across) for grid in grids] == [5, 9, 17, 33, 65]
    shares = [grid.share for grid in grids]
    assert shares == sorted(shares)
    assert shares[0] < 0.01
    for coarse, fine in pairwise(grids):
        assert (fine.losses[::2, ::2] == coarse.losses).all()
        assert (fine.across[::2] == coarse.across).all()


def test_the_run_goes_on_to_the_same_bits() -> None:
    experiment = replace(NORMALISED, training=replace(NORMALISED.training, optimizer=OptimizerKind.ADAM))
    alone, seen = trained(experiment, 20), trained(experiment, 20)
    state = seen.state()
    work = Survey(state, seen.dataset, plane_of(seen, state), SplitName.TEST).slices()
    for _ in range(30):
        alone.step()
        for _ in islice(work, 7):
            pass
        seen.step()
    assert_same(alone.state(), seen.state())
    assert_same(state, trained(experiment, 20).state())


def test_units_that_are_off_are_off_on_the_whole_plane() -> None:
    trainer = trained(SPIRALS)
    state = replace(trainer.state(), off={SPIRALS.layers[0].key: (0, 2)})
    trainer.restore(state)
    assert Survey(state, trainer.dataset, plane_of(trainer, state), SplitName.TEST).at(0, 0) == pytest.approx(
        trainer.evaluate().test_loss, abs=1e-12
    )


def test_a_network_of_the_size_of_mnists_has_fewer_places_and_a_sample() -> None:
    digits = default_experiment(DatasetKind.SKETCHED_DIGITS)
    trainer = Trainer(replace(digits, layers=(DenseSpec(units=32),)))
    state = trainer.state()
    found = Survey(state, trainer.dataset, plane_of(trainer, state), SplitName.TRAINING)
    assert len(found.across) == LESS_FINE
    assert (found.examples, found.of) == (FEWER, len(trainer.dataset.train))
    slices = [*islice(found.slices(), 20)]
    assert slices[-1].losses.shape == (3, 3)
    same = Trainer(trainer.experiment, dataset=trainer.dataset, evaluated=FEWER).evaluate()
    assert slices[0].centre == pytest.approx(same.train_loss, rel=1e-6)


def test_what_overflows_is_no_number_and_no_error() -> None:
    trainer = trained(SPIRALS, 1)
    state = trainer.state()
    plane = replace(plane_of(trainer, state), across=(-1e300, 1e300))
    with np.errstate(over="raise", invalid="raise"):
        found = next(
            each for each in Survey(state, trainer.dataset, plane, SplitName.TEST).slices() if each.losses.size
        )
    assert np.isfinite(found.losses[:, found.across == 0]).all()


@pytest.mark.parametrize(("low", "high"), [(-1, 1), (-5, 0.1), (-0.2, 7), (-1.2482786, 0.2496557)])
def test_now_is_one_of_the_places(low: float, high: float) -> None:
    for count in (33, 65):
        places = places_between(low, high, count)
        assert len(places) == count
        assert (places == 0).sum() == 1
        assert places[0] <= low * (1 - 1e-12)
        assert places[-1] >= high * (1 - 1e-12)
        assert np.ptp(np.diff(places)) < 1e-12 * (high - low) * count
