"""Runs to put on a shelf."""

from dataclasses import replace
from functools import cache

from nnstudio.core.experiment import DenseSpec, Experiment, PlaneSpec
from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.run.commands import Departed
from nnstudio.core.shelf.rows import Label, ShelvedSeeds
from nnstudio.core.sweep.job import Job, run_job
from nnstudio.core.training.trainer import Trainer

SMALL = Experiment(dataset=PlaneSpec(kind=DatasetKind.MOONS, samples=40), layers=(DenseSpec(units=3),))


@cache
def departed(updates: int = 30, experiment: Experiment = SMALL) -> Departed:
    """A run after so many updates."""
    trainer = Trainer(experiment)
    for _ in range(updates):
        trainer.step()
    return Departed(trainer.state(), trainer.evaluate(), trainer.updates)


@cache
def seeds(key: int, parent: int = 0, count: int = 3) -> ShelvedSeeds:
    """The same from so many seeds, with their states."""
    stopping = replace(SMALL.stopping, updates=20)
    jobs = {seed: run_job(Job(replace(SMALL, stopping=stopping, seed=seed))) for seed in range(count)}
    results = {seed: outcome.result for seed, outcome in jobs.items()}
    states = {seed: outcome.state for seed, outcome in jobs.items() if outcome.state is not None}
    experiment = replace(SMALL, stopping=stopping)
    return ShelvedSeeds(Label(key, f"{count} seeds", "", parent), experiment, "an accuracy", results, states)
