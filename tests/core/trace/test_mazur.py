"""Matt Mazur, "A Step by Step Backpropagation Example" (2015), number by number: the example that many learn from.

2-2-2 with sigmoids, one example, E = Σ ½ (t − o)², η = 0.5. We take the mean over the outputs where he takes the sum:
so our loss is half of his, and so is every gradient; twice the learning rate makes the same step. He leaves the biases
as they are.
"""

import numpy as np
import pytest

from nnstudio.core.array import Array
from nnstudio.core.experiment import DenseSpec, TrainingSpec
from nnstudio.core.experiment.choices import ActivationKind, LossKind, Task
from nnstudio.core.textbook import Layer
from nnstudio.core.trace.loss_terms import loss_terms
from nnstudio.core.trace.update_rows import Step, update_rows
from nnstudio.core.trace.way import Way

SPEC = TrainingSpec(loss=LossKind.HALF_SQUARED_ERROR, learning_rate=1.0, l2=0.0)
X, T = np.array([[0.05, 0.10]]), np.array([[0.01, 0.99]])


def layer(key: int, weight: list[list[float]], bias: float, activation: ActivationKind) -> Layer:
    spec = DenseSpec(units=2, activation=activation)
    own = {"weight": np.array(weight), "bias": np.full(2, bias), "arrays": ("weight", "bias")}
    return Layer(key=key, name="", spec=spec, mask=None, off=(), **own)


@pytest.fixture
def way() -> Way:
    # w₁ and w₂ lead to h₁: his rows are our columns.
    hidden = layer(1, [[0.15, 0.25], [0.20, 0.30]], 0.35, ActivationKind.SIGMOID)
    output = layer(0, [[0.40, 0.50], [0.45, 0.55]], 0.60, ActivationKind.LINEAR)
    return Way.through([hidden, output], X, T, False, SPEC, Task.MULTILABEL)


def printed(value: float, digits: str) -> bool:
    """Whether it is what he prints; he cuts some of his numbers off and rounds others."""
    return abs(value - float(digits)) < 1.01 * 10.0 ** -len(digits.partition(".")[2])


def test_forward_and_loss(way: Way) -> None:
    hidden, output = way.example(0)
    assert printed(hidden.z[0], "0.3775")
    assert printed(hidden.a[0], "0.593269992")
    assert printed(hidden.a[1], "0.596884378")
    assert printed(output.z[0], "1.105905967")
    assert printed(way.p[0, 0], "0.75136507")
    assert printed(way.p[0, 1], "0.772928465")
    terms = loss_terms(SPEC, Task.MULTILABEL, output.z, way.p[0], T[0])
    assert printed(terms.values[0], "0.274811083")
    assert printed(terms.values[1], "0.023560026")
    assert printed(2 * way.loss, "0.298371109")


def test_backward(way: Way) -> None:
    hidden, output = way.example(0)
    assert printed(2 * output.dz[0], "0.138498562")
    assert printed(2 * output.gradients["weight"][0, 0], "0.082167041")
    assert printed(2 * hidden.da[0], "0.036350306")
    assert hidden.slope is not None
    assert printed(hidden.slope[0], "0.241300709")
    assert printed(2 * hidden.gradients["weight"][0, 0], "0.000438568")


def test_update_and_loss_after_it(way: Way) -> None:
    updated: list[Array] = []
    for traced in way.example(0):
        step = Step(traced.arrays["weight"].ravel(), traced.gradients["weight"].ravel(), 1.0, SPEC, {}, {})
        *_, new = update_rows(step, np.ones(4), 1, None)
        updated.append(np.asarray(new.values))
    hidden = "0.149780716", "0.24975114", "0.19956143", "0.29950229"
    output = "0.35891648", "0.511301270", "0.408666186", "0.561370121"
    for ours, theirs in zip(updated, (hidden, output), strict=True):
        assert all(printed(float(value), digits) for value, digits in zip(ours, theirs, strict=True))
    for passed, weight in zip(way.layers, updated, strict=True):
        passed.weight = weight.reshape(2, 2)
    after = Way.through(way.layers, X, T, False, SPEC, Task.MULTILABEL)
    # He prints 0.291027924, but the weights that he prints give another seventh digit.
    assert printed(2 * after.loss, "0.291027")
    assert 2 * after.loss == pytest.approx(0.291027774, abs=1e-9)
