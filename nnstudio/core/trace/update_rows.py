"""The update of every parameter, term by term: from the gradient to the new weight, for each optimizer.

Beside `training/optimizers`, which do the same in place and with factors pulled out, this is how the papers write it.
Every row is a vector laid out like the parameters, or one number that holds for all of them.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.array import Array
from nnstudio.core.experiment import TrainingSpec
from nnstudio.core.experiment.choices import OptimizerKind
from nnstudio.core.training.optimizers import OptimizerState


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One step of the calculation: what it is called, how it is made of the rows before, and its numbers."""

    name: str
    formula: str
    values: Array | float


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """What an optimizer starts from: w and g, what it remembers, η, and its settings."""

    w: Array
    g: Array
    rate: float
    spec: TrainingSpec
    memory: Mapping[str, Array]
    numbers: Mapping[str, float]


def update_rows(
    step: Step, penalized: Array, examples: int, frozen: NDArray[np.bool_] | None, share: float = 1.0
) -> list[Row]:
    """From the mean gradient of the mini-batch to the new parameters. Rows that do not apply are absent, not 0.

    penalized: 1 where the penalty applies; examples: N, the number of training examples; frozen: what training leaves
    alone, None for nothing; share: what the schedule makes of the learning rate that was set
    """
    rows = [Row("g", "mean of ∂L/∂w over the mini-batch", step.g)]
    rows += _shaped(step, penalized, examples, frozen)
    if share != 1:
        rows.append(Row("η", f"{step.rate / share:g} · {share:.6g}, by the schedule", step.rate))
    else:
        rows.append(Row("η", "as set", step.rate))
    g = next(row.values for row in reversed(rows) if row.name == "g")
    begun = Step(step.w, np.asarray(g), step.rate, step.spec, step.memory, step.numbers)
    rows += WAYS[step.spec.optimizer](begun)
    if frozen is not None:
        rows.append(Row("w", "frozen: as before", np.where(frozen, step.w, rows[-1].values)))
    return rows


def _shaped(step: Step, penalized: Array, examples: int, frozen: NDArray[np.bool_] | None) -> Iterator[Row]:
    """What becomes of the gradient before the optimizer sees it: penalties, locks, clipping."""
    spec, g = step.spec, step.g
    if spec.l2:
        yield Row("L2", "λ₂/N · w", pull := penalized * spec.l2 / examples * step.w)
        yield Row("g", "g + L2", g := g + pull)
    if spec.l1:
        yield Row("L1", "λ₁/N · sign w", pull := penalized * spec.l1 / examples * np.sign(step.w))
        yield Row("g", "g + L1", g := g + pull)
    if frozen is not None:
        yield Row("g", "frozen: 0", g := np.where(frozen, 0.0, g))
    if spec.clip_value:
        c = spec.clip_value
        yield Row("g", f"max(−{c:g}, min({c:g}, g))", g := np.clip(g, -c, c))
    if spec.clip_norm:
        norm = float(np.linalg.norm(g))
        yield Row("‖g‖", "√ Σ g², over all parameters", norm)
        factor = min(1.0, spec.clip_norm / norm) if norm else 1.0
        yield Row("clip", f"min(1, {spec.clip_norm:g} / ‖g‖)", factor)
        yield Row("g", "clip · g", g * factor)


def _sgd(s: Step) -> Iterator[Row]:
    yield from _move(s, "η · g", s.rate * s.g)


def _momentum(s: Step) -> Iterator[Row]:
    yield Row("v", "μ · v + g", v := s.spec.momentum * s.memory["v"] + s.g)
    yield from _move(s, "η · v", s.rate * v)


def _nesterov(s: Step) -> Iterator[Row]:
    mu = s.spec.momentum
    yield Row("v", "μ · v + g", v := mu * s.memory["v"] + s.g)
    yield from _move(s, "η · (g + μ · v)", s.rate * (s.g + mu * v))


def _adagrad(s: Step) -> Iterator[Row]:
    yield Row("s", "s + g²", sum_ := s.memory["s"] + s.g**2)
    yield from _move(s, "η · g / (√s + ε)", s.rate * s.g / (np.sqrt(sum_) + s.spec.epsilon))


def _rmsprop(s: Step) -> Iterator[Row]:
    rho = s.spec.rho
    yield Row("s", "ρ · s + (1 − ρ) · g²", mean := rho * s.memory["s"] + (1 - rho) * s.g**2)
    yield from _move(s, "η · g / (√s + ε)", s.rate * s.g / (np.sqrt(mean) + s.spec.epsilon))


def _adadelta(s: Step) -> Iterator[Row]:
    rho, epsilon, moved = s.spec.rho, s.spec.epsilon, s.memory["u"]
    yield Row("s", "ρ · s + (1 − ρ) · g²", mean := rho * s.memory["s"] + (1 - rho) * s.g**2)
    yield Row("d", "g · √(u + ε) / √(s + ε)", d := s.g * np.sqrt(moved + epsilon) / np.sqrt(mean + epsilon))
    yield Row("u", "ρ · u + (1 − ρ) · d²", rho * moved + (1 - rho) * d**2)
    yield from _move(s, "η · d", s.rate * d)


