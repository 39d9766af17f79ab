"""Where the figures of a sweep's best candidate stand."""

import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtWidgets import QGraphicsRectItem, QGraphicsScene
from pytestqt.qtbot import QtBot

from nnstudio.ui.sweeps.best_note import show_best

AREA = QRectF(40, 20, 600, 300)
WORDS = "best: Adam, 0.03", "median 0.643, learned in 0 of 2"


def placed(best: QPointF, taken: list[QPointF], area: QRectF = AREA) -> QRectF:
    scene, root = QGraphicsScene(), QGraphicsRectItem()
    scene.addItem(root)
    return show_best(root, best, WORDS, area, taken)


@pytest.mark.parametrize("x", [50.0, 150.0, 250.0])
def test_in_a_narrow_picture_they_are_not_cut(qtbot: QtBot, x: float):
    area = QRectF(40, 20, 260, 300)
    box = placed(QPointF(x, 150), [QPointF(x, 150)], area)
    assert area.contains(box)
    assert not box.contains(QPointF(x, 150))


def test_stand_on_the_right_where_nothing_is(qtbot: QtBot):
    box = placed(QPointF(200, 150), [])
    assert box.left() > 200
    assert box.center().y() == 150


@pytest.mark.parametrize("x", [50.0, 200.0, 330.0, 630.0])
@pytest.mark.parametrize("y", [22.0, 150.0, 318.0])
def test_hide_no_mark_and_stay_in_the_picture(qtbot: QtBot, x: float, y: float):
    best = QPointF(x, y)
    level = [QPointF(40 + 10 * step, y) for step in range(60)]  # a line through the best, from edge to edge
    box = placed(best, level)
    assert AREA.contains(box)
    assert not any(box.contains(point) for point in level)
    assert not box.contains(best)
