"""A run that is saved, opened by another process and trained on gives the bits of a run that never stopped."""

import pickle
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nnstudio.core.data.dataset import DataError
from nnstudio.core.experiment import DenseSpec, Experiment, ImageSpec, PlaneSpec, StoppingSpec, TrainingSpec
from nnstudio.core.experiment.choices import DatasetKind, OptimizerKind, ScheduleKind
from nnstudio.core.experiment.layer_specs import BatchNormSpec, Conv2DSpec, DropoutSpec, FlattenSpec, MaxPool2DSpec
from nnstudio.core.network.surgery import Freeze, Switch
from nnstudio.core.presets import PRESETS
from nnstudio.core.training.state import Mark, RunState
from nnstudio.core.training.stopping import Best
from nnstudio.core.training.trainer import Trainer
from nnstudio.files.images import ImageLibrary
from nnstudio.files.project import Project, load_project, save_project

BEFORE, AFTER = 57, 64
IMAGES = ImageLibrary(lambda: None)
CIRCLE = PlaneSpec(kind=DatasetKind.CIRCLE)
DIGITS = ImageSpec(kind=DatasetKind.SKETCHED_DIGITS, images=300, shift=2)
RICH = (DenseSpec(units=6), BatchNormSpec(), DropoutSpec(rate=0.3), DenseSpec(units=4), DropoutSpec(rate=0.1))


def circle(**training: Any) -> Experiment:
    return Experiment(dataset=CIRCLE, layers=RICH, training=TrainingSpec(**{"batch_size": 7, **training}))


def with_few_images(experiment: Experiment) -> Experiment:
    """Seconds instead of minutes."""
    if not isinstance(experiment.dataset, ImageSpec):
        return experiment
    return replace(experiment, dataset=replace(experiment.dataset, images=500))


CASES: dict[str, Experiment] = {
    **{f"preset {name}": with_few_images(preset.experiment) for name, preset in PRESETS.items()},
    **{kind.value: circle(optimizer=kind, learning_rate=0.01) for kind in OptimizerKind},
    **{kind.value: circle(schedule=kind, schedule_period=0.3) for kind in ScheduleKind},
    "penalty and clipping": circle(l1=0.01, l2=0.01, clip_norm=0.5, clip_value=0.1),
    "all at once": circle(batch_size=4096),
    "images": Experiment(
        dataset=DIGITS,
        layers=(Conv2DSpec(filters=3), MaxPool2DSpec(), BatchNormSpec(), FlattenSpec(), DropoutSpec(rate=0.2)),
    ),
    # Between the two stretches the best is found, lost, and brought back.
    "patience": replace(circle(learning_rate=3.0), stopping=StoppingSpec(patience=0.5, loss=0.2, updates=90)),
}

ON = """
import pickle, sys
from pathlib import Path
from nnstudio.core.training.trainer import Trainer
from nnstudio.files.images import ImageLibrary
from nnstudio.files.project import load_project

images = ImageLibrary(lambda: None)
for path in map(Path, sys.argv[2:]):
    trainer, reasons = Trainer.resumed(load_project(path).state, images), []
    for _ in range(int(sys.argv[1])):
        trainer.step()
        reasons.append(trainer.stop_reason)
    path.with_suffix(".done").write_bytes(pickle.dumps((trainer.state(), reasons)))
"""


def walked(trainer: Trainer, updates: int) -> list[str | None]:
    """Train on; why each of the updates would have been the last."""
    reasons: list[str | None] = []
    for _ in range(updates):
        trainer.step()
        reasons.append(trainer.stop_reason)
    return reasons


def trainer_for(experiment: Experiment) -> Trainer | None:
    """A new one; None if it needs MNIST, which is not here."""
    try:
        return Trainer(experiment, IMAGES)
    except DataError:
        assert experiment.dataset.kind is DatasetKind.MNIST
        return None


