"""Scripts for PyTorch, Keras and scikit-learn and the notebook, run by fresh processes that know nothing of us; and the
training loop of the PyTorch script against the engine, number by number."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from exports_cases import BLOBS, FEATURES, NORMALISED, PLANE, cases, frame_of, network, stack, subject, table

from nnstudio.core.experiment import PaintedSpec, TrainingSpec
from nnstudio.core.experiment.choices import (
    ActivationKind,
    ClassWeights,
    LossKind,
    OptimizerKind,
    ScheduleKind,
    Shuffle,
    Task,
)
from nnstudio.core.experiment.layer_specs import DenseSpec
from nnstudio.core.training.losses import LOSSES
from nnstudio.core.training.trainer import Trainer
from nnstudio.files.exports import FORMATS, Subject
from nnstudio.files.exports.format import CannotHold
from nnstudio.files.exports.keras_training import OPTIMIZERS as KERAS_OPTIMIZERS
from nnstudio.files.exports.notebook import code_of
from nnstudio.files.exports.sklearn_script import why_not
from nnstudio.files.exports.torch_training import TORCH_OPTIMIZERS
from nnstudio.files.exports.training_words import SHARES
from nnstudio.files.installed import lacking

TANH = ActivationKind.TANH
READER = """
import json, runpy, sys
import numpy as np
for folder, script in json.loads(sys.argv[1]):
    names = runpy.run_path(f"{folder}/{script}", run_name="__main__")
    np.save(f"{folder}/answers.npy", np.asarray(names["predict"](np.load(f"{folder}/inputs.npy"))))
"""


def run(program: str, *words: str) -> str:
    environment = {**os.environ, "KERAS_BACKEND": "torch"}
    command = [sys.executable, "-I", "-c", program, *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("key", "packages"), [("torch", ["torch"]), ("keras", ["keras", "torch"]), ("sklearn", ["sklearn"])]
)
def test_a_thousand_inputs_to_every_network(key: str, packages: list[str], tmp_path: Path) -> None:
    if missing := lacking(*packages):
        pytest.skip(f"needs {missing}, the reader (extra `oracle`)")
    alone = {kind.value: subject(network(table(Task.REGRESSION), stack(kind)), 1000) for kind in ActivationKind}
    held: dict[str, Subject] = {}
    for name, given in (cases(1000) | alone).items():
        folder = tmp_path / name
        folder.mkdir()
        try:
            FORMATS[key].save(given, folder / "network.py")
        except CannotHold:
            assert key == "sklearn"
            continue
        np.save(folder / "inputs.npy", given.inputs)
        held[name] = given
    run(READER, json.dumps([[str(tmp_path / name), "network.py"] for name in held]))
    assert len(held) > (5 if key == "sklearn" else 20)
    for name, given in held.items():
        answers = np.load(tmp_path / name / "answers.npy")
        off = np.abs(answers - given.answers) / np.maximum(1, np.abs(given.answers))
        assert off.max() <= 1e-5, name


@pytest.mark.slow
@pytest.mark.parametrize("name", ["every feature, normalised", "images, convolutions", "table, multilabel"])
def test_a_notebook_runs_cell_by_cell(name: str, tmp_path: Path) -> None:
    given = cases(20)[name]
    proof = FORMATS["notebook"].write(given, tmp_path / "n.ipynb")
    if proof.holds is None:
        pytest.skip(proof.sentence)
    assert proof.holds, proof.sentence


def test_a_notebook_is_one(tmp_path: Path) -> None:
    given = subject(network(BLOBS, stack(TANH)))
    FORMATS["notebook"].save(given, tmp_path / "n.ipynb")
    document = json.loads((tmp_path / "n.ipynb").read_text())
    assert (document["nbformat"], document["nbformat_minor"]) == (4, 5)
    assert len({cell["id"] for cell in document["cells"]}) == len(document["cells"])
    compile(code_of(document), "n.ipynb", "exec")
    with np.load(tmp_path / "n_data.npz") as data:
        assert data["examples"].tobytes() == given.frame.dataset.train.raw.tobytes()
        assert np.array_equal(data["targets"], given.frame.dataset.train.labels)


TRAINING = TrainingSpec(learning_rate=0.03, batch_size=7, shuffle=Shuffle.NEVER)
UNEVEN = PaintedSpec(
    classes=3,
    training=tuple((0.37 * n % 4 - 2, 0.61 * n % 4 - 2, n % 6 // 5 if n < 30 else n % 3) for n in range(50)),
    test=tuple((0.3 * n - 2, 0.2 * n - 2, n % 2) for n in range(20)),
)
"""Points of which some classes are rare."""
REGULAR = {"l1": 0.3, "l2": 0.5, "clip_norm": 0.4, "clip_value": 0.2}
LOOPS = [
    *(
        (BLOBS, stack(TANH), replace(TRAINING, optimizer=kind, momentum=0.8, rho=0.8, epsilon=1e-6, weight_decay=0.2))
        for kind in OptimizerKind
    ),
    *(
        (BLOBS, stack(TANH), replace(TRAINING, schedule=kind, schedule_period=0.7, schedule_growth=growth))
        for kind in ScheduleKind
        if kind is not ScheduleKind.PLATEAU
        for growth in ((1.0, 2.0) if kind is ScheduleKind.COSINE_RESTARTS else (1.0,))
    ),
    *(
        (
            {Task.REGRESSION: FEATURES, Task.BINARY: PLANE, Task.MULTICLASS: BLOBS}.get(task),
            stack(TANH),
            replace(TRAINING, loss=kind, huber_delta=0.3, label_smoothing=smooth),
        )
        for kind, task in LOSSES
        for smooth in (0.0, 0.1)
    ),
    *(
        (data, stack(TANH), replace(TRAINING, loss=kind, label_smoothing=0.1, class_weights=ClassWeights.BALANCED))
        for data in (UNEVEN, replace(UNEVEN, classes=2, training=UNEVEN.training[:30], test=UNEVEN.test[:10]))
        for kind in LossKind
        if (kind, Task.BINARY if data.classes == 2 else Task.MULTICLASS) in LOSSES
    ),
    (BLOBS, stack(TANH), replace(TRAINING, **REGULAR)),
    (PLANE, (*NORMALISED[:2], DenseSpec(units=4)), replace(TRAINING, batch_size=29)),
]
TRAINER = """
import json, runpy, sys
import numpy as np
for folder in json.loads(sys.argv[1]):
    names = runpy.run_path(f"{folder}/network.py")
    data = np.load(f"{folder}/data.npz")
    names["train"](data["examples"], data["targets"], 3)
    np.save(f"{folder}/answers.npy", names["predict"](data["tested"]))
