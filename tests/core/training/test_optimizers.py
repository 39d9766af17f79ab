"""Every optimizer follows its reference for 200 steps: PyTorch where it has it, else the paper's recurrence."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from nnstudio.core.array import Array
from nnstudio.core.experiment import TrainingSpec
from nnstudio.core.experiment.choices import OptimizerKind
from nnstudio.core.experiment.setting import settings_of
from nnstudio.core.training.optimizers import OPTIMIZERS, SETTINGS_OF_OPTIMIZER, Optimizer, OptimizerState

STEPS = 200
Gradient = Callable[[Array], Array]


def bowl(w: Array) -> Array:
    """A narrow quadratic valley: ½ Σ λ w² with λ from 1 to 100."""
    return np.geomspace(1, 100, w.size) * w


def tilted(w: Array) -> Array:
    """A quadratic whose axes are not the coordinates'."""
    mixing = np.add.outer(np.arange(w.size), np.arange(w.size)) % 3 / 3 + np.eye(w.size)
    return mixing @ mixing.T @ (w - 0.5) / 10


def rosenbrock(w: Array) -> Array:
    """Rosenbrock's curved valley."""
    gradient = np.zeros_like(w)
    lead, follow = w[:-1], w[1:]
    gradient[:-1] += -400 * lead * (follow - lead**2) - 2 * (1 - lead)
    gradient[1:] += 200 * (follow - lead**2)
    return gradient / 100


def kinked(w: Array) -> Array:
    """|w|, whose gradient never grows small, and is zero for one of the coordinates."""
    gradient = np.sign(w)
    gradient[-1] = 0
    return gradient


OBJECTIVES: tuple[Gradient, ...] = (bowl, tilted, rosenbrock, kinked)


@dataclass(frozen=True)
class Reference:
    """How the reference is called and with which of our settings it agrees."""

    torch: str
    spec: TrainingSpec
    options: dict[str, Any]


def _adam(**more: float) -> TrainingSpec:
    return TrainingSpec(learning_rate=0.01, beta1=0.85, beta2=0.98, epsilon=1e-6, **more)


ADAM_OPTIONS = {"betas": (0.85, 0.98), "eps": 1e-6}

# The learning rates are small enough that no path is chaotic: RMSProp at 0.01 on `tilted` makes 1e-6 of a last bit.
REFERENCES: dict[OptimizerKind, Reference] = {
    OptimizerKind.SGD: Reference("SGD", TrainingSpec(learning_rate=0.01), {}),
    OptimizerKind.MOMENTUM: Reference("SGD", TrainingSpec(learning_rate=0.003, momentum=0.8), {"momentum": 0.8}),
    OptimizerKind.NESTEROV: Reference(
        "SGD", TrainingSpec(learning_rate=0.003, momentum=0.8), {"momentum": 0.8, "nesterov": True}
    ),
    OptimizerKind.ADAGRAD: Reference("Adagrad", TrainingSpec(learning_rate=0.1, epsilon=1e-6), {"eps": 1e-6}),
    OptimizerKind.ADADELTA: Reference(
        "Adadelta", TrainingSpec(learning_rate=0.7, rho=0.8, epsilon=1e-6), {"rho": 0.8, "eps": 1e-6}
    ),
    OptimizerKind.RMSPROP: Reference(
        "RMSprop", TrainingSpec(learning_rate=0.001, rho=0.8, epsilon=1e-4), {"alpha": 0.8, "eps": 1e-4}
    ),
    OptimizerKind.ADAM: Reference("Adam", _adam(), ADAM_OPTIONS),
    OptimizerKind.AMSGRAD: Reference("Adam", _adam(), {**ADAM_OPTIONS, "amsgrad": True}),
    OptimizerKind.ADAMW: Reference("AdamW", _adam(weight_decay=0.3), {**ADAM_OPTIONS, "weight_decay": 0.3}),
    OptimizerKind.NADAM: Reference("NAdam", _adam(), {**ADAM_OPTIONS, "momentum_decay": 4e-3}),
}

TRAINING = TrainingSpec(optimizer=OptimizerKind.LION, learning_rate=0.01, beta1=0.85, beta2=0.97, weight_decay=0.3)


def make(kind: OptimizerKind, spec: TrainingSpec, size: int = 7) -> tuple[Optimizer, Array, Array]:
    params = np.linspace(-1.2, 1.5, size)
    grads = np.zeros_like(params)
    made = OPTIMIZERS[kind](params, grads)
    made.configure(spec)
    return made, params, grads