@pytest.fixture(scope="module")
def resumed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[RunState, list[str | None]]]:
    """Every case saved after the first stretch, and trained on in a process that knows nothing but the file."""
    folder = tmp_path_factory.mktemp("resumed")
    paths = {name: folder / f"{number}.nns" for number, name in enumerate(CASES)}
    for name, path in paths.items():
        trainer = trainer_for(CASES[name])
        if trainer is not None:
            walked(trainer, BEFORE)
            save_project(path, Project(CASES[name], trainer.state()))
    paths = {name: path for name, path in paths.items() if path.exists()}
    subprocess.run([sys.executable, "-c", ON, str(AFTER), *map(str, paths.values())], check=True, timeout=600)
    return {name: pickle.loads(path.with_suffix(".done").read_bytes()) for name, path in paths.items()}  # noqa: S301


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_another_process_goes_on_to_the_bit(
    resumed: dict[str, tuple[RunState, list[str | None]]], name: str, assert_same: Callable[[Any, Any], None]
) -> None:
    trainer = trainer_for(CASES[name])
    if trainer is None:
        pytest.skip("needs MNIST: NNSTUDIO_DATA does not name a folder that holds mnist/")
    walked(trainer, BEFORE)
    reasons = walked(trainer, AFTER)
    assert_same(resumed[name], (trainer.state(), reasons))
    assert np.isfinite(trainer.network.params).all()
    if name == "patience":
        assert trainer.stopping.best.weights is not None
        assert any("those weights are back" in reason for reason in reasons if reason)


def test_a_long_run_keeps_its_intervals(tmp_path: Path, assert_same: Callable[[Any, Any], None]) -> None:
    """Past the place where the rows of the history become rarer, saved on both sides of it and between two rows."""
    experiment = Experiment(dataset=CIRCLE, layers=(DenseSpec(units=2),), training=TrainingSpec(batch_size=1))
    whole = Trainer(experiment)
    walked(whole, 2100)
    for stops in ([1990], [2005, 2006], [700, 2049]):
        trainer = Trainer(experiment)
        for stop in (*stops, 2100):
            walked(trainer, stop - trainer.updates)
            save_project(tmp_path / "a.nns", Project(experiment, trainer.state()))
            state = load_project(tmp_path / "a.nns").state
            assert state is not None
            trainer = Trainer.resumed(state)
        assert trainer.history.interval == 2
        assert_same(trainer.state(), whole.state())


def test_putting_back_twice_is_putting_back_once(assert_same: Callable[[Any, Any], None]) -> None:
    trainer = Trainer(CASES["adam"])
    walked(trainer, BEFORE)
    state = trainer.state()
    again = Trainer.resumed(Trainer.resumed(state).state())
    assert_same(again.state(), state)
    walked(again, 20)
    again.restore(state)
    again.restore(state)
    assert_same(again.state(), state)
    assert_same(
        Trainer.resumed(replace(state, marks=(Mark(3, "a new layer"),), seconds=2.5)).marks[0].text, "a new layer"
    )


def test_in_double_precision(assert_same: Callable[[Any, Any], None]) -> None:
    trainer = Trainer(CASES["adam"], dtype=np.float64)
    walked(trainer, BEFORE)
    again = Trainer.resumed(trainer.state())
    walked(trainer, AFTER)
    walked(again, AFTER)
    assert_same(again.state(), trainer.state())


