"""The stops of a walk through one update, at each grain, and what has been worked out at each."""

import pytest

from nnstudio.core.training.phases import Phase
from nnstudio.ui.microscope.walk import Grain, Outlined, Stop, Walk

# 2-3-1: each of three units has two products and a bias; behind it one link leads on.
LAYERS = Outlined(3, 3, 1, True), Outlined(1, 4, 1, True)
F, L, B, U = Phase.FORWARD, Phase.LOSS, Phase.BACKWARD, Phase.UPDATE


def test_units_come_forward_then_backward_then_are_updated() -> None:
    walk = Walk(LAYERS, Grain.UNIT)
    assert walk.stops == (
        *(Stop(F, 0, 0), Stop(F, 0, 1), Stop(F, 0, 2), Stop(F, 1, 0), Stop(L)),
        *(Stop(B, 1, 0), Stop(B, 0, 0), Stop(B, 0, 1), Stop(B, 0, 2)),
        *(Stop(U, 0, 0), Stop(U, 0, 1), Stop(U, 0, 2), Stop(U, 1, 0)),
    )


def test_layers_and_terms() -> None:
    assert Walk(LAYERS, Grain.LAYER).stops == (
        *(Stop(F, 0), Stop(F, 1), Stop(L), Stop(B, 1), Stop(B, 0), Stop(U, 0), Stop(U, 1)),
    )
    terms = Walk(LAYERS, Grain.TERM)
    assert terms.stops[:4] == (Stop(F, 0, 0, 1), Stop(F, 0, 0, 2), Stop(F, 0, 0, 3), Stop(F, 0, 1, 1))
    assert len(terms.of_phase(F)) == 3 * 3 + 4
    assert len(terms.of_phase(B)) == 4


def test_what_learns_nothing_is_not_updated() -> None:
    walk = Walk((Outlined(4, 1, 1, False), Outlined(1, 5, 1, True)), Grain.LAYER)
    assert [stop.layer for stop in walk.stops if stop.phase is U] == [1]


def test_a_walk_stays_within_its_ends() -> None:
    walk = Walk(LAYERS, Grain.UNIT)
    assert not walk.go(-1)
    assert walk.go(3)
    assert walk.stop == Stop(F, 1, 0)
    assert walk.go(100)
    assert walk.stop == Stop(U, 1, 0)
    assert not walk.go(1)
    walk.to_end(last=False)
    assert walk.stop == Stop(U, 0, 0)
    walk.to_phase(B)
    assert walk.stop == Stop(B, 1, 0)


def test_a_unit_is_unfolded_in_the_phase_of_now() -> None:
    walk = Walk(LAYERS, Grain.UNIT)
    walk.to_phase(B)
    walk.to_unit(0, 2)
    assert walk.stop == Stop(B, 0, 2)
    walk.along(1)
    assert walk.stop == Stop(B, 1, 0), "behind the last comes the first"
    walk.along(-1)
    assert walk.stop == Stop(B, 0, 2)
    walk.to_phase(L)
    walk.to_unit(0, 1)
    walk.along(1)
    assert walk.stop == Stop(L), "the loss has no units"


@pytest.mark.parametrize("grain", Grain)
def test_another_grain_stays_where_one_is(grain: Grain) -> None:
    walk = Walk(LAYERS, Grain.UNIT)
    for place, stop in enumerate(walk.stops):
        walk.here = place
        other = walk.regrained(grain)
        assert (other.stop.phase, other.stop.layer) == (stop.phase, stop.layer)
        assert other.stop.unit == (None if grain is Grain.LAYER else stop.unit)


def test_only_what_was_passed_is_worked_out() -> None:
    walk = Walk(LAYERS, Grain.TERM)
    walk.here = walk.stops.index(Stop(F, 0, 1, 2))
    assert walk.worked_out(F, 0, 0)
    assert not walk.worked_out(F, 0, 1), "a term is missing"
    assert not walk.worked_out(F, 0)
    assert not walk.worked_out(L)
    walk.to_phase(U)
    assert walk.worked_out(F, 1)
    assert walk.worked_out(L)
    assert walk.worked_out(B, 0)
    assert walk.worked_out(U, 0, 0)
    assert not walk.worked_out(U, 0, 1)