"""


@pytest.mark.slow
def test_the_training_loop_for_pytorch_is_the_engine_s(tmp_path: Path) -> None:
    """Three epochs in 64 bits, without shuffling, from the weights that were exported, by every optimizer, schedule,
    loss and penalty; a batch of one example joins the one before where batch normalisation needs two."""
    if lacking("torch"):
        pytest.skip("needs PyTorch, the reader (extra `oracle`)")
    expected: dict[str, np.ndarray] = {}
    for number, (data, layers, spec) in enumerate(LOOPS):
        trainer = network(
            table(Task.MULTILABEL, dtype=np.float64) if data is None else data, layers, dtype=np.float64, training=spec
        )
        folder = tmp_path / str(number)
        folder.mkdir()
        FORMATS["torch"].save(Subject.of(frame_of(trainer), 10), folder / "network.py")
        train, tested = trainer.dataset.train, trainer.dataset.test.raw[:20]
        targets = train.labels if len(train.labels) else train.targets
        np.savez(folder / "data.npz", examples=train.raw, targets=targets, tested=tested)
        for _ in range(3 * updates_of_an_epoch(trainer)):
            trainer.step()
        assert trainer.epoch == 3
        expected[str(folder)] = trainer.predict(tested)
    run(TRAINER, json.dumps(list(expected)))
    for (folder, answers), (_, _, spec) in zip(expected.items(), LOOPS, strict=True):
        found = np.load(f"{folder}/answers.npy")
        np.testing.assert_allclose(found, answers, rtol=1e-6, atol=1e-8, err_msg=str(spec))


def updates_of_an_epoch(trainer: Trainer) -> int:
    count, size = trainer.batches.count, trainer.batches.size
    whole, rest = divmod(count, size)
    return whole + (rest >= trainer.network.fewest_examples)


def test_every_table_of_the_training_covers_its_enumeration() -> None:
    kinds = {kind.value for kind in OptimizerKind}
    assert set(TORCH_OPTIMIZERS) == set(KERAS_OPTIMIZERS) == kinds
    assert set(SHARES) == {kind.value for kind in ScheduleKind} - {"plateau"}


@pytest.mark.parametrize("kind", LossKind)
def test_every_loss_has_its_lines(kind: LossKind, tmp_path: Path) -> None:
    task = next(task for loss, task in LOSSES if loss is kind)
    data = {Task.REGRESSION: FEATURES, Task.BINARY: PLANE, Task.MULTICLASS: BLOBS}[task]
    given = subject(network(data, (), training=replace(TRAINING, loss=kind)))
    for key in ("torch", "keras"):
        FORMATS[key].save(given, tmp_path / "n.py")
        text = (tmp_path / "n.py").read_text()
        compile(text, "n.py", "exec")
        assert kind.label in text


def test_the_weights_of_the_classes_are_numbers_like_any_other(tmp_path: Path) -> None:
    given = subject(network(UNEVEN, (), training=replace(TRAINING, class_weights=ClassWeights.BALANCED)))
    for key in ("torch", "keras"):
        FORMATS[key].save(given, tmp_path / "n.py")
        text = (tmp_path / "n.py").read_text()
        assert "[0.5208333333333334, 1.3888888888888888, 2.7777777777777777]" in text
        assert max(map(len, text[text.index("def loss") : text.index("def train")].splitlines())) <= 120


KERAS_LOSS = """
import json, os, runpy, sys
import numpy as np
os.environ["KERAS_BACKEND"] = "torch"
found = []
for folder in json.loads(sys.argv[1]):
    names = runpy.run_path(f"{folder}/network.py")
    data, tensor = np.load(f"{folder}/data.npz"), names["ops"].convert_to_tensor
    found.append(float(names["loss"](tensor(data["y"]), tensor(data["z"]))))
