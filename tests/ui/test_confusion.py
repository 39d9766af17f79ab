"""Images and tables: the confusion matrix and the samples tell right from wrong."""

from dataclasses import replace

import numpy as np
import pytest
from output_cards import color_at, colors_of, painted, shown_output
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnstudio.core.run.frame import Frame, ImagePicture, Status
from nnstudio.ui import theme
from nnstudio.ui.examples.confusion import share_in_cell
from nnstudio.ui.stage.stage import Spot
from nnstudio.ui.views.canned import image_frame
from nnstudio.ui.views.output_view import OutputView


@pytest.fixture
def view(qtbot: QtBot) -> OutputView:
    return shown_output(qtbot)


def test_samples_are_painted_anew_with_other_answers(view: OutputView):
    frame = replace(image_frame(), status=Status.PAUSED)
    view.show_frame(frame)
    QApplication.processEvents()
    before, picture = painted(view.samples), frame.picture
    assert isinstance(picture, ImagePicture)
    view.show_frame(replace(frame, picture=replace(picture, probabilities=None)))
    assert painted(view.samples) == before
    view.show_frame(replace(frame, picture=replace(picture, sample_answers=np.zeros(24, np.int64))))
    assert painted(view.samples) != before


def test_a_cell_of_the_confusion_matrix_is_read(view: OutputView, qtbot: QtBot):
    frame = image_frame()
    assert isinstance(frame.picture, ImagePicture)
    counts = np.diag(np.full(10, 90))
    counts[4, 9] = 10
    view.show_frame(replace(frame, picture=replace(frame.picture, confusion=counts)))
    qtbot.mouseMove(view.confusion.viewport(), view.confusion.anchor(Spot(9, 4)).center().toPoint())
    assert view.confusion.spot == Spot(9, 4)
    heading, place, share = view.confusion.reading(Spot(9, 4))
    assert heading == "4 taken for 9"
    assert place == "truth 4, answer 9: wrong"
    assert share == "10 images of 100 with the truth 4, 10.00\u00a0%"
    counts[4, 9] = 1
    view.show_frame(replace(frame, picture=replace(frame.picture, confusion=counts.copy())))
    assert view.confusion.reading(Spot(9, 4))[2].startswith("1 image of 91 ")
    assert "most often 4 is taken for 9" in view.confusion.summary()


def confusion(counts: np.ndarray) -> Frame:
    frame = image_frame()
    assert isinstance(frame.picture, ImagePicture)
    return replace(frame, picture=replace(frame.picture, confusion=counts))


def test_a_class_without_test_images_has_no_shares(view: OutputView):
    counts = np.zeros((10, 10), np.int64)
    counts[3, 3] = 1
    view.show_frame(confusion(counts))
    assert view.confusion.reading(Spot(3, 3))[2].startswith("1 image of 1 with the truth 3")
    assert view.confusion.reading(Spot(3, 4)) == ("truth 4, answer 3", "no test image has the truth 4")


def test_cells_are_coloured_by_their_share_of_the_row(view: OutputView):
    counts = np.zeros((10, 10), np.int64)
    counts[3, 3] = 50
    counts[5, 5], counts[5, 6] = 98, 2
    counts[6, 6], counts[6, 7] = 980, 20
    view.show_frame(confusion(counts))
    colors = theme.current()
    assert view.confusion.top() == 2, "2 % of a row, whether of 100 or of 1 000"
    for spot, color in (
        (Spot(3, 3), colors.diagonal),
        (Spot(0, 0), colors.diagonal),
        (Spot(6, 5), colors.error_high),
        (Spot(7, 6), colors.error_high),
        (Spot(7, 5), colors.error_low),
    ):
        cell = view.confusion.anchor(spot)
        assert color_at(view.confusion, cell.topLeft() + QPointF(3, 2)).name() == color


def test_shares_are_written_short_and_nothing_where_there_is_none(view: OutputView):
    assert [share_in_cell(share) for share in (0.989, 0.004, 0.0123, 1.0, 0.0002)] == [
        "98.9",
        ".4",
        "1.2",
        "100",
        "<.1",
    ]
    assert [share_in_cell(share, roomy=False) for share in (0.989, 0.004, 0.0123, 1.0, 0.1)] == [
        "99",
        ".4",
        "1.2",
        "100",
        "10",
    ]
    counts = np.diag(np.full(10, 90))
    counts[0, 1] = 1
    view.show_frame(confusion(counts))
    image = view.confusion.grab().toImage()

    def inks(spot: Spot) -> set[int]:
        cell = view.confusion.anchor(spot).adjusted(3, 3, -3, -3).toRect()
        return {image.pixel(x, y) for x in range(cell.left(), cell.right()) for y in range(cell.top(), cell.bottom())}

    assert len(inks(Spot(0, 0))) > 3
    assert len(inks(Spot(1, 0))) > 3
    assert len(inks(Spot(2, 0))) == 1


def test_the_cells_use_the_room_there_is(view: OutputView):
    for width, height in ((290, 500), (256, 560), (600, 400)):
        view.resize(width, height)
        view.show_frame(confusion(np.diag(np.full(10, 90))))
        QApplication.processEvents()
        cells = view.confusion.cells()
        assert cells[0][-1].right() == pytest.approx(view.confusion.width(), abs=2)
        assert cells[-1][0].bottom() == pytest.approx(view.confusion.height(), abs=2)
        assert cells[0][0].height() >= 9


def test_samples_tell_right_from_wrong(view: OutputView):
    frame = image_frame()
    assert isinstance(frame.picture, ImagePicture)
    assert frame.picture.sample_labels is not None
    answers = frame.picture.sample_labels.copy()
    answers[1] = (answers[1] + 1) % 10
    view.show_frame(replace(frame, picture=replace(frame.picture, sample_answers=answers)))
    assert view.samples.reading(Spot(0, 0))[0] == "Right"
    assert view.samples.reading(Spot(1, 0))[0] == "Wrong"
    shown = view.samples.places()[0]
    assert view.samples.summary().startswith(f"{shown - 1} of {shown}")
    edges = {color.name() for color in colors_of(view.samples)}
    assert theme.current().bad in edges


def test_one_right_answer_is_one(view: OutputView):
    frame = image_frame()
    assert isinstance(frame.picture, ImagePicture)
    assert frame.picture.sample_labels is not None
    answers = np.where(np.arange(24) == 1, frame.picture.sample_labels, (frame.picture.sample_labels + 1) % 10)
    view.show_frame(replace(frame, picture=replace(frame.picture, sample_answers=answers)))
    count = view.samples.places()[0]
    assert view.samples.summary().startswith(f"1 of {count} sample images is right. ")


def test_other_counts_are_painted(view: OutputView):
    counts = np.diag(np.full(10, 9))
    view.show_frame(confusion(counts))
    before = view.confusion.grab().toImage()
    counts = counts.copy()
    counts[2, 3] = 4
    view.show_frame(confusion(counts))
    assert view.confusion.grab().toImage() != before
    cell = view.confusion.anchor(Spot(3, 2))
    assert color_at(view.confusion, cell.topLeft() + QPointF(3, 2)).name() != theme.current().error_low


def test_the_table_has_the_truth_in_rows_and_answers_in_columns(view: OutputView):
    counts = np.zeros((10, 10), np.int64)
    counts[4, 9] = 7
    view.show_frame(confusion(counts))
    table = view.confusion.table()
    assert table is not None
    assert table.headers[10] == "answer 9"
    assert table.rows[4][0] == "4"
    assert (table.rows[4][10], table.rows[9][5]) == (7, 0)
