"""Shelves of small runs, for the tests of what keeps them."""

from dataclasses import replace

from nnstudio.core.experiment import DenseSpec, Experiment, PlaneSpec
from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.run.commands import Departed
from nnstudio.core.shelf.rows import Label, ShelvedSeeds
from nnstudio.core.shelf.shelf import Shelf
from nnstudio.core.sweep.job import Job, run_job
from nnstudio.core.training.trainer import Trainer

SMALL = Experiment(dataset=PlaneSpec(kind=DatasetKind.MOONS, samples=40), layers=(DenseSpec(units=3),))


def departed(updates: int, experiment: Experiment = SMALL) -> Departed:
    trainer = Trainer(experiment)
    for _ in range(updates):
        trainer.step()
    return Departed(trainer.state(), trainer.evaluate(), trainer.updates)


def seeds(key: int) -> ShelvedSeeds:
    short = replace(SMALL, stopping=replace(SMALL.stopping, updates=5))
    outcomes = {seed: run_job(Job(replace(short, seed=seed))) for seed in (1, 4)}
    results = {seed: outcome.result for seed, outcome in outcomes.items()}
    states = {seed: outcome.state for seed, outcome in outcomes.items() if outcome.state is not None}
    return ShelvedSeeds(Label(key, "2 seeds", parent=1), short, "a test accuracy", results, states)


def a_shelf() -> Shelf:
    """Runs 1 to 3, each from the one before it, the third left last; and beside the fourth, the present one, two seeds
    of the first."""
    wider = replace(SMALL, layers=(DenseSpec(units=5),))
    shelf = Shelf().begun(departed(30)).begun(departed(20, wider), since=7).begun(departed(10))
    named = replace(shelf.rows[1].label, name="Breiter – α", note="zwei\nZeilen")
    return shelf.labelled(named).with_row(seeds(shelf.free_key))
