"""A network as text comes back as the same network, and what is wrong with a text is said where it stands."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nnstudio.core.experiment import LAYER_KINDS, MAXIMUM_HIDDEN_LAYERS, LayerSpec
from nnstudio.core.experiment.choices import ActivationKind, InitializerKind, Padding
from nnstudio.core.experiment.layer_specs import (
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
from nnstudio.core.experiment.network_text import NetworkTextError, describe_layers, parse_layers
from nnstudio.core.experiment.setting import Setting, settings_of

RELU = ActivationKind.RELU


def values(setting: Setting) -> st.SearchStrategy[Any]:
    if setting.choice is not None:
        members = st.sampled_from(list(setting.choice))
        return st.none() | members if setting.none else members
    if setting.integer:
        return st.integers(int(setting.minimum), int(setting.maximum))
    return st.floats(setting.minimum, setting.maximum)


def layers_of(kind: type[LayerSpec]) -> st.SearchStrategy[LayerSpec]:
    return st.builds(kind, **{name: values(setting) for name, setting in settings_of(kind).items()})


LAYERS = st.sampled_from(list(LAYER_KINDS.values())).flatmap(layers_of)


@given(st.lists(LAYERS, max_size=MAXIMUM_HIDDEN_LAYERS).map(tuple))
@example(tuple(kind() for kind in LAYER_KINDS.values()))
@example(tuple(DenseSpec(activation=kind) for kind in ActivationKind))
@example(tuple(DenseSpec(initializer=kind) for kind in InitializerKind))
def test_every_stack_comes_back_as_it_was(layers: tuple[LayerSpec, ...]) -> None:
    text = describe_layers(layers)
    assert parse_layers(text) == layers
    assert parse_layers(text.upper().replace(", ", " ,\n\n ")) == layers
    assert describe_layers(parse_layers(text)) == text


def test_keys_are_no_part_of_the_text() -> None:
    assert parse_layers(describe_layers((DenseSpec(key=7),))) == (DenseSpec(),)


@pytest.mark.parametrize(
    ("layers", "text"),
    [
        ((), ""),
        ((DenseSpec(units=8), DropoutSpec(rate=0.2), DenseSpec(units=8)), "8 tanh, dropout 0.2, 8 tanh"),
        (
            (Conv2DSpec(filters=16), MaxPool2DSpec(), FlattenSpec(), DenseSpec(units=64, activation=RELU)),
            "conv 16 3x3 ReLU, max pool 2, flatten, 64 ReLU",
        ),
        (
            (Conv2DSpec(filters=6, kernel=5, stride=2, padding=Padding.SAME), AvgPool2DSpec(size=3, stride=1)),
            "conv 6 5x5 ReLU stride 2 same, average pool 3 stride 1",
        ),
        (
            (DenseSpec(units=4, activation=ActivationKind.LINEAR), BatchNormSpec(momentum=0.99), ActivationSpec()),
            "4 linear, batch norm memory 0.99, ReLU",
        ),
        (
            (LayerNormSpec(epsilon=1e-3), DenseSpec(initializer=InitializerKind.HE_UNIFORM)),
            "layer norm epsilon 0.001, 8 tanh init he uniform",
        ),
    ],
)
def test_how_layers_are_written(layers: tuple[LayerSpec, ...], text: str) -> None:
    assert describe_layers(layers) == text


@pytest.mark.parametrize(
    ("text", "layers"),
    [
        ("8", (DenseSpec(units=8),)),
        ("  \n ", ()),
        ("8 tanh,", (DenseSpec(units=8),)),
        ("8 tanh\n\n dropout 20%\n", (DenseSpec(units=8), DropoutSpec(rate=0.2))),
        ("dense 8 RELU", (DenseSpec(units=8, activation=RELU),)),
        ("dense", (DenseSpec(),)),
        ("8 leaky-relu", (DenseSpec(units=8, activation=ActivationKind.LEAKY_RELU),)),
        ("8 Swish", (DenseSpec(units=8, activation=ActivationKind.SILU),)),
        ("tanh 8", (DenseSpec(units=8),)),
        ("conv 16@5×5 ReLU", (Conv2DSpec(filters=16, kernel=5),)),
        (
            "conv 16 5 same init-he",
            (Conv2DSpec(filters=16, kernel=5, padding=Padding.SAME, initializer=InitializerKind.HE),),
        ),
        ("Convolution", (Conv2DSpec(),)),
        ("max pooling 2x2 stride 1", (MaxPool2DSpec(stride=1),)),
        ("Batch normalisation ε 1e-3", (BatchNormSpec(epsilon=1e-3),)),
        ("activation sine", (ActivationSpec(activation=ActivationKind.SINE),)),
    ],
)
def test_what_may_be_typed(text: str, layers: tuple[LayerSpec, ...]) -> None:
    assert parse_layers(text) == layers


@pytest.mark.parametrize(
    ("text", "where", "words"),
    [
        ("8 tahn", "tahn", "'8 tahn' (layer 1, column 3): there is no activation 'tahn'. Did you mean 'tanh'?"),
        ("8, dropuot", "dropuot", "(layer 2, column 4): there is no layer or activation 'dropuot'. Did you mean"),
        ("8 tanh, wall", "wall", "Layers are written as 8 tanh, conv 16 3x3 ReLU, "),
        ("8 best", "best", "there is no activation 'best'. Write the layer as '8 tanh'."),
        ("8 tanh, , 8", "", "In layer 2, column 8 there is no layer between the commas."),
        ("0 tanh", "0", "Neurons is 0, but must be between 1 and 1024."),
        ("8.5 tanh", "8.5", "'8.5' is no whole number, as neurons needs it."),
        ("8 9 tanh", "9", "one number too many. Write it as '8 tanh'."),
        ("8 tanh relu", "relu", "'relu' sets activation twice."),
        ("conv 8 3x3 smae", "smae", "there is no padding 'smae'. Did you mean 'same'?"),
        ("conv 8 3x3 strid 2", "strid", "there is no setting 'strid'. Did you mean 'stride'?"),
        ("conv 8 3x5", "3x5", "windows are square; write 3x3."),
        ("conv 8 3 stride", "conv 8 3 stride", "a number is missing behind 'stride'."),
        ("dropout 2", "2", "Dropped is 2, but must be between 0 and 0.9."),
        ("dropout much", "much", "there is no setting 'much'. Write the layer as 'dropout 0.2'."),
        ("8 init hee", "init", "there is no initialiser 'init'. Did you mean 'init he'?"),
        (", ".join(["2"] * 17), "2", "(layer 17, column 49): 16 hidden layers are the most."),
        ("x" * 5000, "x" * 1000, "longer than 4000 characters"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_where_it_stands(text: str, where: str, words: str) -> None:
    with pytest.raises(NetworkTextError) as caught:
        parse_layers(text)
    assert words in str(caught.value)
    assert text[caught.value.start : caught.value.end] == where


BITS = st.lists(st.sampled_from([*"8,x.@-+%", "tanh ", "conv ", " ", "init ", "\n", "²"])).map("".join)


@given(st.text(max_size=60) | BITS)
def test_any_text_is_read_or_refused(text: str) -> None:
    refusal: NetworkTextError | None = None
    layers: tuple[LayerSpec, ...] = ()
    try:
        layers = parse_layers(text)
    except NetworkTextError as error:
        refusal = error
    assert parse_layers(describe_layers(layers)) == layers
    if refusal is not None:
        assert 0 <= refusal.start <= refusal.end <= len(text)
        assert str(refusal).endswith((".", "?"))


def test_every_kind_has_a_form_whose_example_is_true() -> None:
    for kind in LAYER_KINDS.values():
        (layer,) = parse_layers(kind.form.example)
        assert type(layer) is kind
        assert describe_layers((layer,)) == kind.form.example