def _means(s: Step) -> tuple[list[Row], Array, Array]:
    """m and v with their rows, and their corrected values. The run remembers the sums Σ βᵏ g, in which the factors
    1 − β are left out, and with them the sums of the weights, Σ βᵏ."""
    b1, b2 = s.spec.beta1, s.spec.beta2
    m, v = b1 * s.memory["m"] + s.g, b2 * s.memory["v"] + s.g**2
    m_weight, v_weight = b1 * s.numbers["m_weight"] + 1, b2 * s.numbers["v_weight"] + 1
    rows = [
        Row("m", "β₁ · m + (1 − β₁) · g", (1 - b1) * m),
        Row("v", "β₂ · v + (1 − β₂) · g²", (1 - b2) * v),
        Row("m̂", f"m / {(1 - b1) * m_weight:.6g}", m / m_weight),
        Row("v̂", f"v / {(1 - b2) * v_weight:.6g}", v / v_weight),
    ]
    return rows, m / m_weight, v / v_weight


def _adam(s: Step) -> Iterator[Row]:
    rows, m, v = _means(s)
    yield from rows
    yield from _move(s, "η · m̂ / (√v̂ + ε)", s.rate * m / (np.sqrt(v) + s.spec.epsilon))


def _amsgrad(s: Step) -> Iterator[Row]:
    rows, m, v = _means(s)
    yield from rows
    largest = np.maximum(s.memory["v_max"], s.spec.beta2 * s.memory["v"] + s.g**2)
    v_weight = s.spec.beta2 * s.numbers["v_weight"] + 1
    yield Row("v̂ₘₐₓ", "max over all updates of v, corrected as v̂", v := largest / v_weight)
    yield from _move(s, "η · m̂ / (√v̂ₘₐₓ + ε)", s.rate * m / (np.sqrt(v) + s.spec.epsilon))


def _adamw(s: Step) -> Iterator[Row]:
    rows, m, v = _means(s)
    yield from rows
    yield Row("decay", "η · λ · w", decay := s.rate * s.spec.weight_decay * s.w)
    step = s.rate * m / (np.sqrt(v) + s.spec.epsilon)
    yield from _move(s, "η · m̂ / (√v̂ + ε) + decay", step + decay)


def _nadam(s: Step) -> Iterator[Row]:
    rows, _, v = _means(s)
    yield from (row for row in rows if row.name != "m̂")
    t, m = s.numbers["t"] + 1, rows[0].values

    def momentum(t: float) -> float:
        return s.spec.beta1 * (1 - 0.5 * 0.96 ** (t * 0.004))

    now, following = momentum(t), momentum(t + 1)
    product = s.numbers["product"] * now
    yield Row("μ", "β₁ · (1 − ½ · 0.96^(0.004 t))", now)
    yield Row("μ′", "the same for t + 1", following)
    yield Row("Π", "product of all μ", product)
    ahead = (1 - now) * s.g / (1 - product) + following * m / (1 - product * following)
    yield Row("m̂", "(1 − μ) · g / (1 − Π) + μ′ · m / (1 − Π · μ′)", ahead)
    yield from _move(s, "η · m̂ / (√v̂ + ε)", s.rate * ahead / (np.sqrt(v) + s.spec.epsilon))


def _lion(s: Step) -> Iterator[Row]:
    b1, b2, m = s.spec.beta1, s.spec.beta2, s.memory["m"]
    yield Row("c", "β₁ · m + (1 − β₁) · g", c := b1 * m + (1 - b1) * s.g)
    yield Row("m", "β₂ · m + (1 − β₂) · g", b2 * m + (1 - b2) * s.g)
    yield Row("decay", "η · λ · w", decay := s.rate * s.spec.weight_decay * s.w)
    yield from _move(s, "η · sign c + decay", s.rate * np.sign(c) + decay)


def _move(s: Step, formula: str, step: Array) -> Iterator[Row]:
    yield Row("step", formula, step)
    yield Row("w", "w − step", s.w - step)


WAYS: dict[OptimizerKind, Callable[[Step], Iterator[Row]]] = {
    OptimizerKind.SGD: _sgd,
    OptimizerKind.MOMENTUM: _momentum,
    OptimizerKind.NESTEROV: _nesterov,
    OptimizerKind.ADAGRAD: _adagrad,
    OptimizerKind.ADADELTA: _adadelta,
    OptimizerKind.RMSPROP: _rmsprop,
    OptimizerKind.ADAM: _adam,
    OptimizerKind.AMSGRAD: _amsgrad,
    OptimizerKind.ADAMW: _adamw,
    OptimizerKind.NADAM: _nadam,
    OptimizerKind.LION: _lion,
}
"""The rows of each optimizer, from the gradient it is given to the new parameters."""


def memory_of(state: OptimizerState) -> tuple[dict[str, Array], dict[str, float]]:
    """What an optimizer remembers, in 64 bits."""
    return {name: array.astype(np.float64) for name, array in state.arrays.items()}, dict(state.numbers)
