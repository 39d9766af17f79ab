"""The boundary's growth as a picture that moves: every moment is one that was, and nothing is written in part."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nnstudio.core.experiment import DenseSpec, Experiment, ImageSpec, PlaneSpec
from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.commands import Recalled
from nnstudio.core.training.state import Mark, RunState
from nnstudio.core.training.trainer import Trainer
from nnstudio.files import growth
from nnstudio.files.errors import FileError
from nnstudio.files.growth import drawing, writing

SPEC = PlaneSpec(kind=DatasetKind.BLOBS, classes=3, samples=60)


def run(updates: int = 90, kept: tuple[int, ...] = (0, 50)) -> Recalled:
    """A short run, of whose past these states are kept."""
    trainer, past = Trainer(Experiment(dataset=SPEC, layers=(DenseSpec(units=4),))), list[RunState]()
    while trainer.updates < updates:
        if trainer.updates in kept:
            past.append(trainer.state())
        trainer.step()
    return Recalled(trainer.state(), tuple(past), trainer.dataset)


@pytest.mark.parametrize("ending", growth.ENDINGS)
def test_a_file_of_several_moments(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"growth{ending}"
    shares = list(writing(path, run(), size=80, moments=6))
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    with Image.open(path) as picture:
        assert picture.format == ending[1:].upper()
        assert picture.n_frames == 6
        assert picture.size == (80, 80 + growth.FOOT)
        seen = []
        for number in range(6):
            picture.seek(number)
            seen.append(np.asarray(picture.convert("RGB")))
            assert picture.info["duration"] == (growth.REST if number == 5 else growth.MILLISECONDS)
        assert picture.info["loop"] == 0
    assert not np.array_equal(seen[0][:80], seen[-1][:80])
    assert path.stat().st_size < 100_000


def test_every_moment_is_one_that_was(monkeypatch: pytest.MonkeyPatch) -> None:
    """Made again from a kept state to the same bits; where something was changed meanwhile, a kept state itself."""
    found = run()
    known = {update: run(max(update, 1)).now if update else found.past[0] for update in (0, 18, 36, 54, 72, 90)}
    places = growth._shown(found, 6)
    assert [(state.updates, update) for state, update in places] == [
        (0, 0), (0, 18), (0, 36), (50, 54), (50, 72), (90, 90)
    ]  # fmt: skip
    for trainer, (_, update) in zip(growth._standing(found, places), places, strict=True):
        assert trainer.network.params.tobytes() == known[update].params.tobytes()
    marked = replace(found.now, marks=(Mark(60, "by hand", "weights"),))
    touched = growth._shown(replace(found, now=marked), 6)
    assert [update for _, update in touched] == [0, 18, 36, 50, 90]
    far = replace(found, past=found.past[:1])
    monkeypatch.setattr(growth, "SHORT", 20)
    assert [update for _, update in growth._shown(far, 6)] == [0, 18, 90]


def test_other_data_in_the_past_are_left_out() -> None:
    found = run()
    old = replace(found.past[0].experiment, dataset=replace(SPEC, seed=9))
    past = (replace(found.past[0], experiment=old), found.past[1])
    assert [update for _, update in growth._shown(replace(found, past=past), 3)] == [50, 70, 90]


def test_what_has_not_grown_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    fresh = Trainer(Experiment(dataset=SPEC))
    with pytest.raises(FileError, match="train first"):
        list(writing(tmp_path / "g.gif", Recalled(fresh.state(), (), fresh.dataset)))
    images = Trainer(Experiment(dataset=ImageSpec(kind=DatasetKind.SKETCHED_DIGITS, images=100), layers=()))
    with pytest.raises(FileError, match="Only data on the plane"):
        list(writing(tmp_path / "g.gif", Recalled(images.state(), (), images.dataset)))
    stopped = writing(tmp_path / "g.gif", run(), size=40, moments=5)
    next(stopped)
    stopped.close()
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(FileError, match="not written"):
        list(writing(tmp_path / "nowhere" / "g.gif", run(), size=40, moments=3))


@pytest.mark.parametrize("kind", [DatasetKind.HILLS, DatasetKind.XOR4, DatasetKind.CIRCLE])
def test_values_and_few_points_are_drawn_too(kind: DatasetKind) -> None:
    trainer = Trainer(default_experiment(kind))
    past = trainer.state()
    trainer.step()
    frames = [frame for _, frame in drawing(Recalled(trainer.state(), (past,), trainer.dataset), size=60)]
    assert [frame.size for frame in frames] == [(60, 60 + growth.FOOT)] * 2
    assert len(np.unique(np.asarray(frames[1]).reshape(-1, 3), axis=0)) > 20