GENERATOR = np.random.default_rng(1).bit_generator.state
MISFITS: dict[str, Callable[[RunState], dict[str, Any]]] = {
    "fewer parameters": lambda state: {"params": state.params[1:]},
    "no parameters": lambda state: {"params": state.params[:0]},
    "undefined parameters": lambda state: {"params": state.params * np.float32("nan")},
    "more statistics": lambda state: {"statistics": np.append(state.statistics, 1)},
    "negative variances": lambda state: {"statistics": -1 - abs(state.statistics)},
    "unknown noise": lambda state: {"noise": {**state.noise, 77: GENERATOR}},
    "no generator": lambda state: {"noise": {key: {} for key in state.noise}},
    "another generator": lambda state: {"noise": dict.fromkeys(state.noise, GENERATOR | {"bit_generator": "MT19937"})},
    "a negative generator": lambda state: {"noise": dict.fromkeys(state.noise, GENERATOR | {"uinteger": -1})},
    "a large generator": lambda state: {
        "batches": replace(state.batches, random=GENERATOR | {"state": {"state": 2**200, "inc": 1}})
    },
    "a generator of words": lambda state: {"batches": replace(state.batches, random=GENERATOR | {"state": "PCG"})},
    "no memory": lambda state: {"optimizer": replace(state.optimizer, arrays={})},
    "short memory": lambda state: {
        "optimizer": replace(state.optimizer, arrays={k: v[:1] for k, v in state.optimizer.arrays.items()})
    },
    "other memory": lambda state: {
        "optimizer": replace(state.optimizer, arrays={f"x{k}": v for k, v in state.optimizer.arrays.items()})
    },
    "no numbers": lambda state: {"optimizer": replace(state.optimizer, numbers={})},
    "an order beyond the data": lambda state: {"batches": replace(state.batches, order=state.batches.order + 1)},
    "a short order": lambda state: {"batches": replace(state.batches, order=state.batches.order[:-1], position=0)},
    "an order that repeats": lambda state: {"batches": replace(state.batches, order=state.batches.order * 0)},
    "a position beyond": lambda state: {"batches": replace(state.batches, position=10**6)},
    "nothing seen": lambda state: {"batches": replace(state.batches, seen=-1)},
    "another schedule": lambda state: {"schedule": ()},
    "an undefined schedule": lambda state: {"schedule": (1.0, float("nan"), 0.0)},
    "an unknown rule": lambda state: {"stopping": replace(state.stopping, met=frozenset({"hunger"}))},
    "an undefined best": lambda state: {"stopping": replace(state.stopping, best=Best(float("nan")))},
    "a best of another network": lambda state: {
        "stopping": replace(state.stopping, best=Best(0.5, weights=Trainer(CASES["images"]).network.weights()))
    },
    "a history of the future": lambda state: {"updates": 3},
    "no history": lambda state: {
        "history": replace(state.history, rows=replace(state.history.rows, update=np.empty(0)))
    },
    "a history that falls": lambda state: {
        "history": replace(state.history, rows=replace(state.history.rows, update=state.history.rows.update[::-1]))
    },
    "an interval of nothing": lambda state: {"history": replace(state.history, interval=0)},
    "eternity": lambda state: {"seconds": float("inf")},
    "other layers": lambda state: {"experiment": replace(state.experiment, layers=())},
    "other data": lambda state: {"experiment": replace(state.experiment, dataset=replace(CIRCLE, samples=50))},
}


@pytest.mark.parametrize("name", MISFITS)
def test_what_does_not_fit_is_refused(name: str) -> None:
    experiment = circle(optimizer=OptimizerKind.ADAM, schedule=ScheduleKind.PLATEAU)
    trainer = Trainer(replace(experiment, stopping=StoppingSpec(patience=50)))
    walked(trainer, BEFORE)
    state = trainer.state()
    with pytest.raises(ValueError, match=r"\w+ \w+"):
        Trainer.resumed(replace(state, **MISFITS[name](state)))


@pytest.mark.parametrize("kind", [OptimizerKind.NESTEROV, OptimizerKind.ADAMW])
def test_what_is_frozen_and_off_stays_so_in_the_file(
    tmp_path: Path, assert_same: Callable[[Any, Any], None], kind: OptimizerKind
) -> None:
    trainer = Trainer(circle(optimizer=kind, l1=0.1, l2=0.1, weight_decay=0.3))
    walked(trainer, 5)
    for surgery in (Freeze(2), Freeze(1, unit=1), Freeze(0, array="bias", index=(0,)), Switch(1, 3), Switch(4, 0)):
        trainer.operate(surgery)
    walked(trainer, 5)
    save_project(tmp_path / "a.nns", Project(trainer.experiment, trainer.state()))
    state = load_project(tmp_path / "a.nns").state
    assert state is not None
    assert_same(state, trainer.state())
    other = Trainer.resumed(state)
    walked(trainer, AFTER)
    walked(other, AFTER)
    assert_same(other.state(), trainer.state())
    assert other.network.params[state.frozen].tobytes() == state.params[state.frozen].tobytes()
