"""Edits of layers mean the layer with their key, whatever has become of the others."""

import pytest

from nnstudio.core.experiment import LAYER_KINDS, MAXIMUM_HIDDEN_LAYERS, Experiment, LayerSpec, keyed
from nnstudio.core.experiment.choices import ActivationKind
from nnstudio.core.experiment.layer_specs import (
    ActivationSpec,
    BatchNormSpec,
    Conv2DSpec,
    DenseSpec,
    DropoutSpec,
    FlattenSpec,
    LayerNormSpec,
    MaxPool2DSpec,
)
from nnstudio.core.network.layer_edits import (
    ChangeLayer,
    Ends,
    InsertLayer,
    LayerEdit,
    RemoveLayer,
    may_insert,
    misfit,
    offer,
    offers,
    position_of,
    resize,
)
from nnstudio.core.training.trainer import Trainer

PLANE, IMAGE = Ends((2,), 1), Ends((1, 28, 28), 10)
TANH, RELU = DenseSpec(key=1, units=4), DenseSpec(key=2, units=3, activation=ActivationKind.RELU)


def test_an_edit_leads_from_one_experiment_to_the_next() -> None:
    experiment = Experiment(layers=(TANH, RELU))
    assert InsertLayer(DropoutSpec(), before=2)(experiment).layers == (TANH, DropoutSpec(key=3), RELU)
    assert InsertLayer(DropoutSpec(), before=0)(experiment).layers == (TANH, RELU, DropoutSpec(key=3))
    assert RemoveLayer(1)(experiment).layers == (RELU,)
    assert ChangeLayer(2, "units", 5)(experiment).layers[1] == DenseSpec(key=2, units=5, activation=ActivationKind.RELU)
    assert RemoveLayer(1)(experiment).seed == experiment.seed


@pytest.mark.parametrize(
    "edit",
    [
        InsertLayer(DropoutSpec(), before=3),
        RemoveLayer(3),
        RemoveLayer(0),
        ChangeLayer(3, "units", 5),
        ChangeLayer(0, "units", 5),
        ChangeLayer(2, "rate", 0.5),
    ],
    ids=repr,
)
def test_an_edit_of_a_layer_that_is_gone_or_has_become_another_changes_nothing(edit: LayerEdit) -> None:
    experiment = Experiment(layers=(TANH, RELU))
    assert edit(experiment) == experiment


def test_an_edit_from_an_old_picture_finds_its_layer() -> None:
    now = Experiment(layers=(DropoutSpec(key=7), RELU, TANH))
    assert RemoveLayer(2)(now).layers == (DropoutSpec(key=7), TANH)
    assert resize(TANH, 1)(now).layers[2] == DenseSpec(key=1, units=5)


def test_no_edit_makes_more_layers_than_are_legal() -> None:
    full = keyed((TANH, *(DenseSpec(units=2) for _ in range(MAXIMUM_HIDDEN_LAYERS - 1))))
    assert not may_insert(full)
    assert InsertLayer(DenseSpec(), before=1).on(full) == full


def test_sizes_stay_legal() -> None:
    assert resize(TANH, -9) == ChangeLayer(1, "units", 1)
    assert resize(TANH, 5000) == ChangeLayer(1, "units", 1024)
    assert resize(Conv2DSpec(key=3, filters=3, kernel=5), 1) == ChangeLayer(3, "filters", 4)


def test_positions() -> None:
    assert [position_of((TANH, RELU), key) for key in (1, 2, 0, 3)] == [0, 1, 2, None]


def test_a_new_layer_is_like_its_neighbours() -> None:
    dropout = DropoutSpec(key=3)
    for layers, before, wanted in (
        ((), 0, (DenseSpec(key=1),)),
        ((TANH, RELU), 1, (DenseSpec(key=3, units=4), TANH, RELU)),
        ((TANH, RELU), 0, (TANH, RELU, DenseSpec(key=3, units=3, activation=ActivationKind.RELU))),
        ((RELU, dropout), 0, (RELU, dropout, DenseSpec(key=4, units=3, activation=ActivationKind.RELU))),
    ):
        assert offer(layers, before, DenseSpec, PLANE).edit.on(layers) == wanted


def test_what_is_offered_on_the_plane_and_on_images() -> None:
    on_plane = [offer.kind for offer in offers((), 0, PLANE)]
    assert on_plane == [DenseSpec, ActivationSpec, DropoutSpec, BatchNormSpec, LayerNormSpec]
    on_images = offers((), 0, IMAGE)
    assert [offer.kind for offer in on_images] == list(LAYER_KINDS.values())
    assert not any(offer.reason for offer in on_images)
    assert Ends.of(Trainer(Experiment()).model()) == PLANE


def test_what_does_not_fit_says_why_and_what_fits_builds() -> None:
    layers: tuple[LayerSpec, ...] = (Conv2DSpec(key=1, filters=4, kernel=5), DenseSpec(key=2, units=8))
    behind_dense = {offer.kind: offer.reason for offer in offers(layers, 0, IMAGE)}
    assert "8 numbers in a row" in behind_dense[Conv2DSpec]
    assert behind_dense[DropoutSpec] == ""
    before_conv = {offer.kind: offer.reason for offer in offers(layers, 1, IMAGE)}
    assert before_conv[DenseSpec].startswith("Conv2D 1 gets 8 numbers")
    assert before_conv[FlattenSpec] != ""
    for before in (1, 2, 0):
        for made in offers(layers, before, IMAGE):
            assert misfit(made.edit.on(layers), IMAGE) == made.reason


def test_a_copy_that_is_too_large_gives_way_to_the_default() -> None:
    large = Conv2DSpec(key=1, kernel=15)
    assert offer((large,), 0, Conv2DSpec, IMAGE).edit.on((large,)) == (large, Conv2DSpec(key=2))


def test_any_layer_can_be_removed() -> None:
    layers = keyed(
        (
            Conv2DSpec(kernel=5),
            MaxPool2DSpec(),
            LayerNormSpec(),
            Conv2DSpec(),
            FlattenSpec(),
            DenseSpec(),
            DropoutSpec(),
        )
    )
    for spec in layers:
        assert misfit(RemoveLayer(spec.key).on(layers), IMAGE) == ""
