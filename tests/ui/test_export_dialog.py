"""The export dialog: what is shown and proved before it is written, and what is written then."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from cli_runs import walk
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QGuiApplication, QImage, QTextDocument
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QFileDialog, QLineEdit, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from nnstudio.core.experiment import DenseSpec, Experiment
from nnstudio.core.experiment.choices import ActivationKind, DatasetKind
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.frame import Probe
from nnstudio.core.run.observe import Observer
from nnstudio.core.training.trainer import Trainer
from nnstudio.files.exports import FORMATS
from nnstudio.files.exports.format import Format, Proof
from nnstudio.ui.panels.export.dialog import ExportDialog
from nnstudio.ui.stage.stage import Stage

SPIRALS = default_experiment(DatasetKind.SPIRALS)
LEFT = Qt.MouseButton.LeftButton
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


class Desk:
    """An export dialog for a network that has learned a little, and hands on it."""

    def __init__(self, qtbot: QtBot, folder: Path, experiment: Experiment = SPIRALS) -> None:
        self.qtbot, self.parent = qtbot, QWidget()
        self.parent.resize(1440, 900)
        qtbot.addWidget(self.parent)
        self.frame = Observer(walk(Trainer(experiment), 40), 1).frame(Probe.NOTHING)
        self.saved: list[tuple[Path, str]] = []
        self.dialog = ExportDialog(self.frame, "spirals", folder, "npz", self.parent)
        self.dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
        self.announced: list[str] = []
        self.dialog.announced.connect(self.announced.append)
        self.dialog.saved.connect(lambda *answer: self.saved.append(answer))
        qtbot.addWidget(self.dialog)
        self.dialog.show()

    def choose(self, key: str) -> None:
        """Click a format, and wait for its draft and its proof."""
        formats = self.dialog.formats
        item = formats.item(next(row for row, one in formats.formats.items() if one.key == key))
        formats.scrollToItem(item)
        self.qtbot.mouseClick(formats.viewport(), LEFT, pos=formats.visualItemRect(item).center())
        assert formats.current().key == key
        self.proved()

    def proved(self) -> None:
        self.qtbot.waitUntil(lambda: proof_of(self.dialog) is not None, timeout=60_000)

    def save(self) -> None:
        self.qtbot.mouseClick(self.dialog.save, LEFT)


def proof_of(dialog: ExportDialog) -> Proof | None:
    return dialog._drafted.proof if dialog._drafted is not None else None


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path) -> Desk:
    return Desk(qtbot, tmp_path)


def answer(monkeypatch: pytest.MonkeyPatch, button: QMessageBox.StandardButton) -> list[str]:
    asked: list[str] = []
    monkeypatch.setattr(QMessageBox, "question", lambda *arguments: asked.append(arguments[2]) or button)
    return asked


def test_what_is_shown_and_proved_is_what_is_written(desk: Desk, tmp_path: Path) -> None:
    desk.choose("numpy")
    dialog = desk.dialog
    assert dialog.target.field.text() == str(tmp_path / "spirals_numpy.py")
    listing = dialog.file.listing
    text = listing.text.toPlainText()
    assert "def predict(examples):" in text
    assert "W2 = np.array([ 8 × 8 numbers ], np.float32)" in text
    place = text.splitlines().index("def predict(examples):")
    number = int(listing.numbers.toPlainText().splitlines()[place])
    assert dialog.proof.title.text() == "Proves itself"
    assert dialog.proof.said.text().endswith(" on 100 inputs")
    assert dialog.proof.property("tone") == "good"
    assert not [*tmp_path.iterdir()], "nothing before it is asked for"
    desk.save()
    desk.qtbot.waitUntil(lambda: bool(desk.saved))
    assert not dialog.isVisible()
    [(path, said)] = desk.saved
    assert path == tmp_path / "spirals_numpy.py"
    assert said.startswith("Largest difference ")
    assert path.read_text().splitlines()[number - 1] == "def predict(examples):"
    assert "40 updates" in path.read_text()


def test_keys_alone(desk: Desk, tmp_path: Path) -> None:
    dialog = desk.dialog
    desk.qtbot.waitUntil(dialog.formats.hasFocus)
    desk.qtbot.keyClick(dialog.formats, Qt.Key.Key_Down)
    desk.qtbot.keyClick(dialog.formats, Qt.Key.Key_Down)
    desk.qtbot.keyClick(dialog.formats, Qt.Key.Key_Down)
    assert dialog.formats.current().key == "numpy", "over the heading between"
    desk.proved()
    visited = set[QWidget | None]()
    for _ in range(14):
        desk.qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        visited.add(QApplication.focusWidget())
    wanted = {dialog.formats, dialog.file.copy, dialog.file.listing.text, dialog.proof.again, dialog.proof.details}
    assert (
        wanted | {dialog.proof.chart, dialog.target.field, dialog.target.browse, dialog.cancel, dialog.save} <= visited
    )
    dialog.target.field.setFocus()
    dialog.target.field.selectAll()
    desk.qtbot.keyClicks(dialog.target.field, str(tmp_path / "mine"))
    desk.qtbot.keyClick(dialog.target.field, Qt.Key.Key_Return)
    desk.qtbot.waitUntil((tmp_path / "mine.py").exists)


def test_another_name_is_another_draft(desk: Desk, tmp_path: Path) -> None:
    """What a notebook reads is called as the notebook is; the click on Save takes the name that was just typed."""
    dialog = desk.dialog
    desk.choose("numpy")
    dialog.target.field.setFocus()
    dialog.target.field.selectAll()
    desk.qtbot.keyClicks(dialog.target.field, str(tmp_path / "other.py"))
    desk.save()
    desk.qtbot.waitUntil((tmp_path / "other.py").exists)
    assert [path.name for path in tmp_path.iterdir()] == ["other.py"]


def test_a_name_goes_along_to_the_next_format(desk: Desk, tmp_path: Path) -> None:
    dialog = desk.dialog
    desk.choose("numpy")
    dialog.target.field.setText(str(tmp_path / "brain_numpy.py"))
    dialog.target.field.editingFinished.emit()
    desk.proved()
    assert dialog._drafted is not None
    known = dialog._drafted.draft.subject
    desk.choose("c")
    assert dialog._drafted.draft.subject is known, "answered once for all formats"
    assert dialog.target.field.text() == str(tmp_path / "brain.h")


def test_files_that_belong_together(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "spirals_torch.safetensors").write_bytes(b"somebody's work")
    dialog = desk.dialog
    desk.choose("csv")
    names = [dialog.file.files.itemText(place) for place in range(dialog.file.files.count())]
    assert names[0] == "spirals.csv"
    assert "spirals-layer1-weight.csv" in names
    dialog.file.files.setCurrentText("spirals-layer1-bias.csv")
    assert len(dialog.file.listing.text.toPlainText().split(",")) == 8
    (tmp_path / "spirals-layer1-bias.csv").write_bytes(b"somebody's work")
    asked = answer(monkeypatch, QMessageBox.StandardButton.No)
    desk.save()
    assert asked == ["spirals-layer1-bias.csv is there already. Replace it?"]
    assert (tmp_path / "spirals-layer1-bias.csv").read_bytes() == b"somebody's work"
    answer(monkeypatch, QMessageBox.StandardButton.Yes)
    desk.save()
    desk.qtbot.waitUntil((tmp_path / "spirals.csv").exists)
    assert {*names} <= {path.name for path in tmp_path.iterdir()}


def test_what_cannot_be_held_is_a_sentence_and_no_file(qtbot: QtBot, tmp_path: Path) -> None:
    gelu = replace(SPIRALS, layers=(DenseSpec(units=3, activation=ActivationKind.GELU),))
    desk = Desk(qtbot, tmp_path, gelu)
    dialog = desk.dialog
    desk.proved()
    dialog.formats.choose("sklearn")
    desk.qtbot.waitUntil(lambda: not dialog.save.isEnabled())
    assert "it knows no gelu" in dialog.file.lacks.text()
    dialog.formats.choose("npz")
    desk.proved()
    assert dialog.save.isEnabled()
    assert not dialog.file.lacks.isVisible()
    assert "it knows no gelu" in desk.announced[-2]
    assert desk.announced[-1].startswith("Proves itself. largest difference ")


def test_what_cannot_be_written_is_a_sentence(desk: Desk, tmp_path: Path) -> None:
    dialog = desk.dialog
    dialog.target.field.setText(str(tmp_path / "nowhere" / "w.npz"))
    desk.proved()
    desk.save()
    desk.qtbot.waitUntil(dialog.trouble.isVisible)
    assert "the folder does not exist" in dialog.trouble.text()
    assert dialog.isVisible()
    assert dialog.save.isEnabled()


def planted(monkeypatch: pytest.MonkeyPatch, proof: Proof) -> None:
    """A reader that says this."""
    npz = FORMATS["npz"]
    other = Format(
        npz.key, npz.name, npz.group, npz.ending, npz.purpose, npz.needs, npz.make, lambda given, path: proof
    )
    monkeypatch.setitem(FORMATS, "npz", other)


def test_a_proof_that_fails_asks_before_it_saves(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    planted(monkeypatch, Proof("run by somebody", np.array([0, 0.5, np.inf])))
    desk = Desk(qtbot, tmp_path)
    dialog = desk.dialog
    desk.proved()
    assert dialog.proof.title.text() == "Does not come to the same answers"
    assert dialog.proof.said.text() == "no number as an answer to 1 of 3 inputs"
    asked = answer(monkeypatch, QMessageBox.StandardButton.No)
    desk.save()
    assert asked == ["spirals.npz does not come to the network's own answers. Save it all the same?"]
    assert not [*tmp_path.iterdir()]
    answer(monkeypatch, QMessageBox.StandardButton.Yes)
    desk.save()
    desk.qtbot.waitUntil((tmp_path / "spirals.npz").exists)


def test_what_nobody_here_can_read_is_quiet(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    planted(monkeypatch, Proof("not run here, because torch is not installed"))
    desk = Desk(qtbot, tmp_path)
    dialog = desk.dialog
    desk.proved()
    assert dialog.proof.property("tone") == "quiet"
    assert dialog.proof.said.text() == "Not run here, because torch is not installed."
    assert not dialog.proof.mark.isVisible()
    assert dialog.save.isEnabled()


def test_a_slow_reader_can_be_given_up_and_asked_again(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = tmp_path / "started"
    slow = f"import pathlib, time; pathlib.Path({str(started)!r}).touch(); time.sleep(600)"
    monkeypatch.setattr("nnstudio.files.exports.proving._READER", slow)
    dialog = desk.dialog
    dialog.formats.choose("numpy")
    desk.qtbot.waitUntil(started.exists, timeout=30_000)
    desk.qtbot.waitUntil(dialog.proof.stop.isVisible)
    thread = dialog.drafting._making._thread
    assert thread is not None
    desk.qtbot.mouseClick(dialog.proof.stop, LEFT)
    assert dialog.proof.title.text() == "Not proved"
    assert thread.wait(30_000), "its process is ended"
    monkeypatch.undo()
    desk.qtbot.mouseClick(dialog.proof.again, LEFT)
    desk.proved()
    assert dialog.proof.title.text() == "Proves itself"


def test_the_chart_is_read_bar_by_bar(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    planted(monkeypatch, Proof("run by somebody", np.array([0, 0, 3e-8, 3.1e-8, 2e-6])))
    desk = Desk(qtbot, tmp_path)
    dialog = desk.dialog
    desk.proved()
    chart = dialog.proof.chart
    assert [(bar.words, bar.count) for bar in chart.bars] == [
        ("exactly the same", 2),
        ("2.5e−8 to 4.0e−8", 2),
        ("1.6e−6 to 2.5e−6", 1),
    ]
    chart.setFocus(Qt.FocusReason.TabFocusReason)
    desk.qtbot.keyClick(chart, Qt.Key.Key_End)
    desk.qtbot.keyClick(chart, Qt.Key.Key_End)
    assert chart.reading(chart.spot) == ("1.6e−6 to 2.5e−6", "1 input")  # type: ignore[arg-type]
    table = chart.table()
    assert table is not None
    assert table.rows[4] == (5, 2e-6)


def test_copy_takes_all_of_the_text(desk: Desk) -> None:
    dialog = desk.dialog
    desk.choose("numpy")
    desk.qtbot.mouseClick(dialog.file.copy, LEFT)
    content = FORMATS["numpy"].make(dialog._drafted.draft.subject, "spirals_numpy.py")  # type: ignore[union-attr]
    assert QGuiApplication.clipboard().text() == content["spirals_numpy.py"].decode()


def test_numbers_go_where_they_are_wanted(desk: Desk, tmp_path: Path) -> None:
    dialog = desk.dialog
    desk.choose("numpy")
    inline, beside = dialog.file.facts.ways.buttons
    assert (inline.isChecked(), beside.isChecked()) == (True, False)
    desk.qtbot.mouseClick(beside, LEFT)
    desk.proved()
    assert beside.isChecked()
    assert dialog.file.files.count() == 2
    assert dialog.proof.title.text() == "Proves itself"
    dialog.target.field.setText(str(tmp_path / "b.py"))
    desk.save()
    desk.qtbot.waitUntil(lambda: bool(desk.saved))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.npz", "b.py"], "also under another name"


def test_another_format_has_no_such_choice(desk: Desk) -> None:
    desk.choose("numpy")
    ways = desk.dialog.file.facts.ways
    assert ways.isVisible()
    desk.choose("npz")
    assert not ways.isVisible()
    desk.choose("numpy")
    assert [button.isChecked() for button in ways.buttons] == [True, False]


def test_a_report_is_seen_as_it_will_be(desk: Desk) -> None:
    """Twice, with something else between: its drawings are there again."""
    page = desk.dialog.file.page
    for _ in range(2):
        desk.choose("report")
        assert page.isVisible()
        assert not desk.dialog.file.listing.isVisible()
        text = page.toPlainText()
        assert "How good it is" in text
        assert "updates\n40" in text
        assert "<" not in text
        assert text.count("\N{OBJECT REPLACEMENT CHARACTER}") == 3, "two drawings and the plane"
        for number in (0, 1):
            drawing = page.document().resource(QTextDocument.ResourceType.ImageResource, QUrl(f"drawing:{number}"))
            assert isinstance(drawing, QImage)
            assert len({drawing.pixel(x, 75) for x in range(drawing.width())}) > 2, "something is drawn"
        desk.choose("npz")
        assert not page.isVisible()
    assert page.toolTip()
    assert "Example:" in page.whatsThis()


def test_browse_takes_a_place(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dialog = desk.dialog
    desk.proved()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *arguments: (str(tmp_path / "picked"), ""))
    desk.qtbot.mouseClick(dialog.target.browse, LEFT)
    assert dialog.target.field.text() == str(tmp_path / "picked.npz")


def test_escape_writes_nothing_and_ends_the_reader(desk: Desk, tmp_path: Path) -> None:
    dialog = desk.dialog
    drafting = dialog.drafting
    stop = drafting._stop
    desk.qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert stop.is_set()
    assert not [*tmp_path.iterdir()]


def test_every_control_says_what_it_is(desk: Desk) -> None:
    dialog = desk.dialog
    desk.choose("numpy")
    kinds = (QAbstractButton, QLineEdit, QComboBox, Stage)
    controls = [each for each in dialog.findChildren(QWidget) if isinstance(each, kinds)]
    controls = [each for each in controls if not each.objectName().startswith("qt_")]
    controls += [dialog.formats, dialog.file.listing.text]
    for control in controls:
        named = control.accessibleName() or (control.text() if isinstance(control, QAbstractButton) else "")
        assert named, control
        assert control.toolTip(), named
        assert "<b>Example:</b>" in control.whatsThis(), named
