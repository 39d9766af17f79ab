"""The network: shapes inferred and refused, one flat vector, memory, and noise that can be repeated."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnstudio.core.experiment import Experiment, InitializationSpec, LayerSpec, TrainingSpec
from nnstudio.core.experiment.choices import ActivationKind, InitializerKind, Padding
from nnstudio.core.experiment.layer_specs import (
    LAYER_KINDS,
    ActivationSpec,
    AvgPool2DSpec,
    BatchNormSpec,
    Conv2DSpec,
    DenseSpec,
    DropoutSpec,
    FlattenSpec,
    LayerNormSpec,
    MaxPool2DSpec,
)
from nnstudio.core.experiment.setting import settings_of
from nnstudio.core.network.layers import LAYERS
from nnstudio.core.network.layers.layer import ShapeError
from nnstudio.core.network.network import Network, Pass
from nnstudio.core.training.metrics import Metrics
from nnstudio.core.training.trainer import Diverged, Trainer

FLOAT32 = np.dtype(np.float32)
IMAGE_STACK: list[LayerSpec] = [
    Conv2DSpec(filters=4, kernel=3, padding=Padding.SAME, activation=ActivationKind.LINEAR),
    BatchNormSpec(),
    ActivationSpec(),
    MaxPool2DSpec(),
    DropoutSpec(rate=0.5),
    Conv2DSpec(filters=4, kernel=3),
    AvgPool2DSpec(),
    LayerNormSpec(),
    FlattenSpec(),
    DenseSpec(units=4, activation=ActivationKind.RELU),
]


def network_of(specs: list[LayerSpec], shape: tuple[int, ...], seed: int = 1) -> Network:
    network = Network(specs, shape, 3, FLOAT32)
    network.initialize(InitializationSpec(), seed)
    return network


def pass_of(network: Network, rows: int, training: bool) -> Pass:
    inputs = np.ones((rows, int(np.prod(network.input_shape)) + 1), FLOAT32)
    inputs[:, :-1] = np.random.default_rng(3).normal(size=inputs[:, :-1].shape)
    return Pass(network, inputs, training)


def step(work: Pass) -> None:
    work.forward()
    work.logits_gradient.fill(1)
    work.backward()


# What layers there are ------------------------------------------------------------------------------------------------


def test_every_kind_of_layer_has_a_row_and_words():
    assert set(LAYER_KINDS.values()) == set(LAYERS)
    for name, spec in LAYER_KINDS.items():
        assert name == name.lower()
        assert spec.label
        assert spec.help.endswith(".")
        assert spec.__doc__
        assert LAYERS[spec].__doc__
        assert spec() == spec()
        for setting in settings_of(spec).values():
            assert setting.label
            assert setting.help.endswith(".")


def test_layers_are_counted_kind_by_kind_and_shapes_follow():
    network = network_of(IMAGE_STACK, (1, 12, 12))
    assert [(layer.name, layer.shape) for layer in network.layers] == [
        ("Conv2D 1", (4, 12, 12)),
        ("BatchNorm 1", (4, 12, 12)),
        ("Activation 1", (4, 12, 12)),
        ("MaxPool2D 1", (4, 6, 6)),
        ("Dropout 1", (4, 6, 6)),
        ("Conv2D 2", (4, 4, 4)),
        ("AvgPool2D 1", (4, 2, 2)),
        ("LayerNorm 1", (4, 2, 2)),
        ("Flatten 1", (16,)),
        ("Dense 1", (4,)),
        ("Output", (3,)),
    ]


@pytest.mark.parametrize(
    ("specs", "shape", "words"),
    [
        ([Conv2DSpec()], (8,), ["Conv2D 1", "8 numbers", "needs images"]),
        ([DenseSpec(units=5), MaxPool2DSpec()], (1, 9, 9), ["MaxPool2D 1", "5 numbers", "needs images"]),
        ([FlattenSpec(), AvgPool2DSpec()], (2, 9, 9), ["AvgPool2D 1", "162 numbers", "needs images"]),
        ([Conv2DSpec(kernel=5), Conv2DSpec(kernel=7)], (1, 10, 12), ["Conv2D 2", "6×8", "at least 7×7"]),
        ([MaxPool2DSpec(), MaxPool2DSpec(), MaxPool2DSpec()], (1, 7, 7), ["MaxPool2D 3", "1×1", "at least 2×2"]),
    ],
)
def test_a_stack_that_cannot_work_says_why(specs: list[LayerSpec], shape: tuple[int, ...], words: list[str]):
    with pytest.raises(ShapeError) as error:
        Network(specs, shape, 3, FLOAT32)
    for word in words:
        assert word in str(error.value)


@settings(max_examples=60)
@given(st.lists(st.sampled_from(list(LAYER_KINDS.values())), max_size=6), st.sampled_from([(5,), (1, 9, 8), (3, 5, 5)]))
def test_any_stack_trains_or_is_refused(kinds: list[type[LayerSpec]], shape: tuple[int, ...]):
    try:
        network = network_of([kind() for kind in kinds], shape)
    except ShapeError:
        return
    work = pass_of(network, 4, training=True)
    step(work)
    assert np.isfinite(network.grads).all()
    prediction = pass_of(network, 4, training=False)
    prediction.forward()
    assert np.isfinite(prediction.logits).all()
    assert [stage.output.values.shape for stage in work.stages] == [(*layer.shape, 4) for layer in network.layers]


# One flat vector ------------------------------------------------------------------------------------------------------


def test_every_layer_sees_its_part_of_the_flat_vector():
    network = network_of(IMAGE_STACK, (1, 12, 12))
    network.params[...] = np.arange(network.params.size)
    blocks = network.blocks(network.params)
    assert [layer.name for layer, _ in blocks] == [
        "Conv2D 1",
        "BatchNorm 1",
        "Conv2D 2",
        "LayerNorm 1",
        "Dense 1",
        "Output",
    ]
    assert np.concatenate([block.ravel() for _, block in blocks]).tolist() == network.params.tolist()
    for layer, block in blocks:
        assert np.shares_memory(block, network.params)
        assert block.tolist() == layer.params.tolist()


def test_penalties_act_on_weights_alone():
    network = network_of(IMAGE_STACK, (1, 12, 12))
    for layer, block in network.blocks(network.penalized):
        if isinstance(layer.spec, BatchNormSpec | LayerNormSpec):
            assert not block.any(), layer.name
        else:
            assert block[:-1].all(), layer.name
            assert not block[-1].any(), layer.name


def test_normalisation_starts_neutral():
    network = network_of(IMAGE_STACK, (1, 12, 12))
    for layer, block in network.blocks(network.params):
        if isinstance(layer.spec, BatchNormSpec | LayerNormSpec):
            assert (block == [[1], [0]]).all()


def test_the_seed_decides_the_first_weights():
    weights = [network_of(IMAGE_STACK, (1, 12, 12), seed).params for seed in (1, 1, 2)]
    assert (weights[0] == weights[1]).all()
    assert (weights[0] != weights[2]).any()


# Memory ---------------------------------------------------------------------------------------------------------------


UFUNC_BUFFERS = 100_000
"""Bytes that NumPy itself takes for a moment to walk through strided arrays or to turn a comparison into floats."""


@pytest.mark.parametrize(
    ("specs", "shape", "rows"),
    [
        (IMAGE_STACK, (1, 8, 8), 8000),
        ([LayerNormSpec(), DenseSpec(units=4), BatchNormSpec(), DropoutSpec(), DenseSpec(units=3)], (4,), 40_000),
        *(
            [[DenseSpec(units=4, activation=kind), ActivationSpec(activation=kind)], (2,), 40_000]
            for kind in ActivationKind
        ),
    ],
    ids=str,
)
def test_a_training_step_allocates_no_array(specs: list[LayerSpec], shape: tuple[int, ...], rows: int):
    work = pass_of(network_of(specs, shape), rows, training=True)
    step(work)
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        step(work)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak - before < UFUNC_BUFFERS < 4 * rows * FLOAT32.itemsize


@pytest.mark.parametrize("first", [DenseSpec(units=4), ActivationSpec(), FlattenSpec(), LayerNormSpec()], ids=str)
def test_inputs_may_lie_example_by_example(first: LayerSpec):
    network = network_of([first, DenseSpec(units=4)], (2, 3, 4))
    work = pass_of(network, 9, training=False)
    work.forward()
    for row in range(9):
        alone = Pass(network, work.inputs[row : row + 1].copy())
        alone.forward()
        np.testing.assert_allclose(alone.logits[:, 0], work.logits[:, row], rtol=1e-5, atol=1e-6)


# Noise and running statistics -----------------------------------------------------------------------------------------


def test_dropout_forgets_its_share_and_keeps_the_mean():
    network = network_of([DropoutSpec(rate=0.3)], (50,))
    work = pass_of(network, 400, training=True)
    work.inputs[...] = 1
    work.forward()
    values = work.stages[0].output.values
    assert set(np.unique(values)) == {0, np.float32(1 / 0.7)}
    assert (values == 0).mean() == pytest.approx(0.3, abs=0.01)
    first = values.copy()
    work.forward()
    assert (values != first).any()


def trace(network: Network) -> tuple[bytes, str]:
    """What a pass in training leaves behind besides the gradient."""
    return network.statistics.tobytes(), str(network.noise())


def test_predictions_are_free_of_noise():
    network = network_of([DropoutSpec(rate=0.9), BatchNormSpec()], (5,))
    before = trace(network)
    work = pass_of(network, 8, training=False)
    work.forward()
    np.testing.assert_allclose(work.stages[1].output.values, work.inputs[:, :-1].T, rtol=1e-4)
    assert trace(network) == before


def test_a_frozen_pass_repeats_itself_and_leaves_no_trace():
    network = network_of(IMAGE_STACK, (1, 12, 12))
    work = pass_of(network, 8, training=True)
    work.forward()
    work.freeze()
    first, state = work.logits.copy(), trace(network)
    work.forward()
    assert (work.logits == first).all()
    assert trace(network) == state


def test_going_back_repeats_the_same_bits():
    network = network_of(IMAGE_STACK, (1, 12, 12))
    work, other = pass_of(network, 8, training=True), pass_of(network, 5, training=True)
    work.forward()
    statistics, noise = network.statistics.copy(), network.noise()

    def run() -> list[bytes]:
        for each in (work, other, work):
            each.forward()
        predicted = pass_of(network, 4, training=False)
        predicted.forward()
        return [work.logits.tobytes(), other.logits.tobytes(), predicted.logits.tobytes()]

    first = run()
    assert run() != first
    network.statistics[...] = statistics
    network.set_noise(noise)
    assert run() == first


def test_a_run_with_noise_goes_back_to_the_same_bits():
    layers = (DenseSpec(units=6), BatchNormSpec(), DropoutSpec(rate=0.4), DenseSpec(units=4))
    trainer = Trainer(Experiment(layers=layers, training=TrainingSpec(batch_size=16)))
    for _ in range(20):
        trainer.step()
    snapshot = trainer.state()

    def run() -> tuple[bytes, Metrics]:
        for _ in range(40):
            trainer.step()
        return trainer.network.params.tobytes(), trainer.evaluate()

    first = run()
    trainer.restore(snapshot)
    assert run() == first


def test_predictions_survive_a_divergence():
    trainer = Trainer(Experiment(layers=(DenseSpec(units=4), BatchNormSpec(), DenseSpec(units=4))))
    trainer.step()
    trainer.network.layers[0].params[:] = np.inf
    with pytest.raises(Diverged):
        trainer.step()
    assert np.isfinite(trainer.network.statistics).all()


def test_noise_follows_from_the_seed_and_the_layer():
    def masks(seed: int) -> list[bytes]:
        network = network_of([DropoutSpec(rate=0.5), DropoutSpec(rate=0.5)], (20,), seed)
        work = pass_of(network, 8, training=True)
        work.inputs[...] = 1
        work.forward()
        return [(stage.output.values != 0).tobytes() for stage in work.stages[:2]]

    assert masks(1) == masks(1)
    assert masks(1) != masks(2)
    assert masks(1)[0] != masks(1)[1]


def test_a_batch_of_one_example_leaves_no_trace_in_a_batch_normalisation():
    """No training makes one, but whoever works with a pass may: one value has no variance to remember."""
    network = network_of([DenseSpec(units=4), BatchNormSpec(), DenseSpec(units=2)], (3,))
    assert network.fewest_examples == 2
    step(pass_of(network, 5, training=True))
    before = network.statistics.copy()
    step(pass_of(network, 1, training=True))
    assert np.isfinite(network.grads).all()
    assert np.array_equal(network.statistics, before)


def test_selu_with_lecun_weights_keeps_a_deep_stack_at_scale():
    specs: list[LayerSpec] = [DenseSpec(units=200, activation=ActivationKind.SELU) for _ in range(12)]
    network = Network(specs, (200,), 3, FLOAT32)
    network.initialize(InitializationSpec(kind=InitializerKind.LECUN), 1)
    work = pass_of(network, 200, training=False)
    work.forward()
    deep = work.stages[11].output.values
    assert abs(deep.mean()) < 0.2
    assert deep.var() == pytest.approx(1, abs=0.3)
