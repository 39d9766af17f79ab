"""File › Worksheet…: from a click in the menu to the pages of the file."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pdf_reading import pages_of
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QFileDialog, QWidget
from pytestqt.qtbot import QtBot
from session_hand import WindowHand

from nnstudio.core.data.dataset import build
from nnstudio.core.experiment import DenseSpec
from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.presets import PRESETS, default_experiment
from nnstudio.core.trace.worksheet import Worksheet, sheets_of
from nnstudio.core.training.phases import Phase
from nnstudio.files.errors import FileError
from nnstudio.ui.panels.worksheet_dialog import WorksheetDialog
from nnstudio.ui.widgets.worksheet_paper import save_worksheets_as_pdf, worksheets_pdf

XOR = PRESETS["xor-two-units"].experiment
LEFT = Qt.MouseButton.LeftButton
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


class Desk(WindowHand):
    """A window and its worksheets."""

    def dialog(self) -> WorksheetDialog:
        self.choose("&Worksheet…")
        found = self.window.findChild(WorksheetDialog)
        assert isinstance(found, WorksheetDialog)
        self.qtbot.waitUntil(found.isVisible)
        return found

    def type(self, field: QAbstractSpinBox, text: str) -> None:
        field.setFocus()
        field.selectAll()
        self.qtbot.keyClicks(field, text)


@pytest.fixture
def desk(qtbot: QtBot, request: pytest.FixtureRequest) -> Iterator[Desk]:
    desk = Desk(qtbot, getattr(request, "param", XOR))
    yield desk
    desk.end()


def same_text(sheets: list[Worksheet], pages: list[str]) -> None:
    """Each sheet's and each solution's pages say what belongs there, and only there."""
    for sheet in sheets:
        about = f"seed {sheet.seed} · example {sheet.example}"
        pupils = "\n".join(page for page in pages if f"Worksheet · {about}" in page)
        solution = "\n".join(page for page in pages if f"Solution · {about}" in page)
        assert pupils
        assert solution
        together, worked = "".join(pupils.split()), "".join(solution.split())
        for gap in sheet.gaps:
            assert f"{gap.name}={gap.asked}=".replace(" ", "") in together
            assert f"{gap.name}={gap.worked}{gap.equals}{gap.answer}".replace(" ", "") in worked
            lines = solution.splitlines()
            assert gap.answer in lines
            assert gap.name in pupils.splitlines()
            if len(gap.answer) > 4:
                assert gap.answer not in pupils.replace("new ", "").splitlines()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["sheets.pdf", "sheets.html"])
def test_from_the_menu_to_the_file(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *arguments: (str(tmp_path / name), ""))
    dialog = desk.dialog()
    assert dialog.seed.value() == XOR.seed
    desk.type(dialog.seed, "7")
    desk.type(dialog.number, "3")
    desk.type(dialog.example, "2")
    desk.qtbot.mouseClick(dialog.save, LEFT)
    banner = desk.window.banner
    said = f"Saved 3 worksheets, with the solutions behind them, to {name}."
    desk.qtbot.waitUntil(lambda: banner.text() == said, timeout=20_000)
    content = (tmp_path / name).read_bytes()
    sheets = [*sheets_of(XOR, build(XOR.dataset), 7, 3, 2)]
    if name.endswith("pdf"):
        same_text(sheets, pages_of(content))
    else:
        assert all(f'id="solution-{seed}"'.encode() in content for seed in (7, 8, 9))


def test_a_click_on_a_phase_ends_the_sheet_there(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *arguments: (str(tmp_path / "s.pdf"), ""))
    dialog = desk.dialog()
    desk.qtbot.mouseClick(dialog.until.button(0), LEFT)
    desk.qtbot.mouseClick(dialog.save, LEFT)
    desk.qtbot.waitUntil(lambda: "Saved 1 worksheet," in desk.window.banner.text(), timeout=20_000)
    pages = pages_of((tmp_path / "s.pdf").read_bytes())
    assert len(pages) == 2
    assert "1 Forward" in pages[0].replace("  ", " ")
    assert "Loss" not in "".join(pages)


def test_cancel_writes_nothing(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *arguments: (str(tmp_path / "s.pdf"), ""))
    dialog = desk.dialog()
    desk.qtbot.mouseClick(dialog.cancel, LEFT)
    desk.qtbot.waitUntil(lambda: not dialog.isVisible())
    assert not [*tmp_path.iterdir()]


@pytest.mark.slow
def test_what_cannot_be_written_is_said(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *arguments: (str(tmp_path / "no" / "s.pdf"), ""))
    desk.qtbot.mouseClick(desk.dialog().save, LEFT)
    desk.qtbot.waitUntil(lambda: "was not written" in desk.window.banner.text(), timeout=20_000)
    assert desk.window.banner.property("tone") == "bad"


@pytest.mark.parametrize("desk", [default_experiment(DatasetKind.SPIRALS)], indirect=True)
def test_a_network_that_is_too_large_is_refused_with_what_to_do(desk: Desk) -> None:
    desk.choose("&Worksheet…")
    text = desk.window.banner.text()
    assert "17 units in 3 layers" in text
    assert "XOR with two hidden units" in text
    assert desk.window.findChild(WorksheetDialog) is None


def test_every_control_says_what_it_is(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = WorksheetDialog(XOR, build(XOR.dataset), parent)
    controls = [*dialog.findChildren(QAbstractSpinBox), *dialog.findChildren(QAbstractButton)]
    assert len(controls) == 3 + 4 + 2
    for control in controls:
        assert control.accessibleName() or control.text()
        assert control.toolTip()
        assert "Example:" in control.whatsThis()


@pytest.mark.parametrize(("layers", "pages"), [((), 2), ((2,), 4), ((4, 2), 6), ((8,), 6)])
def test_a_sheet_fills_as_many_pages_as_it_needs(qtbot: QtBot, layers: tuple[int, ...], pages: int) -> None:
    circle = default_experiment(DatasetKind.CIRCLE)
    experiment = replace(circle, layers=tuple(DenseSpec(units=units) for units in layers))
    sheets = [*sheets_of(experiment, build(experiment.dataset), 7, 2, 3)]
    found = pages_of(worksheets_pdf(sheets))
    assert len(found) == 2 * pages
    same_text(sheets, found)
    kinds = ["Solution ·" in page for page in found]
    assert kinds == sorted(kinds)  # all solutions behind all sheets


def test_a_pdf_is_written_whole_or_not_at_all(qtbot: QtBot, tmp_path: Path) -> None:
    sheets = [*sheets_of(XOR, build(XOR.dataset), 7, 1, 1, Phase.LOSS)]
    before = tmp_path / "before.pdf"
    save_worksheets_as_pdf(before, sheets)
    assert before.read_bytes().startswith(b"%PDF-")
    with pytest.raises(FileError):
        save_worksheets_as_pdf(tmp_path, sheets)
    assert [path.name for path in tmp_path.iterdir()] == ["before.pdf"]
