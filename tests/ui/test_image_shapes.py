"""Images that are not square are drawn at their own shape, wherever they are drawn."""

import numpy as np
import pytest
from output_cards import shown_output
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QGraphicsPixmapItem, QGraphicsScene
from pytestqt.qtbot import QtBot
from tall_images import tall_images

from nnstudio.core.data.drawing import Stroke, pixels_of
from nnstudio.core.experiment import DenseSpec, Experiment
from nnstudio.core.experiment.layer_specs import Conv2DSpec, FlattenSpec, LayerSpec, MaxPool2DSpec
from nnstudio.core.run.example import Chosen, SplitName
from nnstudio.core.run.frame import Frame, Probe
from nnstudio.core.run.observe import Observer
from nnstudio.core.training.trainer import Trainer
from nnstudio.ui.microscope.example.pictures import LargeImage, Neighbours, ink_of
from nnstudio.ui.microscope.network_picture import _picture_of
from nnstudio.ui.stage import items
from nnstudio.ui.stage.bubble import Bubble
from nnstudio.ui.stage.ink import ink_image
from nnstudio.ui.stage.stage import Spot
from nnstudio.ui.views.network_view import NetworkView
from nnstudio.ui.views.output.title_switches import BROWSE, DRAW
from nnstudio.ui.widgets.digit_strip import COLUMNS, ROWS, DigitStrip

TALL = 12 / 20


def frame_of(layers: tuple[LayerSpec, ...], height: int = 20, width: int = 12) -> Frame:
    data = tall_images(height, width)
    trainer = Trainer(Experiment(dataset=data.spec, layers=layers), dataset=data)
    trainer.evaluate()
    return Observer(trainer, 1).frame(Probe.NEURONS | Probe.OUTPUT)


def shape_of(box: QRectF) -> float:
    return box.width() / box.height()


def test_the_largest_box_of_a_shape_stands_in_the_middle() -> None:
    square = QRectF(1.5, 2.5, 40.5, 40.5)
    assert items.fitted(square, 28, 28) == square, "what fits is left alone"
    assert items.fitted(QRectF(0, 0, 40, 40), 12, 20) == QRectF(8, 0, 24, 40)
    assert items.fitted(QRectF(0, 0, 40, 40), 20, 12) == QRectF(0, 8, 40, 24)
    assert items.fitted(QRectF(0, 0, 10, 10), 1, 1000).width() == 1


@pytest.mark.parametrize(("height", "width"), [(20, 12), (12, 20)])
def test_the_network_draws_images_weights_and_maps_at_their_shape(qtbot: QtBot, height: int, width: int) -> None:
    view = NetworkView()
    qtbot.addWidget(view)
    view.resize(700, 460)
    view.show()
    qtbot.waitExposed(view)

    def shapes(frame: Frame, column: int) -> list[float]:
        view.show_frame(frame)
        QApplication.processEvents()
        return [shape_of(tile) for tile in view.stage.columns[column].tiles]

    dense = frame_of((DenseSpec(units=6), DenseSpec(units=4)), height, width)
    assert all(each == pytest.approx(width / height, rel=0.05) for each in shapes(dense, 0))
    assert all(each == pytest.approx(width / height, rel=0.05) for each in shapes(dense, 1))
    assert set(shapes(dense, 2)) == {1.0}, "a neuron that sees no pixels is a cell"
    maps = frame_of((Conv2DSpec(), MaxPool2DSpec(), FlattenSpec(), DenseSpec(units=4)), height, width)
    assert set(shapes(maps, 1)) == {1.0}, "a kernel is as high as wide"
    down, across = maps.model.layers[1].shape[1:]
    assert all(each == pytest.approx(across / down, rel=0.08) for each in shapes(maps, 2))
    beside = view.stage._diagram._pictures[1][1]._column.tiles  # type: ignore[union-attr]
    down, across = maps.model.layers[0].shape[1:]
    assert all(shape_of(tile) == pytest.approx(across / down, rel=0.08) for tile in beside)
    for a, b in zip(beside, view.stage.columns[1].tiles, strict=True):
        assert not a.intersects(b)


