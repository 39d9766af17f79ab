"""Every number that `nnstudio trace --json` prints, against PyTorch in float64 with retained gradients.

The reference is built from what is printed: it takes inputs and weights from there, and nothing from the core.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nnstudio import cli
from nnstudio.core.experiment import DenseSpec, Experiment, LayerSpec, TrainingSpec
from nnstudio.core.experiment.choices import (
    ActivationKind,
    DatasetKind,
    LossKind,
    OptimizerKind,
    Padding,
    Task,
)
from nnstudio.core.experiment.layer_specs import (
    ActivationSpec,
    AvgPool2DSpec,
    BatchNormSpec,
    Conv2DSpec,
    DropoutSpec,
    FlattenSpec,
    LayerNormSpec,
    MaxPool2DSpec,
)
from nnstudio.core.presets import default_experiment
from nnstudio.core.training.losses import losses_for
from nnstudio.core.training.trainer import Trainer
from nnstudio.files.project import Project, save_project

torch = pytest.importorskip("torch", reason="PyTorch, the reference, is not installed")
F = torch.nn.functional
pytestmark = pytest.mark.slow

ACTIVATIONS: dict[ActivationKind, Any] = {
    ActivationKind.LINEAR: lambda z: z * 1,
    ActivationKind.RELU: torch.relu,
    ActivationKind.LEAKY_RELU: F.leaky_relu,
    ActivationKind.ELU: F.elu,
    ActivationKind.SELU: F.selu,
    ActivationKind.GELU: lambda z: F.gelu(z, approximate="tanh"),
    ActivationKind.SILU: F.silu,
    ActivationKind.SOFTPLUS: lambda z: F.softplus(z, threshold=1e9),
    ActivationKind.SIGMOID: torch.sigmoid,
    ActivationKind.TANH: torch.tanh,
    ActivationKind.SINE: torch.sin,
    ActivationKind.STEP: lambda z: torch.heaviside(z.detach(), torch.ones((), dtype=z.dtype)) + 0 * z,
    ActivationKind.SOFTMAX: lambda z: torch.softmax(z, 1),
}
TANH = ActivationKind.TANH
CLASSES, VALUES, DIGITS = DatasetKind.BLOBS, DatasetKind.HILLS, DatasetKind.SKETCHED_DIGITS


def experiment_of(kind: DatasetKind, layers: tuple[LayerSpec, ...], **training: Any) -> Experiment:
    experiment = default_experiment(kind)
    training = {"batch_size": 8, "l2": 0.0, **training}
    return replace(experiment, layers=layers, training=replace(experiment.training, **training))


@pytest.fixture(autouse=True)
def sixty_four_bits() -> Iterator[None]:
    """PyTorch's NAdam keeps a number in its default precision."""
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


class Printed:
    """A run in 64 bits that has come some way, and what is printed of one of its examples."""

    def __init__(
        self, experiment: Experiment, path: Path, capsys: pytest.CaptureFixture[str], updates: int = 4
    ) -> None:
        self.trainer = Trainer(experiment, dtype=np.float64)
        for _ in range(updates):
            self.trainer.step()
        self._file, self._capsys = path / "run.nns", capsys
        self.experiment = experiment

    def document(self, example: int, split: str = "training") -> Any:
        save_project(self._file, Project(self.trainer.experiment, self.trainer.state()))
        self._capsys.readouterr()
        words = ["trace", str(self._file), "--json", "--example", str(example), "--split", split]
        assert cli.main(words) == 0
        return json.loads(self._capsys.readouterr().out)

    @property
    def batch(self) -> list[int]:
        """The examples of the next mini-batch, from 1."""
        return self.document(1)["batch"]["examples"]


class Reference:
    """The same network in PyTorch, from the printed weights, and everything that passes through it."""

    def __init__(self, printed: Printed, document: Any, x: Any, y: Any, masks: dict[str, Any]) -> None:
        task, spec = printed.trainer.dataset.task, printed.experiment.training
        self.parameters: dict[tuple[str, str], Any] = {}
        self.passed: dict[str, dict[str, Any]] = {}
        specs = [*printed.experiment.layers, DenseSpec(units=1, activation=ActivationKind.LINEAR)]
        training = document["example"]["training"]
        x = tensor(x)
        for layer, row in zip(specs, document["forward"], strict=True):
            x.requires_grad_() if x.is_leaf else x.retain_grad()
            names = [name for name in ("weight", "bias", "gain", "shift") if name in row]
            own = {name: tensor(row[name]).requires_grad_() for name in names}
            self.parameters |= {(row["layer"], name): array for name, array in own.items()}
            z = pass_through(layer, x, own, row, training, masks)
            a = ACTIVATIONS[getattr(layer, "activation", ActivationKind.LINEAR)](z) * 1
            for value in (z, a):
                value.retain_grad()
            self.passed[row["layer"]] = {"x": x, "z": z, "a": a}
            x = a
        self.costs = costs(spec.loss, task, spec, x, tensor(y))
        self.answer = answer(spec.loss, task, x)
        self.costs.mean().backward()