def follow(kind: OptimizerKind, spec: TrainingSpec, objective: Gradient, steps: int = STEPS) -> Array:
    """Our trajectory, (steps, parameters)."""
    made, params, grads = make(kind, spec)
    path = []
    for _ in range(steps):
        grads[...] = objective(params)
        made.step(spec.learning_rate)
        path.append(params.copy())
    return np.array(path)


@pytest.mark.parametrize("objective", OBJECTIVES, ids=lambda function: function.__name__)
@pytest.mark.parametrize("kind", REFERENCES, ids=lambda kind: kind.value)
def test_follows_pytorch(kind: OptimizerKind, objective: Gradient) -> None:
    torch = pytest.importorskip("torch", reason="needs PyTorch as the reference (extra `oracle`)")
    reference = REFERENCES[kind]
    w = torch.linspace(-1.2, 1.5, 7, dtype=torch.float64)
    w.copy_(torch.from_numpy(np.linspace(-1.2, 1.5, 7)))
    theirs = getattr(torch.optim, reference.torch)([w], lr=reference.spec.learning_rate, **reference.options)
    path = []
    for _ in range(STEPS):
        w.grad = torch.from_numpy(objective(w.numpy()))
        theirs.step()
        path.append(w.numpy().copy())
    ours = follow(kind, reference.spec, objective)
    np.testing.assert_allclose(ours, path, rtol=1e-9, atol=1e-9)
    assert np.abs(ours[-1] - ours[0]).max() > 1e-3


@pytest.mark.parametrize("objective", OBJECTIVES, ids=lambda function: function.__name__)
def test_lion_follows_the_paper(objective: Gradient) -> None:
    spec = TRAINING
    w, m = np.linspace(-1.2, 1.5, 7), np.zeros(7)
    path = []
    for _ in range(STEPS):
        g = objective(w)
        c = spec.beta1 * m + (1 - spec.beta1) * g
        w = w - spec.learning_rate * (np.sign(c) + spec.weight_decay * w)
        m = spec.beta2 * m + (1 - spec.beta2) * g
        path.append(w)
    np.testing.assert_allclose(follow(OptimizerKind.LION, spec, objective), path, rtol=1e-9, atol=1e-9)


def test_every_optimizer_is_in_every_table() -> None:
    assert set(OPTIMIZERS) == set(SETTINGS_OF_OPTIMIZER) == set(OptimizerKind)
    assert set(REFERENCES) | {OptimizerKind.LION} == set(OptimizerKind)
    known = settings_of(TrainingSpec)
    for kind in OptimizerKind:
        assert kind.label
        assert kind.help.endswith(".")
        assert kind.formula
        assert "w ←" in (OPTIMIZERS[kind].__doc__ or "") or kind is OptimizerKind.AMSGRAD
        assert set(SETTINGS_OF_OPTIMIZER[kind]) <= set(known)


OTHER_VALUES = {"momentum": 0.5, "rho": 0.5, "beta1": 0.5, "beta2": 0.5, "epsilon": 0.1, "weight_decay": 0.5}


@pytest.mark.parametrize("kind", OptimizerKind, ids=lambda kind: kind.value)
def test_reads_exactly_the_settings_it_names(kind: OptimizerKind) -> None:
    """Each named setting changes the path; none of the others does."""
    spec = TrainingSpec(learning_rate=0.03)
    path = follow(kind, spec, bowl, 60)
    for name, value in OTHER_VALUES.items():
        other = follow(kind, replace(spec, **{name: value}), bowl, 60)
        assert np.array_equal(path, other) == (name not in SETTINGS_OF_OPTIMIZER[kind]), name


@pytest.mark.parametrize("kind", OptimizerKind, ids=lambda kind: kind.value)
def test_state_there_and_back(kind: OptimizerKind) -> None:
    spec = TrainingSpec(learning_rate=0.01)
    made, params, grads = make(kind, spec)

    def walk() -> Array:
        for _ in range(20):
            grads[...] = tilted(params)
            made.step(0.01)
        return params.copy()

    walk()
    state, start = made.state(), params.copy()
    there = walk()
    params[...] = start
    made.restore(state)
    assert np.array_equal(walk(), there)
    params[...] = start
    made.restore(state)  # the state is not used up
    assert np.array_equal(walk(), there)


