"""What is looked at in the network, with a real pointer and real keys: the pin, the cursor, the way over the links."""

import numpy as np
import pytest
from looking import center, point_at
from network_cards import LEFT, shown_network
from PySide6.QtCore import QPoint, QPointF, Qt
from pytestqt.qtbot import QtBot

from nnstudio.core.data.dataset import Dataset
from nnstudio.core.experiment.layer_specs import DenseSpec, DropoutSpec
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.observe import Observer
from nnstudio.core.training.trainer import Trainer
from nnstudio.ui.views.canned import plane_frame, with_arrays
from nnstudio.ui.views.network.column import LinkSpot, Spot
from nnstudio.ui.views.network_view import NetworkView

SHIFT, NONE = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.NoModifier
Key = Qt.Key


@pytest.fixture
def view(qtbot: QtBot) -> NetworkView:
    return shown_network(qtbot)


def press(qtbot: QtBot, view: NetworkView, *keys: Qt.Key, held: Qt.KeyboardModifier = NONE) -> None:
    for key in keys:
        qtbot.keyClick(view.focusWidget() or view.stage, key, held)


def click(qtbot: QtBot, view: NetworkView, spot: Spot) -> None:
    qtbot.mouseClick(view.stage.viewport(), LEFT, pos=center(view, spot))


def came_by_tab(view: NetworkView) -> None:
    view.stage.clearFocus()  # which it has had since the window came
    view.stage.setFocus(Qt.FocusReason.TabFocusReason)


def test_a_second_click_lets_go_of_the_unit(qtbot: QtBot, view: NetworkView) -> None:
    view.show_frame(plane_frame())
    click(qtbot, view, Spot(1, 2))
    assert view.popover is not None
    click(qtbot, view, Spot(1, 2))
    assert view.popover is None


def test_the_keys_go_on_from_where_somebody_clicked_and_take_the_pin_along(qtbot: QtBot, view: NetworkView) -> None:
    view.show_frame(plane_frame())
    click(qtbot, view, Spot(2, 2))
    came_by_tab(view)
    press(qtbot, view, Key.Key_Down)
    assert view.stage.looked_at == Spot(2, 3)
    assert view.popover is not None
    assert view.popover.spot == Spot(2, 3)


def test_escape_leads_back_to_the_unit_that_the_keys_had_reached(qtbot: QtBot, view: NetworkView) -> None:
    view.show_frame(plane_frame())
    came_by_tab(view)
    press(qtbot, view, Key.Key_Home, Key.Key_Right, Key.Key_Home, Key.Key_Return)
    point_at(view, center(view, Spot(2, 5)))
    assert view.stage.looked_at == Spot(1, 0), "what is pinned comes first"
    press(qtbot, view, Key.Key_Escape)
    assert view.popover is None
    assert view.stage.looked_at == Spot(1, 0)


def test_a_key_leads_away_from_what_the_pointer_rests_on(qtbot: QtBot, view: NetworkView) -> None:
    view.show_frame(plane_frame())
    came_by_tab(view)
    press(qtbot, view, Key.Key_Home, Key.Key_Right, Key.Key_Home)
    point_at(view, center(view, Spot(2, 5)))
    assert view.stage.looked_at == Spot(2, 5)
    press(qtbot, view, Key.Key_Down)
    assert view.stage.looked_at == Spot(1, 1)


def test_the_first_key_comes_to_the_first_unit_in_sight(qtbot: QtBot, view: NetworkView) -> None:
    random = np.random.default_rng(1)
    data = Dataset.from_arrays(random.normal(size=(60, 30)), np.arange(60) % 3)
    view.show_frame(Observer(Trainer(default_experiment(data.spec), dataset=data), 1).frame(view.probes))
    more = view.stage.columns[0].more
    assert more is not None
    qtbot.mouseClick(view.stage.viewport(), LEFT, pos=more.center().toPoint())
    first = view.stage.columns[0].first
    assert first > 0
    came_by_tab(view)
    press(qtbot, view, Key.Key_Down)
    assert view.stage.looked_at == Spot(0, first)
    assert view.stage.columns[0].first == first, "nothing has scrolled"


# Over the links


def test_shift_and_arrows_go_over_the_links_into_a_unit_and_back_to_it(qtbot: QtBot, view: NetworkView) -> None:
    view.show_frame(plane_frame(units=(3, 2)))
    came_by_tab(view)
    press(qtbot, view, Key.Key_Home, Key.Key_Right, Key.Key_Right, Key.Key_End)
    unit, links = Spot(2, 1), [LinkSpot(2, source, 1) for source in range(3)]
    assert view.stage.looked_at == unit
    for key, way in ((Key.Key_Down, [*links, unit]), (Key.Key_Up, [*links[::-1], unit])):
        for there in way:
            press(qtbot, view, key, held=SHIFT)
            assert view.stage.looked_at == there
    press(qtbot, view, Key.Key_Down, held=SHIFT)
    press(qtbot, view, Key.Key_Up)
    assert view.stage.looked_at == Spot(2, 0), "an arrow alone goes on from the unit of the link"


def test_a_unit_without_weights_has_no_links_to_go_over(qtbot: QtBot, view: NetworkView) -> None:
    experiment = plane_frame().experiment
    trainer = Trainer(type(experiment)(layers=(DenseSpec(key=1, units=3), DropoutSpec(key=2))))
    view.show_frame(Observer(trainer, 1).frame(view.probes))
    came_by_tab(view)
    press(qtbot, view, Key.Key_Home, Key.Key_Right, Key.Key_Right)
    here = view.stage.looked_at
    assert isinstance(here, Spot)
    assert here.column == 2
    press(qtbot, view, Key.Key_Down, Key.Key_Up, held=SHIFT)
    assert view.stage.looked_at == here


def test_a_link_ends_with_the_unit_that_it_comes_from(qtbot: QtBot, view: NetworkView) -> None:
    view.show_frame(plane_frame(units=(3, 2)))
    came_by_tab(view)
    press(qtbot, view, Key.Key_Home, Key.Key_Right, Key.Key_Right)
    press(qtbot, view, Key.Key_Up, held=SHIFT)
    press(qtbot, view, Key.Key_Return)
    link = view.stage.looked_at
    assert isinstance(link, LinkSpot)
    assert link.source == 2
    view.show_frame(plane_frame(units=(4, 2)))
    assert view.stage.looked_at == link
    view.show_frame(plane_frame(units=(2, 2)))
    assert view.stage.looked_at is None
    assert view.popover is None


def test_the_note_of_a_link_stands_beside_the_pointer_and_goes_along(view: NetworkView) -> None:
    view.show_frame(with_arrays(plane_frame(units=()), 0, weight=[[5.0], [0.1]]))
    tile = view.stage.columns[0].tiles[0]
    first, places = QPoint(int(tile.right()) + 6, round(tile.center().y())), list[QPointF]()
    for where in (first, first + QPoint(4, 0)):
        point_at(view, where)
        assert view.stage.looked_at == LinkSpot(1, 0, 0)
        places.append(view.stage.bubble._item.pos())
    assert 0 <= places[0].x() - first.x() <= 20
    assert places[1] - places[0] == QPointF(4, 0)
