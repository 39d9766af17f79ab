"""A sweep in the window over what becomes of a table that is at hand there, and lies nowhere any more."""

from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from sweeping_hand import Until

from nnstudio import StoppingSpec, default_experiment
from nnstudio.core.data.table_proposal import Survey, Wishes
from nnstudio.core.experiment import Experiment
from nnstudio.core.sweep.job import Ending
from nnstudio.core.sweep.sweep_spec import SweepSpec
from nnstudio.files.library import DataLibrary
from nnstudio.files.tables.source import read_table
from nnstudio.ui.main_window import MainWindow
from nnstudio.ui.session import Session
from nnstudio.ui.settings import Settings
from nnstudio.ui.sweeps.record import State


@pytest.fixture
def library() -> DataLibrary:
    return DataLibrary()


@pytest.fixture
def experiment(tmp_path: Path, library: DataLibrary) -> Experiment:
    """On a table that the project alone holds."""
    path = tmp_path / "table.csv"
    path.write_text("\n".join(["a,b,half", *(f"{n},{n * 7 % 11},{'up' if n > 30 else 'down'}" for n in range(60))]))
    table = read_table(path)
    spec = Survey(table.columns).propose(Wishes(), name="halves", digest=table.digest, file=table.file).spec
    library.tables.store(table.digest, path.read_bytes())
    path.unlink()
    return replace(default_experiment(spec), stopping=StoppingSpec(updates=10))


@pytest.mark.slow
def test_each_run_is_trained_on_its_own_share(
    qtbot: QtBot, experiment: Experiment, library: DataLibrary, tmp_path: Path, until: Until
) -> None:
    session = Session(experiment, library)
    window = MainWindow(session, Settings())
    qtbot.addWidget(window)
    session.start()
    until(lambda: session.frame is not None)
    sweeping = window.pages.sweeping
    sweeping.folder = tmp_path / "sweeps"
    try:
        sweeping.begin(SweepSpec(experiment=experiment, settings=("dataset.test_share=0.1,0.5",)))
        record = sweeping.page.record
        assert record is not None
        until(lambda: record.state is State.FINISHED)
        assert record.trouble == ""
        results = [result for result in record.lasts() if result is not None]
        assert [result.ending for result in results] == [Ending.FINISHED] * 2
        assert [result.epoch for result in results] == [5, 10], "54 examples are two batches, 30 are one"
    finally:
        sweeping.close()
        session.stop()
