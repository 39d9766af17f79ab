"""How layers are called, in files and by people."""

import pytest

from nnstudio.core.experiment import LAYER_KINDS
from nnstudio.core.experiment.choices import ActivationKind
from nnstudio.core.experiment.layer_specs import (
    ActivationSpec,
    AvgPool2DSpec,
    BatchNormSpec,
    Conv2DSpec,
    DenseSpec,
    DropoutSpec,
    FlattenSpec,
    LayerNormSpec,
    LayerSpec,
    MaxPool2DSpec,
)
from nnstudio.core.experiment.setting import in_a_phrase, settings_of


def test_kinds_keep_their_names_in_files() -> None:
    names = "activation avg-pool2d batch-norm conv2d dense dropout flatten layer-norm max-pool2d"
    assert sorted(LAYER_KINDS) == names.split()
    assert all(LAYER_KINDS[kind.kind] is kind for kind in LAYER_KINDS.values())
    assert all(kind.width in ("", *settings_of(kind)) for kind in LAYER_KINDS.values())


@pytest.mark.parametrize(
    ("label", "phrase"),
    [
        ("Tanh", "tanh"),
        ("ReLU", "ReLU"),
        ("Leaky ReLU", "leaky ReLU"),
        ("SiLU (Swish)", "SiLU"),
        ("Hard step", "hard step"),
    ],
)
def test_labels_inside_a_phrase(label: str, phrase: str) -> None:
    assert in_a_phrase(label) == phrase


@pytest.mark.parametrize(
    ("spec", "title"),
    [
        (DenseSpec(units=8), "Dense 8 · tanh"),
        (Conv2DSpec(filters=8, kernel=5), "Conv 8@5×5 · ReLU"),
        (ActivationSpec(activation=ActivationKind.SILU), "SiLU"),
        (DropoutSpec(rate=0.25), "Dropout 25\N{NO-BREAK SPACE}%"),
        (BatchNormSpec(), "BatchNorm"),
        (LayerNormSpec(), "LayerNorm"),
        (MaxPool2DSpec(), "Max pool 2×2"),
        (AvgPool2DSpec(size=3), "Average pool 3×3"),
        (FlattenSpec(), "Flatten"),
    ],
)
def test_titles_of_layers(spec: LayerSpec, title: str) -> None:
    assert spec.titles[0] == title


def test_every_kind_of_layer_has_a_title_of_its_own() -> None:
    assert len({kind().titles[0] for kind in LAYER_KINDS.values()}) == len(LAYER_KINDS)


def test_an_activation_is_written_around_what_it_gets() -> None:
    assert ActivationKind.SILU.of("x") == "SiLU(x)"
    assert ActivationKind.LINEAR.of("x") == "x"