def test_samples_walls_and_drawings_have_the_shape_of_the_images(qtbot: QtBot) -> None:
    frame, view = frame_of((DenseSpec(units=6),)), shown_output(qtbot)
    view.show_frame(frame)
    QApplication.processEvents()
    assert shape_of(view.samples._tile(0)) == pytest.approx(TALL, rel=0.03)
    large = view.samples.enlarged(Spot(0, 0))
    assert large is not None
    assert (large.width(), large.height()) == (12, 20)
    view.mode.set_current(DRAW)
    QApplication.processEvents()
    pad, seen = view.drawing.pad, view.drawing.seen
    sheet = pad._sheet()
    assert shape_of(sheet) == pytest.approx(TALL, rel=0.03)
    assert shape_of(seen._tile()) == pytest.approx(TALL, rel=0.03), "also before there is anything"
    corner, middle = QPointF(0, pad.height() / 2).toPoint(), sheet.center().toPoint()
    QTest.mousePress(pad.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    QTest.mouseMove(pad.viewport(), corner)
    QTest.mouseMove(pad.viewport(), QPoint(middle.x(), 2))
    QTest.mouseRelease(pad.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    points = pad.strokes[0].points
    assert points[0] == pytest.approx((0.5, 0.5 / TALL), abs=0.03), "the same unit across and down"
    qtbot.waitUntil(lambda: view.drawing._image is not None)
    assert view.drawing._image is not None
    assert view.drawing._image.shape == (20, 12)
    assert points[:, 0].min() == 0, "what is drawn beyond the sheet stays on its edge"
    view.mode.set_current(BROWSE)
    answers = frame.picture.answers  # type: ignore[union-attr]
    cell = Spot(int(answers[0]), int(frame.dataset.test.labels[0]))
    view.confusion.cell_opened.emit(cell)
    QApplication.processEvents()
    wall = view.wall.stage
    assert shape_of(wall._box(0)) == pytest.approx(TALL, rel=0.03)
    assert wall.spot_at(wall._box(0).center()) == Spot(0, 0)


def test_a_drawing_fills_an_image_in_both_directions() -> None:
    upright = Stroke(np.array([[0.5, 0.0], [0.5, 1.0]]), 0.08)
    across = Stroke(np.array([[0.0, 0.5], [1.0, 0.5]]), 0.08)
    for stroke, axis, size in ((upright, 1, 20), (across, 0, 12)):
        image = pixels_of([stroke], (20, 12))
        assert image is not None
        inked = np.flatnonzero(image.any(axis=axis))
        assert inked[-1] - inked[0] + 1 == pytest.approx(20 / 28 * size, abs=2)


def test_bubbles_strips_and_the_microscope_keep_the_shape(qtbot: QtBot) -> None:
    data = tall_images()
    red_image = ink_image(ink_of(data.test.raw[0]))
    red_image.fill(Qt.GlobalColor.red)
    scene = QGraphicsScene()
    Bubble(scene).say(("Heading", "1"), QRectF(0, 0, 9, 9), QRectF(0, 0, 400, 400), 1.0, red_image)
    (item,) = [each for each in scene.items() if isinstance(each, QGraphicsPixmapItem)]
    shown = item.pixmap().toImage()
    red = [
        (x, y)
        for x in range(shown.width())
        for y in range(shown.height())
        if shown.pixelColor(x, y).name() == "#ff0000"
    ]
    wide, high = (len({place[axis] for place in red}) for axis in (0, 1))
    assert wide / high == pytest.approx(TALL, rel=0.06)
    strip = DigitStrip()
    qtbot.addWidget(strip)
    strip.show_images(data.train.raw)
    assert strip.heightForWidth(160) == round(160 * ROWS * 20 / (COLUMNS * 12))
    large, around = LargeImage(), Neighbours()
    for stage in (large, around):
        qtbot.addWidget(stage)
        stage.resize(220, 200)
    large.show_image(ink_of(data.test.raw[0]))
    assert shape_of(large.box()) == pytest.approx(TALL, rel=0.03)
    assert large.spot_at(large.anchor(Spot(11, 19)).center()) == Spot(11, 19)
    around.show_around(data, Chosen(SplitName.TEST, 3))
    assert shape_of(around._tile(0)) == pytest.approx(TALL, rel=0.05)
    picture = _picture_of(data.test.raw[:1].astype(float), 90)
    assert (picture.width(), picture.height()) == (54, 90)