def pass_through(layer: Any, x: Any, own: Any, row: Any, training: bool, masks: dict[str, Any]) -> Any:
    match layer:
        case DenseSpec():
            return x.flatten(1) @ own["weight"] + own["bias"]
        case Conv2DSpec():
            if layer.padding is Padding.SAME:
                margins: list[int] = []
                for length in (x.shape[3], x.shape[2]):
                    total = max((-(-length // layer.stride) - 1) * layer.stride + layer.kernel - length, 0)
                    margins += [total // 2, total - total // 2]
                x = F.pad(x, margins)
            return F.conv2d(x, own["weight"].permute(3, 0, 1, 2), own["bias"], stride=layer.stride)
        case MaxPool2DSpec():
            return F.max_pool2d(x, layer.size, layer.stride)
        case AvgPool2DSpec():
            return F.avg_pool2d(x, layer.size, layer.stride)
        case BatchNormSpec() if training:
            return F.batch_norm(x, None, None, own["gain"], own["shift"], training=True, eps=layer.epsilon)
        case BatchNormSpec():
            gathered = tensor(row["mean"]), tensor(row["variance"])
            return F.batch_norm(x, *gathered, own["gain"], own["shift"], training=False, eps=layer.epsilon)
        case LayerNormSpec():
            shape = x.shape[1:]
            gain, shift = (own[name].reshape(shape) for name in ("gain", "shift"))
            return F.layer_norm(x, shape, gain, shift, layer.epsilon)
        case DropoutSpec():
            return x * tensor(masks[row["layer"]]) if training else x * 1
        case FlattenSpec():
            return x.flatten(1)
        case _:
            return x * 1


def answer(kind: LossKind, task: Task, z: Any) -> Any:
    if task is Task.REGRESSION:
        return z
    shared = task is Task.MULTICLASS and kind in (LossKind.CROSS_ENTROPY, LossKind.HINGE)
    return torch.softmax(z, 1) if shared else torch.sigmoid(z)


def costs(kind: LossKind, task: Task, spec: TrainingSpec, z: Any, y: Any) -> Any:
    """What each example costs, by PyTorch's own losses."""
    p = answer(kind, task, z)
    smooth = y * (1 - spec.label_smoothing) + spec.label_smoothing / 2
    match kind:
        case LossKind.CROSS_ENTROPY if task is Task.MULTICLASS:
            return F.cross_entropy(z, y, reduction="none", label_smoothing=spec.label_smoothing)
        case LossKind.CROSS_ENTROPY | LossKind.BINARY_CROSS_ENTROPY:
            each = F.binary_cross_entropy_with_logits(z, smooth, reduction="none")
        case LossKind.MEAN_SQUARED_ERROR:
            each = F.mse_loss(p, y, reduction="none")
        case LossKind.HALF_SQUARED_ERROR:
            each = F.mse_loss(p, y, reduction="none") / 2
        case LossKind.MEAN_ABSOLUTE_ERROR:
            each = F.l1_loss(p, y, reduction="none")
        case LossKind.HUBER:
            each = F.huber_loss(p, y, reduction="none", delta=spec.huber_delta)
        case LossKind.HINGE if task is Task.MULTICLASS:
            return F.multi_margin_loss(z, y.argmax(1), reduction="none")
        case _:
            each = F.margin_ranking_loss(z, torch.zeros_like(z), 2 * y - 1, margin=1, reduction="none")
    return each.mean(dim=1)


def tensor(values: Any) -> Any:
    return torch.tensor(np.asarray(values, np.float64))


def equal(printed: Any, theirs: Any) -> None:
    np.testing.assert_allclose(np.asarray(printed, np.float64), theirs.detach().numpy(), rtol=1e-10, atol=1e-10)


def compare(printed: Printed, example: int, split: str = "training") -> Any:
    """Forward, loss, backward and the mini-batch's gradient of one example; returns what was printed."""
    document = printed.document(example, split)
    dataset = printed.trainer.dataset
    examples = dataset.train if split == "training" else dataset.test
    batch = [number - 1 for number in document["batch"]["examples"]]
    training = document["example"]["training"]
    rows = batch if training else [example - 1]
    place = rows.index(example - 1)
    masks = masks_of(printed, batch) if training else {}
    x, y = (array[rows] for array in (examples.inputs, examples.targets))
    theirs = Reference(printed, document, x.reshape(len(rows), *dataset.shape), y, masks)
    n = len(rows)
    for row in document["forward"]:
        for name in ("x", "z", "a"):
            equal(row[name], theirs.passed[row["layer"]][name][place])
    equal(document["loss"]["answer"], theirs.answer[place])
    equal(document["loss"]["loss"], theirs.costs[place])
    assert sum(document["loss"]["terms"]) / document["loss"]["divided by"] == pytest.approx(document["loss"]["loss"])
    for row in document["backward"]:
        passed = theirs.passed[row["layer"]]
        for name, value in (("da", "a"), ("dz", "z"), ("dx", "x")):
            equal(row[name], n * passed[value].grad[place])
        if row["slope"] is not None:
            equal(row["dz"], tensor(row["da"]) * tensor(row["slope"]))
    whole = theirs if training else whole_batch(printed, document)
    equal(document["batch"]["loss"], whole.costs.mean())
    for (layer, name), array in whole.parameters.items():
        equal(document["batch"]["gradients"][layer][name], array.grad)
    if not training:
        for (layer, name), array in theirs.parameters.items():
            own = next(row for row in document["backward"] if row["layer"] == layer)
            equal(own["gradients"][name], array.grad)
    return document


def whole_batch(printed: Printed, document: Any) -> Reference:
    """The mini-batch, although the example that was printed is none of it."""
    batch = [number - 1 for number in document["batch"]["examples"]]
    train, shape = printed.trainer.dataset.train, printed.trainer.dataset.shape
    seen = {**document, "example": {**document["example"], "training": True}}
    x = train.inputs[batch].reshape(len(batch), *shape)
    return Reference(printed, seen, x, train.targets[batch], masks_of(printed, batch))


def masks_of(printed: Printed, batch: list[int]) -> dict[str, Any]:
    """The masks of dropout for each example of the mini-batch, as they are printed."""
    if not any(isinstance(layer, DropoutSpec) for layer in printed.experiment.layers):
        return {}
    documents = [printed.document(index + 1) for index in batch]
    masks: dict[str, list[Any]] = {}
    for document in documents:
        for row in document["forward"]:
            if "mask" in row:
                masks.setdefault(row["layer"], []).append(row["mask"])
    return {layer: np.array(rows) for layer, rows in masks.items()}


NETWORKS: dict[str, tuple[DatasetKind, tuple[LayerSpec, ...]]] = {
    "conv": (DIGITS, (Conv2DSpec(filters=3, kernel=3), MaxPool2DSpec(), FlattenSpec(), DenseSpec(units=5))),
    "same": (DIGITS, (Conv2DSpec(filters=3, kernel=4, stride=3, padding=Padding.SAME), AvgPool2DSpec())),
    "batch": (DIGITS, (Conv2DSpec(filters=3, kernel=5), BatchNormSpec(), DenseSpec(units=4), BatchNormSpec())),
    "layer": (DIGITS, (Conv2DSpec(filters=3, kernel=5), LayerNormSpec(), DenseSpec(units=4), LayerNormSpec())),
    "dropout": (DIGITS, (DropoutSpec(rate=0.3), DenseSpec(units=6), DropoutSpec(rate=0.5), ActivationSpec())),
    "plane": (DatasetKind.SPIRALS, (DenseSpec(units=6, activation=TANH), DenseSpec(units=5, activation=TANH))),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_every_kind_of_layer(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kind, layers = NETWORKS[name]
    printed = Printed(experiment_of(kind, layers), tmp_path, capsys)
    batch = printed.batch
    assert compare(printed, batch[2])["example"]["training"]
    assert not compare(printed, 3, "test")["example"]["training"]


@pytest.mark.parametrize("kind", ActivationKind, ids=lambda kind: kind.value)
def test_every_activation(kind: ActivationKind, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    layers = DenseSpec(units=5, activation=kind), DenseSpec(units=4, activation=kind)
    compare(Printed(experiment_of(DatasetKind.SPIRALS, layers), tmp_path, capsys), 7)


TASKS = {Task.BINARY: DatasetKind.SPIRALS, Task.MULTICLASS: CLASSES, Task.REGRESSION: VALUES}


@pytest.mark.parametrize(("task", "kind"), [(task, kind) for task in TASKS for kind in losses_for(task)], ids=str)
def test_every_loss(task: Task, kind: LossKind, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    smoothing = {"label_smoothing": 0.2} if kind in (LossKind.CROSS_ENTROPY, LossKind.BINARY_CROSS_ENTROPY) else {}
    experiment = experiment_of(
        TASKS[task], (DenseSpec(units=5, activation=TANH),), loss=kind, huber_delta=0.3, **smoothing
    )
    compare(Printed(experiment, tmp_path, capsys), 11)


OPTIMIZERS: dict[OptimizerKind, tuple[str, dict[str, Any], dict[str, Any]]] = {
    OptimizerKind.SGD: ("SGD", {}, {}),
    OptimizerKind.MOMENTUM: ("SGD", {"momentum": 0.8}, {"momentum": 0.8}),
    OptimizerKind.NESTEROV: ("SGD", {"momentum": 0.8}, {"momentum": 0.8, "nesterov": True}),
    OptimizerKind.ADAGRAD: ("Adagrad", {"epsilon": 1e-6}, {"eps": 1e-6}),
    OptimizerKind.ADADELTA: ("Adadelta", {"rho": 0.8, "epsilon": 1e-6}, {"rho": 0.8, "eps": 1e-6}),
    OptimizerKind.RMSPROP: ("RMSprop", {"rho": 0.8, "epsilon": 1e-4}, {"alpha": 0.8, "eps": 1e-4}),
    OptimizerKind.ADAM: ("Adam", {"beta1": 0.85, "beta2": 0.98}, {"betas": (0.85, 0.98)}),
    OptimizerKind.AMSGRAD: ("Adam", {"beta1": 0.85, "beta2": 0.98}, {"betas": (0.85, 0.98), "amsgrad": True}),
    OptimizerKind.ADAMW: ("AdamW", {"weight_decay": 0.3}, {"weight_decay": 0.3}),
    OptimizerKind.NADAM: ("NAdam", {}, {"momentum_decay": 4e-3}),
}


@pytest.mark.parametrize("kind", OPTIMIZERS, ids=lambda kind: kind.value)
def test_every_optimizer(kind: OptimizerKind, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Led by the gradients that are printed, PyTorch's comes to the weights that are printed, update by update; its
    memory is what the rows say."""
    name, ours, options = OPTIMIZERS[kind]
    layers = (DenseSpec(units=4, activation=TANH),)
    experiment = experiment_of(DatasetKind.SPIRALS, layers, optimizer=kind, learning_rate=0.01, **ours)
    printed = Printed(experiment, tmp_path, capsys, updates=0)
    theirs: dict[tuple[str, str], Any] = {}
    for _ in range(5):
        document = printed.document(1)
        rows = {
            (layer, array): {row["name"]: row["values"] for row in steps}
            for layer, arrays in document["update"]["layers"].items()
            for array, steps in arrays.items()
        }
        if not theirs:
            theirs = {place: tensor(start(document, *place)) for place in rows}
            optimizer = getattr(torch.optim, name)([*theirs.values()], lr=0.01, **options)
        for place, weight in theirs.items():
            weight.grad = tensor(rows[place]["g"])
        optimizer.step()
        for place, weight in theirs.items():
            equal(rows[place]["w"], weight)
            state = optimizer.state[weight]
            for ours_name, theirs_name in (("m", "exp_avg"), ("v", "exp_avg_sq")):
                if theirs_name in state and ours_name in rows[place]:
                    equal(rows[place][ours_name], state[theirs_name])
        printed.trainer.step()
    assert set(OPTIMIZERS) == set(OptimizerKind) - {OptimizerKind.LION}, "PyTorch has no Lion; it has a test of its own"


def start(document: Any, layer: str, array: str) -> Any:
    return next(row for row in document["forward"] if row["layer"] == layer)[array]


def test_penalty_and_clipping(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The gradient that the optimizer gets is that of the loss with its penalties, cut off and shortened."""
    settings = {"l1": 0.5, "l2": 2.0, "clip_value": 0.05, "clip_norm": 0.1}
    experiment = experiment_of(DatasetKind.SPIRALS, (DenseSpec(units=5, activation=TANH),), **settings)
    printed = Printed(experiment, tmp_path, capsys)
    document = printed.document(1)
    whole = whole_batch(printed, document)
    count = len(printed.trainer.dataset.train)
    weights = [array for (_, name), array in whole.parameters.items() if name == "weight"]
    loss = sum(0.5 / count * w.abs().sum() + 2.0 / 2 / count * (w**2).sum() for w in weights)
    loss.backward()
    parameters = [*whole.parameters.values()]
    torch.nn.utils.clip_grad_value_(parameters, 0.05)
    norm = torch.nn.utils.clip_grad_norm_(parameters, 0.1)
    factor = min(1.0, 0.1 / float(norm))
    for (layer, name), array in whole.parameters.items():
        rows = document["update"]["layers"][layer][name]
        assert next(row["values"] for row in rows if row["name"] == "clip") == pytest.approx(factor, rel=1e-10)
        shaped = [row["values"] for row in rows if row["name"] == "g"][-1]
        np.testing.assert_allclose(shaped, array.grad.numpy(), rtol=1e-5)  # PyTorch divides by the norm + 1e-6
