"""The activations: against PyTorch, at the ends of the number line, and in the memory they are given."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from nnstudio.core.experiment.choices import ActivationKind
from nnstudio.core.network.activations import ACTIVATIONS

KINDS = list(ActivationKind)
EXTREMES = (-1e4, -700.0, -90.0, -10.0, -1e-3, -1e-30, 0.0, 1e-30, 1e-3, 10.0, 90.0, 700.0, 1e4)


def apply(kind: ActivationKind, z: Any, gradient: Any = None) -> tuple[Any, Any]:
    """f(z) and, if a gradient is given, ∂L/∂z, with z and a in one memory where that is allowed."""
    activation = ACTIVATIONS[kind]
    z = z.copy()
    a = z if activation.in_place else np.full_like(z, np.nan)
    activation.forward(z, a)
    answer = a.copy()
    if gradient is None:
        return answer, None
    gradient = gradient.copy()
    activation.backward(z, a, gradient, np.full_like(a, np.nan))
    return answer, gradient


def test_the_table_covers_the_enumeration():
    assert set(ACTIVATIONS) == set(ActivationKind)
    for kind, activation in ACTIVATIONS.items():
        assert kind.label
        assert kind.help.endswith(".")
        assert kind.formula
        assert activation.forward.__doc__
        assert activation.backward.__doc__


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_every_activation_follows_pytorch(kind: ActivationKind):
    torch = pytest.importorskip("torch", reason="PyTorch, the reference, is not installed")
    references: dict[ActivationKind, Callable[[Any], Any]] = {
        ActivationKind.LINEAR: lambda z: z,
        ActivationKind.RELU: torch.relu,
        ActivationKind.LEAKY_RELU: torch.nn.functional.leaky_relu,
        ActivationKind.ELU: torch.nn.functional.elu,
        ActivationKind.SELU: torch.nn.functional.selu,
        ActivationKind.GELU: lambda z: torch.nn.functional.gelu(z, approximate="tanh"),
        ActivationKind.SILU: torch.nn.functional.silu,
        ActivationKind.SOFTPLUS: lambda z: torch.nn.functional.softplus(z, threshold=1e9),
        ActivationKind.SIGMOID: torch.sigmoid,
        ActivationKind.TANH: torch.tanh,
        ActivationKind.SINE: torch.sin,
        ActivationKind.STEP: lambda z: torch.heaviside(z.detach(), torch.ones((), dtype=z.dtype)) + 0 * z,
        ActivationKind.SOFTMAX: lambda z: torch.softmax(z, 0),
    }
    random = np.random.default_rng(1)
    z = np.concatenate([random.normal(0, 3, (6, 50)), [[-300.0, -40.0, -1e-9, 0.5, 300.0] * 10]])
    gradient = random.normal(size=z.shape)
    inputs = torch.tensor(z, requires_grad=True)
    outputs = references[kind](inputs)
    outputs.backward(torch.tensor(gradient))
    a, dz = apply(kind, z, gradient)
    np.testing.assert_allclose(a, outputs.detach().numpy(), rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(dz, inputs.grad.numpy(), rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_nothing_overflows_or_warns(kind: ActivationKind, dtype: type):
    z = np.array([EXTREMES, EXTREMES[::-1]], dtype)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        a, dz = apply(kind, z, np.ones_like(z))
    assert a.dtype == dz.dtype == dtype
    assert np.isfinite(a).all()
    assert np.isfinite(dz).all()
    activation = ACTIVATIONS[kind]
    if activation.low is not None:
        assert a.min() >= activation.low - 1e-6
    if activation.high is not None:
        assert a.max() <= activation.high + 1e-6


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_float32_is_float64_rounded(kind: ActivationKind):
    random = np.random.default_rng(2)
    z, gradient = random.normal(0, 4, (5, 300)), random.normal(size=(5, 300))
    z, gradient = z.astype(np.float32), gradient.astype(np.float32)
    single, d_single = apply(kind, z, gradient)
    double, d_double = apply(kind, z.astype(np.float64), gradient.astype(np.float64))
    np.testing.assert_allclose(single, double, rtol=2e-6, atol=2e-6)
    np.testing.assert_allclose(d_single, d_double, rtol=1e-5, atol=1e-5)


def test_softmax_shares_out_one_over_the_channels_of_an_image():
    z = np.random.default_rng(3).normal(size=(4, 2, 3, 5))
    a, _ = apply(ActivationKind.SOFTMAX, z)
    np.testing.assert_allclose(a.sum(axis=0), np.ones((2, 3, 5)), rtol=1e-12)


def test_the_hard_step_fires_at_the_threshold_and_teaches_nothing():
    a, dz = apply(ActivationKind.STEP, np.array([[-1.0, 0.0, 2.0]]), np.ones((1, 3)))
    assert a.tolist() == [[0, 1, 1]]
    assert not dz.any()


@pytest.mark.parametrize("z", [-5.0, -20.0, -50.0, -80.0])
def test_a_small_probability_keeps_its_digits(z: float):
    for dtype, digits in ((np.float32, 1e-5), (np.float64, 1e-12)):
        a, _ = apply(ActivationKind.SIGMOID, np.array([z], dtype))
        np.testing.assert_allclose(a, np.exp(z) / (1 + np.exp(z)), rtol=digits)