print(json.dumps(found))
"""


@pytest.mark.slow
def test_the_losses_for_keras_are_the_engine_s(tmp_path: Path) -> None:
    """With and without weights of the classes, and their smoothed targets."""
    if lacking("keras", "torch"):
        pytest.skip("needs Keras 3 on PyTorch, the reader (extra `oracle`)")
    expected: dict[str, float] = {}
    random = np.random.default_rng(1)
    for number, (data, _, spec) in enumerate(LOOPS):
        trainer = network(table(Task.MULTILABEL) if data is None else data, (), training=spec)
        folder = tmp_path / str(number)
        folder.mkdir()
        FORMATS["keras"].save(Subject.of(frame_of(trainer), 10), folder / "network.py")
        y = trainer.dataset.train.targets
        z = random.normal(0, 2, y.shape).astype(y.dtype)
        np.savez(folder / "data.npz", y=y, z=z)
        expected[str(folder)] = trainer.loss.value(z.T, trainer.loss.targets(y).T)
    found = json.loads(run(KERAS_LOSS, json.dumps(list(expected))))
    np.testing.assert_allclose(found, list(expected.values()), rtol=2e-5)


def test_what_a_script_leaves_out_it_says(tmp_path: Path) -> None:
    spec = replace(TRAINING, schedule=ScheduleKind.PLATEAU)
    given = subject(network(BLOBS, stack(TANH), training=spec, off={1: (0,)}))
    for key in ("torch", "keras"):
        FORMATS[key].save(given, tmp_path / "n.py")
        text = " ".join((tmp_path / "n.py").read_text().replace("#", "").split())
        assert "the learning rate stays as it is" in text
        assert "switched off by hand is trained as well" in text


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (lambda: network(BLOBS, NORMALISED), "BatchNorm 1 is no dense layer."),
        (lambda: network(BLOBS, stack(ActivationKind.ELU)), "it knows no elu."),
        (lambda: network(BLOBS, stack(TANH, ActivationKind.RELU)), "here there are relu and tanh."),
        (
            lambda: network(BLOBS, (), training=replace(TRAINING, loss=LossKind.MEAN_SQUARED_ERROR)),
            "it makes no sigmoid",
        ),
        (lambda: network(PLANE, stack(TANH)), ""),
    ],
)
def test_scikit_learn_says_why_not(given, why: str, tmp_path: Path) -> None:
    one = subject(given())
    if not why:
        assert FORMATS["sklearn"].lacks(one) == ""
        return
    assert why in why_not(one)
    assert why in FORMATS["sklearn"].lacks(one)
    with pytest.raises(CannotHold, match="Nothing was written"):
        FORMATS["sklearn"].write(one, tmp_path / "n.py")
    assert not [*tmp_path.iterdir()]
