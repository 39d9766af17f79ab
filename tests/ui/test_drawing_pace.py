"""What nobody can follow is drawn less often while training hurries, and with every frame when it does not."""

from dataclasses import replace

import numpy as np

from nnstudio.core.run.frame import Frame
from nnstudio.core.training.phases import Phase, PhasedUpdate
from nnstudio.ui.views.canned import plane_frame
from nnstudio.ui.views.network.pace import Pace

HURRIED = replace(plane_frame(), updates_per_second=50_000.0)
IN_A_PHASE = replace(HURRIED, phased=PhasedUpdate(Phase.LOSS, np.arange(3), 0.3))


def drawn(frame: Frame, fresh: bool = False) -> list[bool]:
    pace = Pace(60.0)
    return [pace.due(frame, fresh) for _ in range(3)]


def test_a_run_that_hurries_is_drawn_once_in_a_while() -> None:
    assert drawn(HURRIED) == [True, False, False]


def test_a_run_that_rests_or_is_slow_or_stands_in_a_phase_is_drawn_with_every_frame() -> None:
    for frame in (replace(HURRIED, updates_per_second=0.0), replace(HURRIED, updates_per_second=10.0), IN_A_PHASE):
        assert drawn(frame) == [True] * 3


def test_what_is_fresh_is_drawn_at_once() -> None:
    assert drawn(HURRIED, fresh=True) == [True] * 3


def test_after_its_time_it_is_drawn_again() -> None:
    pace = Pace(0.0)
    assert [pace.due(HURRIED) for _ in range(3)] == [True] * 3
