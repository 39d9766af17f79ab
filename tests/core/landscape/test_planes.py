"""Which way a plane lies: filters by hand, principal components against NumPy's SVD, the path that ends at 0."""

from dataclasses import replace

import numpy as np
import pytest

from nnstudio.core.experiment import DenseSpec
from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.experiment.layer_specs import BatchNormSpec, Conv2DSpec
from nnstudio.core.landscape.directions import Lie, filter_normalised, principal_plane, random_plane
from nnstudio.core.landscape.path import Path, ShortPath
from nnstudio.core.network.network import Network
from nnstudio.core.presets import default_experiment
from nnstudio.core.training.state import RunState
from nnstudio.core.training.trainer import Trainer

CIRCLE = default_experiment(DatasetKind.CIRCLE)


def network(*layers: object, shape: tuple[int, ...] = (2,)) -> Network:
    return Network(layers, shape, 1, np.dtype(np.float64))  # type: ignore[arg-type]


def test_each_unit_by_itself_by_hand() -> None:
    """Two inputs, two units: weights lie as (inputs, units). Unit 1 has w = (3, 4), of length 5; d = (0, 2) becomes
    (0, 5). Unit 2 has w = (0, 1), d = (3, −4), which becomes (0.6, −0.8). Biases stay."""
    two = network(DenseSpec(units=2))
    params = np.zeros(two.params.size)
    params[:6] = 3, 0, 4, 1, 7, 8
    direction = np.ones(params.size)
    direction[:6] = 0, 3, 2, -4, 9, 9
    found = filter_normalised(direction, params, two.layout)
    assert np.allclose(found[:6], [0, 0.6, 5, -0.8, 0, 0], atol=1e-15)
    assert not found[6:].any(), "the output's weights are 0, and its bias stays"


def test_each_filter_of_a_convolution_has_the_length_of_its_weights() -> None:
    net = network(Conv2DSpec(filters=3, kernel=3), BatchNormSpec(), DenseSpec(units=4), shape=(2, 8, 8))
    net.initialize(CIRCLE.initialization, 3)
    random = np.random.default_rng(1)
    drawn = random.standard_normal(net.params.size)
    found = net.layout.by_layer(filter_normalised(drawn, net.params, net.layout))
    for key, arrays in net.layout.by_layer(net.params).items():
        for name, weights in arrays.items():
            d = found[key][name]
            if name != "weight":
                assert not d.any(), name
                continue
            own = net.layout.by_layer(drawn)[key][name].reshape(-1, weights.shape[-1])
            for d_filter, w_filter, drawn_filter in zip(
                d.reshape(own.shape).T, weights.reshape(own.shape).T, own.T, strict=True
            ):
                assert np.linalg.norm(d_filter) == pytest.approx(np.linalg.norm(w_filter), rel=1e-12)
                cosine = d_filter @ drawn_filter / np.linalg.norm(d_filter) / np.linalg.norm(drawn_filter)
                assert cosine == pytest.approx(1, abs=1e-12)


def test_what_is_frozen_does_not_move_and_counts_for_no_length() -> None:
    two = network(DenseSpec(units=2))
    params = np.zeros(two.params.size)
    params[:6] = 3, 0, 4, 1, 7, 8
    frozen = np.zeros(params.size, np.bool_)
    frozen[[0, 1, 3]] = True
    found = filter_normalised(np.ones(params.size), params, two.layout, frozen)
    assert found[:6].tolist() == [0, 0, 4, 0, 0, 0]


def trained(states: int, every: int = 30, **settings: object) -> tuple[Trainer, list[RunState]]:
    trainer = Trainer(replace(CIRCLE, **settings), dtype=np.float64)  # type: ignore[arg-type]
    kept = [trainer.state()]
    while len(kept) < states:
        for _ in range(every):
            trainer.step()
        kept.append(trainer.state())
    return trainer, kept


