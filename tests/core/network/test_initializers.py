"""The initialisers: the distribution each promises, measured."""

import numpy as np
import pytest

from nnstudio.core.experiment import InitializationSpec
from nnstudio.core.experiment.choices import BiasKind, InitializerKind
from nnstudio.core.experiment.layer_specs import Conv2DSpec, DenseSpec
from nnstudio.core.network.initializers import INITIALIZERS, initialize
from nnstudio.core.network.layers.conv2d import Conv2D
from nnstudio.core.network.network import Network

FAN_IN, FAN_OUT = 300, 100
BOTH = 2 / (FAN_IN + FAN_OUT)


def draw(kind: InitializerKind, inputs: int = FAN_IN, units: int = FAN_OUT, seed: int = 1, **settings: object):
    params = np.full((inputs + 1, units), np.nan)
    spec = InitializationSpec(kind=kind, **settings)
    initialize(params, inputs, units, spec, np.random.default_rng(seed))
    return params[:-1], params[-1]


def test_the_table_covers_the_enumeration():
    assert set(INITIALIZERS) == set(InitializerKind)
    for kind, function in INITIALIZERS.items():
        assert kind.label
        assert kind.help.endswith(".")
        assert kind.formula
        assert function.__doc__
    for bias in BiasKind:
        assert bias.label
        assert bias.help.endswith(".")


@pytest.mark.parametrize(
    ("kind", "variance"),
    [
        (InitializerKind.HE, 2 / FAN_IN),
        (InitializerKind.HE_UNIFORM, 2 / FAN_IN),
        (InitializerKind.GLOROT, BOTH),
        (InitializerKind.GLOROT_NORMAL, BOTH),
        (InitializerKind.LECUN, 1 / FAN_IN),
        (InitializerKind.LECUN_UNIFORM, 1 / FAN_IN),
        (InitializerKind.NORMAL, 0.25),
    ],
)
def test_mean_and_variance_are_those_of_the_paper(kind: InitializerKind, variance: float):
    weights, _ = draw(kind, sigma=0.5)
    assert abs(weights.mean()) < 4 * np.sqrt(variance / weights.size)
    assert weights.var() == pytest.approx(variance, rel=0.03)


@pytest.mark.parametrize(
    ("kind", "limit"),
    [
        (InitializerKind.HE_UNIFORM, np.sqrt(6 / FAN_IN)),
        (InitializerKind.GLOROT, np.sqrt(6 / (FAN_IN + FAN_OUT))),
        (InitializerKind.LECUN_UNIFORM, np.sqrt(3 / FAN_IN)),
    ],
)
def test_uniform_variants_end_where_the_paper_says(kind: InitializerKind, limit: float):
    weights, _ = draw(kind)
    assert 0.999 * limit < np.abs(weights).max() <= limit


@pytest.mark.parametrize("kind", [InitializerKind.HE, InitializerKind.GLOROT_NORMAL, InitializerKind.LECUN])
def test_normal_variants_are_not_uniform(kind: InitializerKind):
    weights, _ = draw(kind)
    fourth = ((weights / weights.std()) ** 4).mean()
    assert fourth == pytest.approx(3, abs=0.2)


@pytest.mark.parametrize("shape", [(30, 30), (30, 12), (12, 30), (1, 5), (5, 1)], ids=str)
def test_orthogonal_matrices_keep_lengths(shape: tuple[int, int]):
    weights, _ = draw(InitializerKind.ORTHOGONAL, *shape)
    product = weights.T @ weights if shape[0] >= shape[1] else weights @ weights.T
    np.testing.assert_allclose(product, np.eye(min(shape)), atol=1e-12)


def test_orthogonal_matrices_prefer_no_direction():
    diagonals = [draw(InitializerKind.ORTHOGONAL, 3, 3, seed=seed)[0][0, 0] for seed in range(400)]
    assert abs(np.mean(diagonals)) < 0.1  # without the fix of the signs all would be negative


def test_uniform_constant_and_zeros_do_as_told():
    weights, _ = draw(InitializerKind.UNIFORM, low=0.0, high=1.0)
    assert 0 <= weights.min() < 0.001 < 0.999 < weights.max() <= 1
    assert not draw(InitializerKind.UNIFORM, low=0.0, high=-0.0)[0].any()
    assert (draw(InitializerKind.CONSTANT, constant=-0.3)[0] == -0.3).all()
    assert not draw(InitializerKind.ZEROS)[0].any()


def test_biases_start_where_asked():
    assert (draw(InitializerKind.HE, bias=0.25)[1] == 0.25).all()
    _, biases = draw(InitializerKind.NORMAL, sigma=1.0, bias_kind=BiasKind.LIKE_WEIGHTS)
    assert biases.std() == pytest.approx(1, rel=0.25)
    for kind in InitializerKind:
        assert np.isfinite(draw(kind, bias_kind=BiasKind.LIKE_WEIGHTS)[1]).all()


def test_the_fan_in_of_a_filter_is_all_it_sees():
    layer = Conv2D("Conv2D 1", Conv2DSpec(filters=64, kernel=5), (8, 9, 9))
    params = np.zeros(layer.parameter_shape)
    layer.bind(params, np.zeros_like(params), np.zeros(0))
    layer.initialize(InitializationSpec(kind=InitializerKind.HE), np.random.default_rng(1))
    assert params[:-1].var() == pytest.approx(2 / (8 * 25), rel=0.05)
    layer.initialize(InitializationSpec(kind=InitializerKind.GLOROT), np.random.default_rng(1))
    assert params[:-1].var() == pytest.approx(2 / (8 * 25 + 64 * 25), rel=0.05)


def test_a_layer_with_an_initialiser_of_its_own_draws_by_it_and_the_others_by_the_networks() -> None:
    specs = (
        DenseSpec(units=30),
        DenseSpec(units=20, initializer=InitializerKind.CONSTANT),
        DenseSpec(units=10, initializer=InitializerKind.ZEROS),
    )
    network = Network(specs, (4,), 2, np.float64)
    network.initialize(InitializationSpec(kind=InitializerKind.NORMAL, sigma=0.5, constant=0.3, bias=0.1), 1)
    first, constant, zeros, output = network.parts(network.params)
    assert len(np.unique(first[:-1])) == 120
    assert (constant[:-1] == 0.3).all()
    assert not zeros[:-1].any()
    assert len(np.unique(output[:-1])) == 20
    assert all((block[-1] == 0.1).all() for block in (first, constant, zeros, output))


def test_a_convolution_has_an_initialiser_of_its_own_as_well() -> None:
    network = Network((Conv2DSpec(filters=3, initializer=InitializerKind.CONSTANT),), (1, 8, 8), 2, np.float64)
    network.initialize(InitializationSpec(kind=InitializerKind.HE, constant=0.3), 1)
    assert (network.parts(network.params)[0][:-1] == 0.3).all()
