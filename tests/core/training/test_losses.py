"""Losses against finite differences and PyTorch, at the logits."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from nnstudio.core.array import Array
from nnstudio.core.experiment import TrainingSpec
from nnstudio.core.experiment.choices import ActivationKind, LossKind, Task
from nnstudio.core.experiment.setting import SettingError, settings_of
from nnstudio.core.training.losses import LOSSES, SETTINGS_OF_LOSS, Loss, LossStage, loss_for, losses_for

EXAMPLES = 9
SPEC = TrainingSpec(label_smoothing=0.2, huber_delta=0.7)
PAIRS = list(LOSSES)
OUTPUTS = {Task.BINARY: 1, Task.MULTICLASS: 4, Task.MULTILABEL: 3, Task.REGRESSION: 2}
IDS = [f"{kind.value}-{task.value}" for kind, task in PAIRS]


def draw(task: Task, outputs: int | None = None, seed: int = 0) -> tuple[Array, Array]:
    """Logits and the data's targets, (outputs, n) both, with some logits far out."""
    random = np.random.default_rng(seed)
    outputs = outputs or OUTPUTS[task]
    z = random.normal(0, 2, (outputs, EXAMPLES))
    if task in (Task.BINARY, Task.MULTILABEL):
        return z, random.integers(0, 2, z.shape).astype(float)
    if task is Task.MULTICLASS:
        return z, np.eye(outputs)[random.integers(0, outputs, EXAMPLES)].T.copy()
    return z, random.normal(0, 1, z.shape)


def at_work(loss: Loss, z: Array, y: Array) -> tuple[float, Array]:
    """Value and gradient of the mean loss, as in training."""
    gradient = np.empty_like(z)
    stage = LossStage(loss, z, loss.targets(y.T).T, gradient)
    stage.backward()
    return stage.value(), gradient


@pytest.mark.parametrize("pair", PAIRS, ids=IDS)
@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_gradient_is_the_slope(pair: tuple[LossKind, Task], smoothing: float) -> None:
    loss = LOSSES[pair](replace(SPEC, label_smoothing=smoothing))
    z, y = draw(pair[1])
    _, gradient = at_work(loss, z, y)
    h = 1e-6
    for place in np.ndindex(z.shape):
        up, down = z.copy(), z.copy()
        up[place] += h
        down[place] -= h
        slope = (at_work(loss, up, y)[0] - at_work(loss, down, y)[0]) / (2 * h)
        assert gradient[place] == pytest.approx(slope, rel=1e-6, abs=1e-9)
    assert np.abs(gradient).max() > 1e-3


def _torch_loss(torch: Any, kind: LossKind, task: Task, spec: TrainingSpec) -> Callable[[Any, Any], Any]:
    """PyTorch's loss of logits and targets, both (n, outputs)."""
    functional = torch.nn.functional
    s = spec.label_smoothing
    output = (lambda z: z) if task is Task.REGRESSION else torch.sigmoid
    if kind is LossKind.HINGE and task is not Task.MULTICLASS:
        # max(0, −t (z − 0) + 1)
        return lambda z, y: functional.margin_ranking_loss(z, torch.zeros_like(z), 2 * y - 1, margin=1)
    if kind is LossKind.HINGE:
        return lambda z, y: functional.multi_margin_loss(z, y.argmax(1))
    if kind is LossKind.BINARY_CROSS_ENTROPY or (kind is LossKind.CROSS_ENTROPY and task is Task.BINARY):
        return lambda z, y: functional.binary_cross_entropy_with_logits(z, (1 - s) * y + s / 2)
    return {
        LossKind.CROSS_ENTROPY: lambda z, y: functional.cross_entropy(z, y.argmax(1), label_smoothing=s),
        LossKind.MEAN_SQUARED_ERROR: lambda z, y: functional.mse_loss(output(z), y),
        LossKind.HALF_SQUARED_ERROR: lambda z, y: functional.mse_loss(output(z), y) / 2,
        LossKind.MEAN_ABSOLUTE_ERROR: lambda z, y: functional.l1_loss(output(z), y),
        LossKind.HUBER: lambda z, y: functional.huber_loss(output(z), y, delta=spec.huber_delta),
    }[kind]


