"""Edits of layers mean the layer with their key, whatever has become of the others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
from nnstudio.core.experiment.layer_traits import Follower
from nnstudio.core.experiment.network_text import describe_layers, parse_layers
from nnstudio.core.network.layer_edits import (
    ChangeLayer,
    DuplicateLayer,
    Ends,
    InsertLayer,
    LayerEdit,
    MoveLayer,
    RemoveLayer,
    ReplaceLayer,
    TakeNetwork,
    may_insert,
    misfit,
    offer,
    offers,
    position_of,
    refusal,
    resize,
)
from nnstudio.core.network.layer_matches import matches
from nnstudio.core.network.layer_tail import SetInTail, in_tail, tail
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
        MoveLayer(3, before=1),
        MoveLayer(1, before=3),
        MoveLayer(0, before=1),
        MoveLayer(1, before=2),
        MoveLayer(1, before=1),
        DuplicateLayer(3),
        DuplicateLayer(0),
        ReplaceLayer(3, DropoutSpec()),
        ReplaceLayer(0, DropoutSpec()),
        SetInTail(3, Follower.DROPOUT, DropoutSpec()),
        SetInTail(0, Follower.DROPOUT, DropoutSpec()),
        SetInTail(1, Follower.DROPOUT, None),
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
    on_plane = offers((), 0, PLANE)
    assert [offer.kind for offer in on_plane] == list(LAYER_KINDS.values())
    fitting = [offer.kind for offer in on_plane if not offer.reason]
    assert fitting == [DenseSpec, ActivationSpec, DropoutSpec, BatchNormSpec, LayerNormSpec]
    on_images = offers((), 0, IMAGE)
    assert [offer.kind for offer in on_images] == list(LAYER_KINDS.values())
    assert not any(offer.reason for offer in on_images)
    assert Ends.of(Trainer(Experiment()).model()) == PLANE


def test_what_does_not_fit_says_why_and_what_fits_builds() -> None:
    layers: tuple[LayerSpec, ...] = (Conv2DSpec(key=1, filters=4, kernel=5), DenseSpec(key=2, units=8))
    assert offer(layers, 0, FlattenSpec, IMAGE).reason.startswith("Flatten needs images")
    behind_dense = {offer.kind: offer.reason for offer in offers(layers, 0, IMAGE)}
    assert behind_dense[Conv2DSpec] == "Convolution needs images, and what comes here is a row of numbers."
    assert behind_dense[DropoutSpec] == ""
    before_conv = {offer.kind: offer.reason for offer in offers(layers, 1, IMAGE)}
    assert before_conv[DenseSpec].startswith("Conv2D 1 gets 8 numbers")
    assert before_conv[FlattenSpec] != ""
    for before in (1, 2, 0):
        for made in offers(layers, before, IMAGE):
            assert not misfit(made.edit.on(layers), IMAGE) or made.reason


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


THIRD = DropoutSpec(key=3)


@pytest.mark.parametrize(
    ("key", "before", "keys"), [(1, 3, [2, 1, 3]), (1, 0, [2, 3, 1]), (3, 1, [3, 1, 2]), (3, 2, [1, 3, 2])]
)
def test_a_layer_is_moved_and_keeps_its_key(key: int, before: int, keys: list[int]) -> None:
    moved = MoveLayer(key, before).on((TANH, RELU, THIRD))
    assert [spec.key for spec in moved] == keys
    assert {spec.key: spec for spec in moved} == {1: TANH, 2: RELU, 3: THIRD}


def test_a_duplicate_stands_right_behind_with_a_key_of_its_own() -> None:
    assert DuplicateLayer(1).on((TANH, RELU)) == (TANH, DenseSpec(key=3, units=4), RELU)
    assert DuplicateLayer(2).on((TANH, RELU)) == (TANH, RELU, DenseSpec(key=3, units=3, activation=ActivationKind.RELU))


def test_another_kind_in_the_place_of_a_layer_has_its_key() -> None:
    assert ReplaceLayer(1, DropoutSpec(rate=0.5, key=9)).on((TANH, RELU)) == (DropoutSpec(rate=0.5, key=1), RELU)


def test_an_edit_that_cannot_be_made_says_why() -> None:
    full = keyed((TANH, *(DenseSpec(units=2) for _ in range(MAXIMUM_HIDDEN_LAYERS - 1))))
    assert "16 hidden layers" in refusal(DuplicateLayer(1), full, PLANE)
    assert "16 hidden layers" in offer(full, 1, DropoutSpec, PLANE).reason
    assert refusal(MoveLayer(1, 0), full, PLANE) == ""
    images = (Conv2DSpec(key=1), DenseSpec(key=2))
    assert "needs images" in refusal(MoveLayer(2, 1), images, IMAGE)
    assert refusal(DuplicateLayer(1), images, IMAGE) == ""


# A whole network at once ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("4 tanh, dropout 0.2, 3 ReLU", [1, 3, 2]),
        ("9 ReLU, 5 ReLU", [1, 2]),
        ("3 ReLU", [2]),
        ("4 tanh", [1]),
        ("7 tanh", [1]),
        ("4 tanh, 4 tanh, 3 ReLU", [1, 3, 2]),
        ("batch norm, dropout 0.3", [3, 4]),
        ("3 ReLU, 4 tanh, 9 tanh", [3, 1, 2]),
        ("", []),
    ],
)
def test_what_was_there_already_keeps_its_key(text: str, keys: list[int]) -> None:
    taken = TakeNetwork(parse_layers(text)).on((TANH, RELU))
    assert [spec.key for spec in taken] == keys
    assert describe_layers(taken) == text


KINDS = st.sampled_from([DenseSpec(), DenseSpec(units=3), DropoutSpec(), BatchNormSpec()])
STACKS = st.lists(KINDS, max_size=7).map(tuple)


@given(STACKS, STACKS)
def test_as_many_layers_match_as_can(old: tuple[LayerSpec, ...], new: tuple[LayerSpec, ...]) -> None:
    pairs = matches(old, new)
    for side in zip(*pairs, strict=True):
        assert list(side) == sorted(set(side))
    assert all(type(new[here]) is type(old[there]) for here, there in pairs)
    assert sum(new[here] == old[there] for here, there in pairs) == longest(old, new)
    if old == new:
        assert pairs == tuple((place, place) for place in range(len(old)))


def longest(one: tuple[LayerSpec, ...], other: tuple[LayerSpec, ...]) -> int:
    """The length of the longest common subsequence, by its textbook recursion."""
    if not one or not other:
        return 0
    if one[-1] == other[-1]:
        return longest(one[:-1], other[:-1]) + 1
    return max(longest(one[:-1], other), longest(one, other[:-1]))


# What stands behind a layer -------------------------------------------------------------------------------------------


def test_what_stands_behind_a_layer_as_if_it_belonged_to_it() -> None:
    layers = keyed(parse_layers("8, batch norm, relu, dropout 0.2, 8, dropout 0.3"))
    assert [spec.key for spec in tail(layers, 1)] == [2, 3, 4]
    assert [spec.key for spec in tail(layers, 5)] == [6]
    assert tail(layers, 9) == tail(layers, 0) == tail((TANH, RELU), 2) == ()
    assert in_tail(layers, 5, Follower.DROPOUT) == DropoutSpec(key=6, rate=0.3)
    assert in_tail(layers, 5, Follower.NORMALISATION) is None


@pytest.mark.parametrize(
    ("text", "follower", "spec", "then"),
    [
        ("4, 3", Follower.NORMALISATION, BatchNormSpec(), "4, batch norm, 3"),
        ("4, batch norm, 3", Follower.NORMALISATION, LayerNormSpec(), "4, layer norm, 3"),
        ("4, batch norm, 3", Follower.NORMALISATION, None, "4, 3"),
        ("4, relu, dropout 0.2", Follower.NORMALISATION, BatchNormSpec(), "4, batch norm, relu, dropout 0.2"),
        ("4, batch norm, relu, 3", Follower.DROPOUT, DropoutSpec(rate=0.4), "4, batch norm, relu, dropout 0.4, 3"),
        ("4, dropout 0.2, 3", Follower.DROPOUT, DropoutSpec(rate=0.4), "4, dropout 0.4, 3"),
        ("4, dropout 0.2", Follower.DROPOUT, None, "4"),
        ("4, dropout 0.2, batch norm", Follower.DROPOUT, DropoutSpec(rate=0.4), "4, dropout 0.4, batch norm"),
    ],
)
def test_a_setting_of_the_layer_that_is_a_layer_behind_it(
    text: str, follower: Follower, spec: LayerSpec | None, then: str
) -> None:
    before = keyed(parse_layers(text))
    after = SetInTail(1, follower, spec).on(before)
    assert describe_layers(after) == describe_layers(parse_layers(then))
    assert [one.key for one in after if type(one) is DenseSpec] == [one.key for one in before if type(one) is DenseSpec]
    if len(after) == len(before):
        assert [one.key for one in after] == [one.key for one in before]
