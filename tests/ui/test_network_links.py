"""Links take turns while frames come quickly, and the picture is complete soon after the last one."""

from pytestqt.qtbot import QtBot

from nnstudio.core.run.frame import Frame
from nnstudio.ui.views.canned import plane_frame, with_arrays
from nnstudio.ui.views.network_view import NetworkView


def turned_round(frame: Frame) -> Frame:
    """The same frame with every weight's sign turned round."""
    for index, layer in enumerate(frame.model.layers):
        frame = with_arrays(frame, index, weight=-layer.arrays["weight"])
    return frame


def shown(qtbot: QtBot, *frames: Frame) -> NetworkView:
    view = NetworkView()
    qtbot.addWidget(view)
    view.resize(600, 480)
    view.show()
    for frame in frames:
        view.show_frame(frame)
        view.grab()
    return view


def test_the_last_frame_is_shown_in_full_when_no_more_come(qtbot: QtBot) -> None:
    first = plane_frame()
    last = turned_round(first)
    fresh = shown(qtbot, last).grab().toImage()
    view = shown(qtbot, first, last)
    assert view.stage._picture.behind, "half of the gaps have had their turn"
    qtbot.waitUntil(lambda: not view.stage._picture.behind)
    assert view.grab().toImage() == fresh
    assert view.grab().toImage() != shown(qtbot, first).grab().toImage(), "weights of the other sign look different"
