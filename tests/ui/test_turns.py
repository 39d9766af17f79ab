"""Views that do not need every frame are shown some while training runs, and miss nothing when it stops."""

import itertools
from time import perf_counter

import pytest
from pytestqt.qtbot import QtBot

from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.frame import Frame, Probe
from nnstudio.ui.session import Session
from nnstudio.ui.viewers import LATE, PATIENCE, Texts, Viewers
from nnstudio.ui.views.canned import plane_frame
from nnstudio.ui.views.view import View

INTERVAL = 0.1


class Listener(View):
    """A view that remembers what it was shown, and when."""

    def __init__(self, interval: float) -> None:
        super().__init__()
        self.interval = interval
        self.frames: list[Frame] = []
        self.times: list[float] = []

    def show_frame(self, frame: Frame) -> None:
        self.frames.append(frame)
        self.times.append(perf_counter())


def listeners(qtbot: QtBot, *intervals: float) -> list[Listener]:
    views = [Listener(interval) for interval in intervals]
    for view in views:
        qtbot.addWidget(view)
        view.show()
    return views


@pytest.mark.slow
def test_a_view_with_an_interval_is_shown_no_more_often_and_the_last_frame_in_any_case(qtbot: QtBot) -> None:
    session = Session(default_experiment(DatasetKind.CIRCLE))
    always, seldom = listeners(qtbot, 0.0, INTERVAL)
    for view in (always, seldom):
        session.viewers.attach(view)
    session.start()
    session.play()
    qtbot.waitUntil(lambda: session.playing and len(always.frames) >= 60)
    learning = [
        time for frame, time in zip(seldom.frames, seldom.times, strict=False) if frame.status.value == "learning"
    ]
    assert len(learning) >= 2
    assert min(b - a for a, b in itertools.pairwise(learning)) >= INTERVAL - 0.005
    session.pause()
    qtbot.waitUntil(lambda: seldom.frames[-1].status.value == "paused")
    qtbot.waitUntil(lambda: always.frames[-1] is seldom.frames[-1])
    session.stop()


def shown(viewers: Viewers, views: list[Listener], at: float, playing: bool = True) -> list[int]:
    """Which of the views are shown a new frame in a tick at this time."""
    counts = [len(view.frames) for view in views]
    viewers.forget()
    viewers.show(plane_frame(), at, playing)
    return [place for place, view in enumerate(views) if len(view.frames) > counts[place]]


def test_at_most_one_chart_is_shown_in_a_tick_the_one_that_has_waited_longest(qtbot: QtBot) -> None:
    viewers, views = Viewers(), listeners(qtbot, 0.0, INTERVAL, INTERVAL)
    for view in views:
        viewers.attach(view)
    assert shown(viewers, views, 0.000, playing=False) == [0, 1, 2]
    assert shown(viewers, views, 0.016) == [0]
    assert shown(viewers, views, 0.032) == [0]
    for k in range(3, 7):
        assert shown(viewers, views, 0.016 * k) == [0]
    assert shown(viewers, views, 0.112) == [0, 1]
    assert shown(viewers, views, 0.128) == [0, 2]
    assert shown(viewers, views, 0.144) == [0]


def test_in_ticks_that_are_late_charts_wait_but_not_for_ever(qtbot: QtBot) -> None:
    viewers, views = Viewers(), listeners(qtbot, 0.0, INTERVAL)
    for view in views:
        viewers.attach(view)
    assert shown(viewers, views, 1.0, playing=False) == [0, 1]
    late = LATE + 0.005
    times = [1.0 + late * k for k in range(1, 20)]
    seen = [shown(viewers, views, time) for time in times]
    first = next(k for k, places in enumerate(seen) if 1 in places)
    assert times[first] - 1.0 >= PATIENCE * INTERVAL > times[first - 1] - 1.0


def test_of_two_that_are_due_the_one_that_has_waited_longest_comes_first(qtbot: QtBot) -> None:
    viewers, views = Viewers(), listeners(qtbot, 0.0, INTERVAL, INTERVAL)
    for view in views:
        viewers.attach(view)
    assert shown(viewers, views, 1.0, playing=False) == [0, 1, 2]
    times = [1.0 + 0.016 * k for k in range(1, 9)]
    assert [places for time in times if len(places := shown(viewers, views, time)) > 1] == [[0, 1], [0, 2]]
    assert shown(viewers, views, 1.7) == [0, 1], "both are due"
    assert shown(viewers, views, 1.71) == [0, 2]


def test_a_frame_is_shown_once(qtbot: QtBot) -> None:
    viewers, views = Viewers(), listeners(qtbot, 0.0, INTERVAL)
    frame = plane_frame()
    for view in views:
        viewers.attach(view)
    for tick in range(3):
        viewers.show(frame, 0.016 * tick, False)
    assert [len(view.frames) for view in views] == [1, 1]


def test_who_has_something_new_besides_the_frame_is_shown_it_again_when_it_is_due(qtbot: QtBot) -> None:
    viewers, views = Viewers(), listeners(qtbot, 0.0, INTERVAL)
    frame = plane_frame()
    for view in views:
        viewers.attach(view)
    viewers.show(frame, 0.0, False)
    viewers.again(views[1])
    viewers.show(frame, 0.016, True)
    assert [len(view.frames) for view in views] == [1, 1], "while the run plays it waits for its turn"
    viewers.show(frame, 0.032, False)
    assert [len(view.frames) for view in views] == [1, 2]


def test_only_what_can_be_seen_says_what_is_worth_computing(qtbot: QtBot) -> None:
    viewers, views = Viewers(), listeners(qtbot, 0.0, 0.0)
    for view, probes in zip(views, (Probe.OUTPUT, Probe.LOSSES), strict=True):
        view.probes = probes
        viewers.attach(view)
    assert viewers.probes == Probe.OUTPUT | Probe.LOSSES
    views[0].hide()
    assert viewers.probes == Probe.LOSSES
    assert shown(viewers, views, 1.0, playing=False) == [1]


def test_texts_take_turns_with_the_charts_and_may_be_hurried(qtbot: QtBot) -> None:
    said: list[Frame] = []
    viewers, views = Viewers(), listeners(qtbot, INTERVAL)
    texts = Texts(said.append)
    texts.interval = INTERVAL
    for view in (texts, *views):
        viewers.attach(view)
    assert shown(viewers, views, 1.0, playing=False) == [0]
    assert len(said) == 1
    drawn = 0
    for tick in range(1, 20):
        before = len(said)
        charts = shown(viewers, views, 1.0 + 0.016 * tick)
        assert not (charts and len(said) > before), "both in one tick"
        drawn += len(charts)
    assert drawn > 1
    assert len(said) > 2
    count = len(said)
    viewers.hurry(texts)
    assert shown(viewers, views, 1.0 + 0.016 * 20) == []
    assert len(said) == count + 1
    for tick in range(21, 61):  # somebody looks back on a run at rest
        viewers.hurry(texts)
        drawn += len(shown(viewers, views, 1.0 + 0.016 * tick))
        assert len(said) == count + tick - 19, "at once"
    assert drawn > 3, "and the charts have their turns all the same"
