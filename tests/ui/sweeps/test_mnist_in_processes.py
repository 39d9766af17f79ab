"""MNIST in a folder that only the window knows is found by the processes that train on it."""

import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from sweep_processes import cluster

from nnstudio import StoppingSpec, default_experiment
from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.sweep.job import Ending
from nnstudio.core.sweep.results import Results
from nnstudio.core.sweep.sweep_spec import SweepSpec
from nnstudio.core.sweep.workers import Workers
from nnstudio.files.cluster import Cluster
from nnstudio.files.mnist import FILE_NAMES
from nnstudio.files.pool import Pool
from nnstudio.ui.mnist_folder import remember_folder
from nnstudio.ui.sweep_queue import SweepQueue, SweepWork

SPEC = SweepSpec(
    experiment=replace(default_experiment(DatasetKind.MNIST), layers=(), stopping=StoppingSpec(updates=3)),
    seeds=2,
)


@pytest.fixture
def only_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Small files in a folder that was chosen in the window, and none anywhere else."""
    folder, random = tmp_path / "digits", np.random.default_rng(1)
    folder.mkdir()
    for name, count in zip(FILE_NAMES, (200, 200, 50, 50), strict=True):
        shape = (count, 28, 28) if "images" in name else (count,)
        values = random.integers(0, 256, shape) if "images" in name else np.arange(count) % 10
        header = struct.pack(f">BBBB{len(shape)}I", 0, 0, 8, len(shape), *shape)
        (folder / name).write_bytes(header + values.astype(np.uint8).tobytes())
    monkeypatch.delenv("NNSTUDIO_DATA", raising=False)
    remember_folder(folder)


def endings(qtbot: QtBot, workers: Callable[[], Workers]) -> list[tuple[Ending, str]]:
    """Of the seeds, trained there."""
    queue, results = SweepQueue(), Results()
    work = SweepWork(SPEC, lambda: results, workers)
    with qtbot.waitSignal(work.ended, timeout=60_000) as ended:
        queue.start(work)
    assert ended.args == [True, ""]
    queue.finish()
    return [(last.ending, last.sentence) for n in range(SPEC.seeds) if (last := results.last(n)) is not None]


@pytest.mark.usefixtures("only_remembered")
def test_processes_here_find_it(qtbot: QtBot) -> None:
    assert endings(qtbot, Pool) == [(Ending.FINISHED, "Stopped after 3 updates, as asked.")] * SPEC.seeds


@pytest.mark.slow
@pytest.mark.usefixtures("only_remembered")
def test_workers_of_a_cluster_find_it(qtbot: QtBot, tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason="needs dask.distributed")
    with cluster(tmp_path / "spare", workers=1) as here:
        found = endings(qtbot, lambda: Cluster(here.address))
    assert found == [(Ending.FINISHED, "Stopped after 3 updates, as asked.")] * SPEC.seeds
