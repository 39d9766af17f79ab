"""Shelves to look at, and windows that show them."""

from dataclasses import replace
from functools import cache

from pytestqt.qtbot import QtBot

from nnstudio.core.experiment import DenseSpec, Experiment, PlaneSpec
from nnstudio.core.experiment.choices import DatasetKind, OptimizerKind
from nnstudio.core.run.commands import Departed
from nnstudio.core.shelf.rows import Label, ShelvedSeeds
from nnstudio.core.shelf.shelf import Shelf
from nnstudio.core.sweep.job import Job, run_job
from nnstudio.core.training.trainer import Trainer
from nnstudio.ui.session import Session

SMALL = Experiment(dataset=PlaneSpec(kind=DatasetKind.MOONS, samples=40), layers=(DenseSpec(units=3),))
ADAM = replace(SMALL, training=replace(SMALL.training, optimizer=OptimizerKind.ADAM, learning_rate=0.01))


@cache
def departed(updates: int, experiment: Experiment = SMALL) -> Departed:
    trainer = Trainer(experiment)
    for _ in range(updates):
        trainer.step()
    return Departed(trainer.state(), trainer.evaluate(), trainer.updates)


@cache
def seeds(key: int, parent: int) -> ShelvedSeeds:
    short = replace(SMALL, stopping=replace(SMALL.stopping, updates=30))
    outcomes = {seed: run_job(Job(replace(short, seed=seed))) for seed in (1, 2, 3)}
    results = {seed: outcome.result for seed, outcome in outcomes.items()}
    states = {seed: outcome.state for seed, outcome in outcomes.items() if outcome.state is not None}
    return ShelvedSeeds(Label(key, "3 seeds", "", parent), short, "an accuracy", results, states)


def family() -> Shelf:
    """First try, from it Adam instead with a branch of its own, and three seeds."""
    shelf = Shelf(Label(1, "First try")).begun(departed(60), "Adam instead").begun(departed(50, ADAM), since=12)
    return shelf.begun(departed(40, ADAM)).with_row(seeds(9, 1))


def rest(session: Session, qtbot: QtBot) -> Session:
    qtbot.waitUntil(lambda: session.up_to_date and session._undo.settled)
    return session
