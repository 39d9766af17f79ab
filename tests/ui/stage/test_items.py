"""What pictures are made of, item by item: where words stand, what bars show, how wide a hairline is."""

from collections.abc import Iterator
from itertools import pairwise

import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QApplication, QGraphicsRectItem, QGraphicsScene

from nnstudio.ui.stage import items
from nnstudio.ui.stage.lettering import text_font


@pytest.fixture
def root(qapp: QApplication) -> Iterator[QGraphicsRectItem]:
    scene = QGraphicsScene()
    root = QGraphicsRectItem()
    scene.addItem(root)
    yield root
    scene.clear()


@pytest.mark.parametrize(("align", "share"), [("AlignLeft", 0.0), ("AlignHCenter", 0.5), ("AlignRight", 1.0)])
def test_words_keep_their_point_whatever_they_say_and_go_where_they_are_moved(
    root: QGraphicsRectItem, align: str, share: float
) -> None:
    words = items.Words(root, QPointF(50, 80), text_font(12), "#000000", "a", getattr(Qt.AlignmentFlag, align))
    for text, at in (("a", QPointF(50, 80)), ("0.304 and more", QPointF(50, 80)), ("b", QPointF(-20, 10))):
        words.say(text)
        words.move(at)
        assert words.item.text() == text
        assert words.box.left() + share * words.box.width() == pytest.approx(at.x(), abs=1)
        assert words.box.center().y() == pytest.approx(at.y(), abs=1)


def test_bars_are_where_they_were_put_last(root: QGraphicsRectItem) -> None:
    bars = items.Bars(root)
    for boxes in ([QRectF(0, 0, 10, 5)], [QRectF(20, 3, 7, 5)], [QRectF(20, 3, 7, 5), QRectF(40, 0, 1, 1)], []):
        bars.show(boxes, QColor("red"))
        corners = [box.topLeft() + QPointF(0.5, 0.5) for box in boxes]
        assert all(bars.item.path().contains(corner) for corner in corners)
        assert bars.item.boundingRect() == (boxes[0] if len(boxes) == 1 else boxes[0] | boxes[1] if boxes else QRectF())


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_a_hairline_is_one_pixel_of_the_screen(ratio: float) -> None:
    assert items.hairline("red", ratio).widthF() * ratio == pytest.approx(1)


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_what_is_drawn_once_lies_as_its_place_on_the_picture_does(ratio: float) -> None:
    def draw(painter: QPainter) -> None:
        painter.fillRect(QRectF(31, 42, 2, 3), QColor("red"))

    image = items.drawn(QRectF(30, 40, 10, 20), ratio, draw).toImage()
    assert (image.width(), image.height()) == (10 * ratio, 20 * ratio)
    red = [(x, y) for x in range(image.width()) for y in range(image.height()) if image.pixelColor(x, y).red()]
    assert (min(red), max(red)) == ((ratio, 2 * ratio), (3 * ratio - 1, 5 * ratio - 1))


def test_a_curve_is_cut_into_pieces_that_meet_and_those_of_a_fine_one_are_longer(root: QGraphicsRectItem) -> None:
    xs, ys = [float(x) for x in range(30)], [float(x % 3) for x in range(30)]
    for width, several in ((2.0, True), (1.0, False)):
        curve = items.Curve(root, QPen(QColor("red"), width))
        for count in (30, 17, 2, 30):
            curve.show(xs[:count], ys[:count])
            seen = [piece.path() for piece in curve.pieces if not piece.path().isEmpty()]
            assert (len(seen) > 1) == (several and count > 9)
            points = [(path.elementAt(i).x, path.elementAt(i).y) for path in seen for i in range(path.elementCount())]
            assert list(zip(points[::2], points[1::2], strict=True)) == list(
                pairwise(zip(xs[:count], ys[:count], strict=True))
            )
        curve.show((), ())
        assert all(piece.path().isEmpty() for piece in curve.pieces)


def test_only_those_pieces_of_a_curve_are_drawn_anew_that_have_changed(
    root: QGraphicsRectItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[object] = []
    strokes = items.strokes
    monkeypatch.setattr(items, "strokes", lambda xs, ys: (drawn.append(xs), strokes(xs, ys))[1])
    curve = items.Curve(root, QPen(QColor("red"), 2.0))

    def redrawn(ys: list[float]) -> int:
        drawn.clear()
        curve.show([float(x) for x in range(len(ys))], ys)
        return len(drawn)

    rising = [float(y) for y in range(31)]
    assert redrawn(rising[:30]) == 4
    assert redrawn(rising[:30]) == 0
    assert redrawn(rising) == 1, "the last one has become longer"
    assert redrawn([*rising[:20], 0.0, *rising[21:]]) == 1, "one point has moved"
    assert redrawn(rising[:9]) == 3, "the others have gone"
    assert redrawn(rising) == 3