@pytest.mark.parametrize("pair", PAIRS, ids=IDS)
@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_matches_pytorch(pair: tuple[LossKind, Task], smoothing: float) -> None:
    torch = pytest.importorskip("torch", reason="needs PyTorch as the reference (extra `oracle`)")
    spec = replace(SPEC, label_smoothing=smoothing)
    z, y = draw(pair[1], seed=1)
    value, gradient = at_work(LOSSES[pair](spec), z, y)
    logits = torch.tensor(z.T, requires_grad=True)
    theirs = _torch_loss(torch, *pair, spec)(logits, torch.tensor(y.T))
    theirs.backward()
    assert value == pytest.approx(theirs.item(), rel=1e-10)
    np.testing.assert_allclose(gradient, logits.grad.numpy().T, rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("pair", PAIRS, ids=IDS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_far_logits_do_not_overflow(pair: tuple[LossKind, Task], dtype: type[np.floating]) -> None:
    loss = LOSSES[pair](SPEC)
    z, y = draw(pair[1])
    z = (np.sign(z) * 1e4).astype(dtype)
    y = y.astype(dtype)
    value, gradient = at_work(loss, z, y)
    assert np.isfinite(value)
    assert np.isfinite(gradient).all()
    assert gradient.dtype == dtype
    assert loss.targets(y.T).dtype == dtype
    assert loss.value(z, loss.targets(y.T).T) == value


@pytest.mark.parametrize("pair", PAIRS, ids=IDS)
def test_output_picks_the_right_answer(pair: tuple[LossKind, Task]) -> None:
    """Whatever the loss, a logit above 0 is class 1, and the largest logit is the answer."""
    loss = LOSSES[pair](SPEC)
    z, _ = draw(pair[1])
    p = np.empty_like(z)
    loss.output(z, p)
    if pair[1] is Task.REGRESSION:
        assert loss.activation.kind is ActivationKind.LINEAR
        assert np.array_equal(p, z)
        return
    assert loss.activation.kind in (ActivationKind.SIGMOID, ActivationKind.SOFTMAX)
    assert ((p > 0) & (p < 1)).all()
    if pair[1] is not Task.MULTICLASS:
        assert np.array_equal(p > 0.5, z > 0)
    assert np.array_equal(p.argmax(0), z.argmax(0))


@pytest.mark.parametrize("pair", PAIRS, ids=IDS)
def test_the_value_is_the_mean_of_what_each_example_costs(pair: tuple[LossKind, Task]) -> None:
    loss = LOSSES[pair](SPEC)
    z, y = draw(pair[1])
    t = loss.targets(y.T).T
    each = loss.each(z, t)
    alone = [loss.value(z[:, k : k + 1], t[:, k : k + 1]) for k in range(EXAMPLES)]
    np.testing.assert_allclose(each, alone, rtol=1e-12)
    assert loss.value(z, t) == pytest.approx(each.mean(), rel=1e-12)
    assert np.ptp(each) > 0.1


def test_many_small_losses_are_summed_exactly() -> None:
    """In 32 bits a sum of 60 000 losses stops growing where each is less than a last bit."""
    z, y = np.full((1, 60_000), -14, np.float32), np.zeros((1, 60_000), np.float32)
    y[0, 0], z[0, 0] = 1, -1e7
    loss = LOSSES[LossKind.CROSS_ENTROPY, Task.BINARY](TrainingSpec())
    assert loss.value(z, loss.targets(y.T).T) == pytest.approx(
        (1e7 + 59_999 * np.log1p(np.exp(-14.0))) / 60_000, rel=1e-9
    )


def test_sigmoids_answer_each_for_itself() -> None:
    """Ten sigmoids cost the mean of ten binary cross-entropies."""
    z, y = draw(Task.MULTICLASS, 10)
    one = LOSSES[LossKind.CROSS_ENTROPY, Task.BINARY](SPEC)
    ten = LOSSES[LossKind.BINARY_CROSS_ENTROPY, Task.MULTICLASS](SPEC)
    values = [at_work(one, z[k : k + 1], y[k : k + 1])[0] for k in range(10)]
    assert at_work(ten, z, y)[0] == pytest.approx(np.mean(values), rel=1e-12)


def test_a_certain_and_wrong_sigmoid_hardly_learns_from_squared_error() -> None:
    z, y = np.array([[-12.0]]), np.array([[1.0]])
    squared = at_work(LOSSES[LossKind.MEAN_SQUARED_ERROR, Task.BINARY](SPEC), z, y)[1]
    surprised = at_work(LOSSES[LossKind.CROSS_ENTROPY, Task.BINARY](TrainingSpec()), z, y)[1]
    assert abs(squared[0, 0]) < 1e-4
    assert surprised[0, 0] == pytest.approx(-1, abs=1e-4)


def test_a_small_binary_loss_keeps_its_digits() -> None:
    z, y = np.array([[14.0, -14.0]], np.float32), np.array([[1.0, 0.0]], np.float32)
    value, _ = at_work(LOSSES[LossKind.CROSS_ENTROPY, Task.BINARY](TrainingSpec()), z, y)
    assert value == pytest.approx(np.log1p(np.exp(-14.0)), rel=1e-5)


def test_every_loss_is_in_every_table() -> None:
    assert {kind for kind, _ in LOSSES} == set(SETTINGS_OF_LOSS) == set(LossKind)
    known = settings_of(TrainingSpec)
    for kind in LossKind:
        assert kind.label
        assert kind.help.endswith(".")
        assert kind.formula
        assert set(SETTINGS_OF_LOSS[kind]) <= set(known)
    for task in Task:
        assert losses_for(task)
    assert losses_for(Task.BINARY)[0] is LossKind.CROSS_ENTROPY
    assert losses_for(Task.MULTICLASS)[0] is LossKind.CROSS_ENTROPY
    assert losses_for(Task.MULTILABEL)[0] is LossKind.BINARY_CROSS_ENTROPY
    assert losses_for(Task.REGRESSION)[0] is LossKind.MEAN_SQUARED_ERROR


def test_each_loss_reads_the_settings_it_names() -> None:
    others = {"label_smoothing": 0.1, "huber_delta": 2.0}
    for (kind, _), make in LOSSES.items():
        for name, value in others.items():
            changed = make(TrainingSpec()) != make(replace(TrainingSpec(), **{name: value}))
            assert changed == (name in SETTINGS_OF_LOSS[kind])


def test_a_loss_that_does_not_fit_names_those_that_do() -> None:
    with pytest.raises(SettingError, match=r"Cross-entropy does not fit regression data; choose .*Huber") as caught:
        loss_for(TrainingSpec(), Task.REGRESSION)
    assert caught.value.field == "training.loss"
