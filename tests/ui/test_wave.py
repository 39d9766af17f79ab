"""An update phase by phase on the network: the links show what the phase is about, words say it, a crest runs."""

from dataclasses import replace

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.commands import Pace
from nnstudio.core.run.frame import Frame
from nnstudio.core.training.phases import Phase, PhasedUpdate
from nnstudio.ui.session import Session
from nnstudio.ui.views.canned import image_frame, plane_frame
from nnstudio.ui.views.network.links import FULL
from nnstudio.ui.views.network.wave import as_links, phase_numbers
from nnstudio.ui.views.network_view import NetworkView


def in_phase(frame: Frame, phase: Phase, *, size: float = 1.0) -> Frame:
    vector = size * np.linspace(-1, 1, len(frame.params))
    gradient = vector if phase in (Phase.BACKWARD, Phase.UPDATE) else None
    change = -0.1 * vector if phase is Phase.UPDATE else None
    loss = None if phase is Phase.FORWARD else 0.304
    return replace(frame, phased=PhasedUpdate(phase, np.arange(10), loss, gradient, change=change))


def shown(view: NetworkView) -> str:
    wave = view.stage._wave
    assert wave is not None
    return wave._words.text


@pytest.fixture
def view(qtbot: QtBot) -> NetworkView:
    view = NetworkView()
    qtbot.addWidget(view)
    view.resize(640, 480)
    view.show()
    return view


@pytest.mark.parametrize("make", [lambda: plane_frame(units=(3, 2)), image_frame])
def test_each_phase_says_what_happens(view: NetworkView, make) -> None:
    frame = make()
    expected = {
        Phase.FORWARD: "Forward: 10 examples through the network",
        Phase.LOSS: "Loss of the mini-batch: 0.304",
        Phase.BACKWARD: "Backward: ∂L/∂w, who is to blame and how much",
        Phase.UPDATE: "Update: what each weight has changed",
    }
    for phase, words in expected.items():
        view.show_frame(in_phase(frame, phase))
        assert shown(view) == words
    view.show_frame(frame)
    assert shown(view) == ""


def test_a_picture_that_is_built_anew_says_the_phase_it_stands_in(view: NetworkView) -> None:
    view.show_frame(in_phase(plane_frame(units=(3, 2)), Phase.BACKWARD))
    words = shown(view)
    view.resize(800, 500)
    assert shown(view) == words
    view.show_frame(plane_frame(units=(3, 2)))
    assert shown(view) == ""


def test_the_crest_runs_forwards_and_then_back(view: NetworkView, qtbot: QtBot) -> None:
    frame = plane_frame(units=(3, 2))
    view.show_frame(frame)
    wave = view.stage._wave
    assert wave is not None
    for phase, sign in ((Phase.FORWARD, 1), (Phase.BACKWARD, -1)):
        places: list[float] = []
        wave._run.valueChanged.connect(lambda _, places=places: places.append(wave._crest.x()))
        view.show_frame(in_phase(frame, phase))
        assert wave._crest.isVisible()
        qtbot.waitUntil(lambda: not wave._crest.isVisible())
        steps = np.diff(places)
        assert len(steps) > 2
        assert (sign * steps >= 0).all()
        wave._run.valueChanged.disconnect()
        wave._run.valueChanged.connect(wave._move)


def test_links_and_their_numbers_show_the_gradient_and_then_the_change(view: NetworkView) -> None:
    frame = plane_frame(units=(3, 2))
    view.show_frame(frame)
    diagram = view.stage._diagram
    weights = diagram._links._shown.copy()
    spot, (_, words) = next(iter(diagram._labels.items()))
    texts = [words.text]
    seen = [weights]
    for phase in (Phase.FORWARD, Phase.BACKWARD, Phase.UPDATE):
        view.show_frame(in_phase(frame, phase, size=1e-3))
        texts.append(words.text)
        seen.append(diagram._links._shown.copy())
    assert texts[0] == texts[1] == f"{frame.model.layers[0].weights[spot.source, spot.unit]:.2f}".replace("-", "−")
    assert [text[0] for text in texts[2:]] == ["∂", "Δ"]
    assert (seen[1] == weights).all()
    assert (np.sign(seen[3]) == -np.sign(seen[2])).all(), "a step against the gradient"
    view.show_frame(frame)
    assert (diagram._links._shown == weights).all()


def test_the_largest_number_is_as_wide_as_the_scale_of_the_links() -> None:
    frame = in_phase(plane_frame(units=(3,)), Phase.BACKWARD, size=1e-6)
    numbers = phase_numbers(frame)
    assert numbers is not None
    largest = max(np.abs(matrix).max() for matrix in as_links(numbers) if matrix is not None)
    assert largest == pytest.approx(FULL)
    zeros = [np.zeros((2, 2))]
    assert (as_links(zeros)[0] == 0).all()


def test_a_gradient_that_is_not_finite_leaves_the_weights_in_sight() -> None:
    frame = in_phase(plane_frame(units=(3,)), Phase.BACKWARD, size=float("nan"))
    assert phase_numbers(frame) is None


def test_a_real_run_at_one_update_a_second_is_seen_in_all_phases(view: NetworkView, qtbot: QtBot) -> None:
    session = Session(default_experiment(DatasetKind.CIRCLE))
    session.viewers.attach(view)
    session.start()
    session.send(Pace(5.0))
    session.play()
    try:
        for word in ("Forward", "Loss", "Backward", "Update"):
            qtbot.waitUntil(lambda word=word: view.stage._wave is not None and shown(view).startswith(word))
    finally:
        session.stop()


def test_the_crest_is_there_on_the_ways_forwards_and_back_alone(view: NetworkView) -> None:
    frame = plane_frame(units=(3, 2))
    view.show_frame(frame)
    wave = view.stage._wave
    assert wave is not None
    crest = (
        (Phase.FORWARD, True),
        (Phase.LOSS, False),
        (Phase.BACKWARD, True),
        (Phase.UPDATE, False),
        (Phase.FORWARD, True),
    )
    for phase, there in crest:
        view.show_frame(in_phase(frame, phase))
        assert wave._crest.isVisible() == there
    view.show_frame(frame)
    assert not wave._crest.isVisible()


def test_another_frame_of_the_same_phase_does_not_begin_the_wave_again(view: NetworkView) -> None:
    frame = plane_frame(units=(3, 2))
    view.show_frame(frame)
    view.show_frame(in_phase(frame, Phase.FORWARD))
    wave = view.stage._wave
    assert wave is not None
    wave._run.pause()
    wave._run.setCurrentTime(150)
    at = wave._crest.x()
    view.show_frame(in_phase(frame, Phase.FORWARD))
    assert (wave._run.currentTime(), wave._crest.x()) == (150, at)