REMEMBERED: dict[OptimizerKind, tuple[set[str], set[str]]] = {
    OptimizerKind.SGD: (set(), set()),
    OptimizerKind.MOMENTUM: ({"v"}, set()),
    OptimizerKind.NESTEROV: ({"v"}, set()),
    OptimizerKind.ADAGRAD: ({"s"}, set()),
    OptimizerKind.ADADELTA: ({"s", "u"}, set()),
    OptimizerKind.RMSPROP: ({"s"}, set()),
    OptimizerKind.ADAM: ({"m", "v"}, {"m_weight", "v_weight"}),
    OptimizerKind.AMSGRAD: ({"m", "v", "v_max"}, {"m_weight", "v_weight"}),
    OptimizerKind.ADAMW: ({"m", "v"}, {"m_weight", "v_weight"}),
    OptimizerKind.NADAM: ({"m", "v"}, {"m_weight", "v_weight", "t", "product"}),
    OptimizerKind.LION: ({"m"}, set()),
}
"""Files keep these names: whoever changes one makes older projects forget."""


@pytest.mark.parametrize("kind", OptimizerKind, ids=lambda kind: kind.value)
def test_remembers_by_name(kind: OptimizerKind) -> None:
    made, _, grads = make(kind, TrainingSpec())
    grads[...] = np.arange(7)
    made.step(0.1)
    state = made.state()
    assert (set(state.arrays), set(state.numbers)) == REMEMBERED[kind]
    for name, array in state.arrays.items():
        assert array.shape == grads.shape
        assert np.array_equal(array, made.memory[name])
        assert not np.shares_memory(array, made.memory[name])
    made.step(0.1)
    assert all(not np.array_equal(array, made.memory[name]) for name, array in state.arrays.items())


@pytest.mark.parametrize("kind", OptimizerKind, ids=lambda kind: kind.value)
def test_takes_no_state_that_is_not_its_own(kind: OptimizerKind) -> None:
    made, _, grads = make(kind, TrainingSpec())
    grads[...] = np.arange(7)
    made.step(0.1)
    before = made.state()
    arrays = {name: np.ones(7) for name in made.arrays}
    numbers = dict.fromkeys(made.numbers, 0.5)
    wrong = [
        OptimizerState(arrays | {"x": np.ones(7)}, numbers),
        OptimizerState(arrays, numbers | {"x": 1.0}),
        *(OptimizerState({k: a for k, a in arrays.items() if k != name}, numbers) for name in arrays),
        *(OptimizerState(arrays, {k: n for k, n in numbers.items() if k != name}) for name in numbers),
        *(OptimizerState(arrays | {name: np.ones(1)}, numbers) for name in arrays),
        *(OptimizerState(arrays | {name: np.ones((1, 7))}, numbers) for name in arrays),
    ]
    for state in wrong:
        with pytest.raises(ValueError, match=type(made).__name__):
            made.restore(state)
        after = made.state()
        np.testing.assert_equal(after.arrays, before.arrays)
        assert after.numbers == before.numbers


@pytest.mark.parametrize("kind", OptimizerKind, ids=lambda kind: kind.value)
def test_leaves_the_gradient_alone(kind: OptimizerKind) -> None:
    made, _, grads = make(kind, TrainingSpec())
    grads[...] = np.arange(7)
    made.step(0.1)
    made.step(0.1)
    assert np.array_equal(grads, np.arange(7))


@pytest.mark.parametrize("kind", [kind for kind in OptimizerKind if OPTIMIZERS[kind].arrays], ids=lambda k: k.value)
def test_new_hyperparameters_keep_the_memory(kind: OptimizerKind) -> None:
    made, params, grads = make(kind, TrainingSpec())
    for _ in range(10):
        grads[...] = tilted(params)
        made.step(0.01)
    before = made.state()
    made.configure(TrainingSpec(momentum=0.5, rho=0.5, beta1=0.5, beta2=0.5, epsilon=0.1))
    after = made.state()
    np.testing.assert_equal(after.arrays, before.arrays)
    assert after.numbers == before.numbers
    assert all(array.any() for array in before.arrays.values())


def test_adam_stays_unbiased_when_beta_changes() -> None:
    """With a constant gradient the corrected mean is that gradient and every step is η, whatever β was before."""
    made, params, grads = make(OptimizerKind.ADAM, TrainingSpec(epsilon=1e-10))
    grads[...] = 3.0
    for beta1, beta2 in ((0.9, 0.999), (0.5, 0.9), (0.99, 0.9999), (0.0, 0.0)):
        made.configure(TrainingSpec(beta1=beta1, beta2=beta2, epsilon=1e-10))
        for _ in range(5):
            before = params.copy()
            made.step(0.01)
            np.testing.assert_allclose(before - params, 0.01, rtol=1e-9)