def test_principal_components_are_those_of_the_svd() -> None:
    _, states = trained(12)
    path = Path.of(states[-1], states[:-1])
    matrix = np.array([state.params for state in states])
    matrix = matrix - matrix.mean(axis=0)
    _, sigma, rows = np.linalg.svd(matrix, full_matrices=False)
    first, second, shares = path.components()
    assert np.allclose(shares, sigma[:2] ** 2 / np.square(sigma).sum(), atol=1e-10)
    assert abs(first @ rows[0]) == pytest.approx(1, abs=1e-9)
    assert abs(second @ rows[1]) == pytest.approx(1, abs=1e-8)
    assert first @ second == pytest.approx(0, abs=1e-9)
    plane = principal_plane(path)
    assert plane.shares == shares
    assert plane.captured == pytest.approx(sum(shares), abs=1e-9)
    assert plane.lie is Lie.PRINCIPAL


def test_the_shares_of_a_path_in_a_plane_sum_to_one() -> None:
    _, states = trained(3)
    plane = principal_plane(Path.of(states[-1], states[:-1]))
    assert plane.shares is not None
    assert sum(plane.shares) == pytest.approx(1, abs=1e-12)
    assert plane.captured == pytest.approx(1, abs=1e-9)
    there = np.outer(plane.path[:, 0], plane.first) + np.outer(plane.path[:, 1], plane.second)
    assert np.allclose(there + states[-1].params, [state.params for state in states], atol=1e-9)


@pytest.mark.parametrize("lie", Lie)
def test_the_path_ends_at_zero_and_lies_in_sight_on_its_own_plane(lie: Lie) -> None:
    trainer, states = trained(8)
    path = Path.of(states[-1], states[:-1])
    plane = principal_plane(path) if lie is Lie.PRINCIPAL else random_plane(path, trainer.network.layout, seed=4)
    assert plane.path[-1].tolist() == [0, 0]
    assert plane.updates.tolist() == [state.updates for state in states]
    assert plane.across[0] < 0 < plane.across[1]
    assert plane.up[0] < 0 < plane.up[1]
    if lie is Lie.PRINCIPAL:
        assert plane.path[0, 0] < 0, "it comes from the left"
        for (low, high), places in zip((plane.across, plane.up), plane.path.T, strict=True):
            assert ((low < places) & (places < high)).all()
        assert plane.degrees == pytest.approx(90, abs=1e-6)
    else:
        assert plane.captured < 0.9


@pytest.mark.parametrize("mirrored", [1, -1])
def test_a_path_comes_from_the_lower_left_whichever_way_it_went(mirrored: int) -> None:
    _, states = trained(6)
    path = Path.of(states[-1], states[:-1])
    plane = principal_plane(Path(path.updates, tuple(mirrored * params for params in path.params)))
    assert (plane.path[0] < 0).all()


def test_what_is_seen_of_a_path_on_skew_directions_is_its_nearest_point() -> None:
    """(2, 1, 5) on (1, 0, 0) and (1, 1, 0), which are not at right angles: 1 · first + 1 · second."""
    path = Path(np.array([0, 1]), (np.array([2.0, 1.0, 5.0]), np.zeros(3)))
    places, captured = path.projected(np.array([1.0, 0, 0]), np.array([1.0, 1, 0]))
    assert np.allclose(places, [[1, 1], [0, 0]], atol=1e-12)
    assert captured == pytest.approx(5 / 30, abs=1e-12)


def test_a_path_begins_where_the_network_became_what_it_is() -> None:
    trainer, states = trained(3)
    other = replace(states[0], experiment=replace(CIRCLE, layers=(DenseSpec(units=9),)))
    path = Path.of(states[2], [states[0], other, states[1], replace(states[1], params=states[0].params)])
    assert path.updates.tolist() == [30, 60]
    assert path.params[0] is states[0].params, "of several at one update the last"
    assert path.params[1] is states[2].params
    assert trainer.updates == 60


@pytest.mark.parametrize("count", [1, 2])
def test_too_few_states_say_what_to_do(count: int) -> None:
    _, states = trained(count)
    with pytest.raises(ShortPath, match="Train on, or take random directions"):
        principal_plane(Path.of(states[-1], states[:-1]))
    plane = random_plane(Path.of(states[-1], []), network(*CIRCLE.layers).layout)
    assert np.isnan(plane.captured)


def test_states_on_one_line_are_too_few_too() -> None:
    points = tuple(np.array([1.0, 2.0, 3.0]) * step for step in range(5))
    with pytest.raises(ShortPath, match="5 states are"):
        Path(np.arange(5), points).components()
