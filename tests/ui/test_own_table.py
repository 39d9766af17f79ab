"""The dialog that takes in a table: what it says, and every decision by clicks and keys."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from own_tables import LEFT, Hand, flowers, open_menu
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QLineEdit,
    QScrollBar,
    QTableView,
    QWidget,
)
from pytestqt.qtbot import QtBot

from nnstudio.core.experiment import TableSpec
from nnstudio.core.experiment.choices import DatasetKind, Scaling, Task
from nnstudio.core.experiment.table_recipe import Missing, Use
from nnstudio.core.presets import default_experiment
from nnstudio.files.tables.source import read_table
from nnstudio.ui.panels.own_table.dialog import OwnTableDialog
from nnstudio.ui.panels.own_table.draft import Proposed, content_of
from nnstudio.ui.panels.own_table.share_bar import Shares
from nnstudio.ui.stage.stage import Stage

Table = Callable[..., Hand]
CONTROLS = (Stage, QAbstractButton, QAbstractSlider, QLineEdit, QTableView)
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


@pytest.fixture
def table(qtbot: QtBot) -> Iterator[Table]:
    """Opens the dialog on a file."""
    parent = QWidget()
    parent.resize(1440, 900)
    qtbot.addWidget(parent)
    hands: list[Hand] = []

    def opened(path: Path, wait: bool = True) -> Hand:
        dialog = OwnTableDialog(path, default_experiment(DatasetKind.XOR4), parent)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
        dialog.taken.connect(lambda proposed: setattr(dialog, "given", proposed))
        dialog.open()
        hand = Hand(qtbot, dialog)
        hands.append(hand)
        if wait:
            hand.wait()
        return hand

    yield opened
    for hand in hands:
        hand.dialog.close()


def taken(hand: Hand) -> TableSpec:
    """What the dialog has given away."""
    given = hand.dialog.given  # type: ignore[attr-defined]
    assert isinstance(given, Proposed)
    return given.proposal.spec


def used(hand: Hand) -> TableSpec:
    """Click *Use this data*."""
    hand.qtbot.mouseClick(hand.dialog.use, LEFT)
    return taken(hand)


def proposed_rows(hand: Hand) -> tuple[int, int, int]:
    overview = hand.dialog.draft.proposed.overview  # type: ignore[union-attr]
    return overview.training, overview.validation, overview.test


def test_every_decision_can_be_another_one(table: Table, tmp_path: Path) -> None:
    hand = table(flowers(tmp_path))
    hand.segment("gaps length", "mean")
    hand.segment("gaps colour", "drop")
    hand.segment("few year", "category")
    hand.choose("scaling", 0, "Min–max")
    hand.click("odd garden", 0)
    spec = used(hand)
    assert spec.recipe is not None
    found = {column.name: column for column in spec.recipe.columns}
    assert (found["length"].missing, found["width"].missing) == (Missing.MEAN, Missing.MEAN)
    assert found["colour"].missing is Missing.DROP
    assert (found["year"].use, found["garden"].use) == (Use.CATEGORY, Use.CATEGORY)
    assert spec.scaling is Scaling.MIN_MAX
    assert found["nr"].use is Use.LEFT_OUT


def test_what_a_person_has_decided_is_no_question_any_more(table: Table, tmp_path: Path) -> None:
    hand = table(flowers(tmp_path))
    unsure = [row.sentence.key for row in hand.dialog.decisions.rows if not row.sentence.sure]
    assert unsure == ["gaps length", "gaps colour", "few year"]
    hand.segment("gaps length", "mean")
    hand.segment("few year", "category")
    assert hand.said()[-1] == "year is used as you have said:"
    unsure = [row.sentence.key for row in hand.dialog.decisions.rows if not row.sentence.sure]
    assert unsure == ["gaps colour"]
    hand.segment("use year", "number")
    assert "year has 3 values: a category?" in hand.said()


def test_another_target_by_the_keys_alone(table: Table, qtbot: QtBot, tmp_path: Path) -> None:
    hand = table(flowers(tmp_path))
    dialog = hand.dialog
    hand.word("target", 0).setFocus()
    qtbot.keyClick(hand.word("target", 0), Qt.Key.Key_Space)
    menu = open_menu()
    for _ in range(2):  # nr, length
        qtbot.keyClick(menu, Qt.Key.Key_Down)
    qtbot.keyClick(menu, Qt.Key.Key_Return)
    hand.wait()
    assert hand.said()[1] == "length is the target: a number, so this is a regression; 2 rows without it are dropped."
    assert dialog.focusWidget() is hand.word("target", 0), "the keys stay where they were"
    assert dialog.target.about.text().startswith("length over")
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    spec = taken(hand)
    assert (spec.task, spec.target_names) == (Task.REGRESSION, ("length",))


def test_tab_goes_as_the_eyes_do(table: Table, tmp_path: Path) -> None:
    hand = table(flowers(tmp_path))
    dialog = hand.dialog
    hand.segment("gaps length", "mean")  # sentences are set anew
    dialog.other.setFocus()
    come: list[str] = []
    for _ in range(40):
        hand.qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
        here = dialog.focusWidget()
        come.append(here.accessibleName() or getattr(here, "text", str)())
        if here is dialog.use:
            break
    assert come[:7] == [
        "First rows",
        "Class weights: alike",
        "Two columns",
        "Separator: Semicolons",
        "Decimal sign: decimal comma",
        "Header: header in line 1",
        "Encoding: Windows-1252",
    ]
    assert [name for name in come if name == "mean"] == ["mean"], "of segments Tab comes to the chosen one"
    assert come[-7:] == [
        "Keep it",
        "Stratified: stratified by species",
        "Seed",
        "Validation share, per cent",
        "Test share, per cent",
        "Cancel",
        "Use this data",
    ]


def test_numbers_are_classes_or_values(table: Table, tmp_path: Path) -> None:
    hand = table(flowers(tmp_path))
    hand.choose("target", 0, "year")
    assert hand.said()[1] == "year is the target: 3 classes."
    hand.choose("target", 1, "Values to come close to: a regression")
    assert hand.said()[1] == "year is the target: a number, so this is a regression."
    hand.choose("target", 1, "Classes to tell apart")
    assert used(hand).target_names == ("2007", "2008", "2009")


def test_a_click_on_a_head_says_what_the_column_is(table: Table, qtbot: QtBot, tmp_path: Path) -> None:
    hand = table(flowers(tmp_path))
    dialog = hand.dialog
    heads = dialog.preview.heads
    place = QPoint(heads.sectionViewportPosition(2) + 20, 30)
    qtbot.mouseClick(heads.viewport(), LEFT, pos=place)
    hand.pick("Left out")
    assert [head.kind for head in heads.heads] == [
        "id",
        "number",
        "left out",
        "category",
        "number?",
        "constant",
        "target",
    ]
    assert "width was left out by you. Keep it" in [row.sentence.plain for row in dialog.odd.rows]
    index = dialog.preview.model().index(3, 1)
    dialog.preview.setFocus()
    dialog.preview.setCurrentIndex(index)
    qtbot.keyClick(dialog.preview, Qt.Key.Key_Return)
    hand.pick("Gaps: most frequent")
    assert dialog.draft.wishes.missing == {"length": Missing.MOST_FREQUENT}
    assert dialog.isVisible(), "Enter on a cell is for that cell"


def test_cells_stand_as_in_the_file(table: Table, tmp_path: Path) -> None:
    hand = table(flowers(tmp_path))
    dialog = hand.dialog
    model = dialog.preview.model()
    assert model.data(model.index(0, 0)) == "F1"
    assert "," in model.data(model.index(0, 1))
    assert model.data(model.index(4, 1)) == "gap"
    assert model.data(model.index(4, 1), Qt.ItemDataRole.AccessibleTextRole) == "length: no value"
    assert model.data(model.index(1, 3)) == "bleu foncé"


def test_the_text_is_read_as_somebody_says(table: Table, tmp_path: Path) -> None:
    hand = table(flowers(tmp_path))
    dialog = hand.dialog
    hand.choose("format", 3, "Mac Roman")
    assert hand.said()[0].endswith("Mac Roman")
    model = dialog.preview.model()
    assert model.data(model.index(1, 3)) == "bleu foncÈ"
    hand.choose("format", 3, "As it was found")
    assert hand.said()[0].endswith("Windows-1252")
    hand.choose("format", 2, "No header: x1, x2, …")
    assert hand.said()[0] == "Semicolons, decimal comma, no header, Windows-1252"
    assert dialog.preview.heads.heads[0].name == "x1"


def test_what_cannot_be_is_said_and_taken_back(table: Table, tmp_path: Path) -> None:
    hand = table(flowers(tmp_path))
    dialog = hand.dialog
    before, said = dialog.draft.proposed, hand.said()
    hand.choose("format", 0, "Tabs")
    assert dialog.refusal.isVisible()
    assert "single column" in dialog.refusal.text()
    hand.choose("target", 0, "garden")
    assert dialog.refusal.text() == (
        "garden is the same in every row, so there is nothing to learn; choose another target. It stays as it was."
    )
    assert dialog.draft.proposed is before
    assert hand.said() == said
    assert dialog.use.isEnabled()
    hand.choose("target", 0, "year")
    assert not dialog.refusal.isVisible()


def test_shares_stay_within_what_a_spec_allows() -> None:
    assert Shares.of(validation_share=0.25, test_share=0.2) == Shares(validation=20, test=20)
    assert Shares(20, 20).validation_share == 0.25
    assert Shares(20, 20).with_test(0) == Shares(0, 0), "without a test there is no validation"
    assert Shares(0, 0).with_validation(30) == Shares(0, 0)
    assert Shares(0, 20).with_validation(60) == Shares(40, 20), "half of what does not test, at most"
    assert Shares(40, 20).with_test(70) == Shares(15, 70)
    assert Shares(0, 20).with_test(99) == Shares(0, 90)
    for test in range(91):
        for validation in (0, 7, 50):
            shares = Shares(0, test).with_validation(validation)
            assert Shares.of(shares.validation_share, shares.test / 100) == shares
            assert shares.validation_share <= 0.5
            assert shares.training >= 10


def test_a_file_that_changed_while_it_was_read_is_not_stored(tmp_path: Path) -> None:
    path = flowers(tmp_path)
    read = read_table(path)
    assert content_of(read) == path.read_bytes()
    path.write_bytes(path.read_bytes() + b"\n")
    assert content_of(read) is None


def test_what_is_chosen_in_quick_succession_holds_together(table: Table, tmp_path: Path) -> None:
    """The second click comes before the first one is decided about, on words that know nothing of it yet."""
    hand = table(flowers(tmp_path))
    for key, label in (("gaps length", "mean"), ("few year", "category"), ("gaps colour", "most frequent")):
        row = hand.dialog.decisions.row(key)
        assert row.switch is not None
        labels = [choice.label.lower() for choice in row.sentence.choices]
        hand.qtbot.mouseClick(row.switch.button(labels.index(label)), LEFT)
    hand.wait()
    recipe = used(hand).recipe
    assert recipe is not None
    found = {column.name: (column.use, column.missing) for column in recipe.columns}
    assert found["length"] == (Use.NUMBER, Missing.MEAN)
    assert found["year"][0] is Use.CATEGORY
    assert found["colour"] == (Use.CATEGORY, Missing.MOST_FREQUENT)


def test_rows_are_dealt_out_by_mouse_and_keys(table: Table, qtbot: QtBot, tmp_path: Path) -> None:
    hand = table(flowers(tmp_path))
    shares = hand.dialog.shares
    assert [label.text().split("\n")[1].split() for label in shares.figures] == [
        ["70", "80", "%"],
        ["0", "0", "%"],
        ["18", "20", "%"],
    ]
    bar = shares.bar
    grip = bar.test
    qtbot.mousePress(grip, LEFT, pos=grip.rect().center())
    there = grip.mapFrom(bar, QPoint(round(bar.width() * 0.7), 8))
    qtbot.mouseMove(grip, there)
    qtbot.mouseRelease(grip, LEFT, pos=there)
    hand.wait()
    assert bar.shares == Shares(0, 30)
    for _ in range(2):
        qtbot.keyClick(bar.validation, Qt.Key.Key_PageUp)
    hand.wait()
    assert bar.shares == Shares(10, 30)
    shares.seed.setFocus()
    shares.seed.selectAll()
    qtbot.keyClicks(shares.seed, "7")
    qtbot.keyClick(shares.seed, Qt.Key.Key_Tab)
    hand.wait()
    assert shares.mixture is not None
    qtbot.mouseClick(shares.mixture.words[0], LEFT)
    hand.pick("Dealt out whatever the class")
    spec = used(hand)
    assert (spec.test_share, spec.seed) == (0.3, 7)
    assert spec.validation_share == pytest.approx(10 / 70, abs=1e-4)
    assert spec.recipe is not None
    assert not spec.recipe.stratified
    assert proposed_rows(hand) == (53, 9, 26)


def test_every_control_explains_itself_and_has_a_name(table: Table, tmp_path: Path) -> None:
    dialog = table(flowers(tmp_path)).dialog
    controls = [each for each in dialog.findChildren(QWidget) if isinstance(each, CONTROLS)]
    controls = [each for each in controls if not isinstance(each, QScrollBar) and each.objectName()[:3] != "qt_"]
    assert len(controls) > 25
    for control in controls:
        place: QWidget | None = control
        while place is not None and not place.whatsThis():
            place = place.parentWidget()
        said = "" if place is None else place.whatsThis()
        what = f"{type(control).__name__} {control.accessibleName()}: {said[:60]}"
        assert re.search(r"<p>.+</p><p><b>Example:</b>[^<]*\d.*<p><b>Source:</b> .+", said), what
        assert control.toolTip() or isinstance(control, QAbstractItemView), what
        assert control.accessibleName() or getattr(control, "text", str)(), what


@pytest.mark.parametrize(
    ("name", "content", "why", "asks"),
    [
        ("gone.csv", None, "it does not exist", False),
        ("book.csv", b"PK\x03\x04" + bytes(50), "In Excel, save it as CSV", False),
        ("prose.txt", b"Once\nthere\nwas\n", "is it a table", True),
        ("one.csv", b"a,b\n", "no rows", True),
        ("broken.npy", b"\x93NUMPY nothing", "broken", False),
    ],
)
def test_what_is_no_table_is_one_sentence(
    table: Table, tmp_path: Path, name: str, content: bytes | None, why: str, asks: bool
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    hand = table(tmp_path / name)
    dialog = hand.dialog
    assert why in dialog.message.text()
    assert dialog.message.isVisible()
    assert not dialog.use.isEnabled()
    assert bool(dialog.unread.rows) is asks
    hand.qtbot.mouseClick(dialog.cancel, LEFT)
    assert not dialog.isVisible()


def test_what_was_not_understood_can_be_told(table: Table, tmp_path: Path) -> None:
    """Notes above the table, one with more cells than it has columns."""
    rows = [f"{row % 7},{'ab'[row % 2]}" for row in range(30)]
    (tmp_path / "notes.csv").write_text("\n".join(["by,me", "1,2", "9,9,9", "length,kind", *rows]))
    hand = table(tmp_path / "notes.csv")
    assert hand.dialog.draft.looked is None
    assert "line 3 has 3 cells, but the table has 2 columns" in hand.dialog.message.text()
    hand.choose("format", 2, "Header in line 4")
    assert hand.said()[:2] == ["Commas, decimal point, header in line 4, UTF-8", "kind is the target: 2 classes."]


def test_a_large_file_can_be_cancelled_while_it_is_read(table: Table, qtbot: QtBot, tmp_path: Path) -> None:
    line = ",".join(f"{number / 7:.6f}" for number in range(20))
    path = tmp_path / "large.csv"
    path.write_text("\n".join([",".join(f"c{place}" for place in range(20)), *[line] * 100_000]))
    hand, steps = table(path, wait=False), list[float]()
    dialog = hand.dialog
    dialog.draft.changed.connect(lambda: steps.append(dialog.draft.progress or 0.0))
    qtbot.waitUntil(lambda: bool(steps) and 0 < steps[-1] < 1)
    assert dialog.bar.isVisible()
    assert dialog.message.text() == "Reading large.csv…"
    qtbot.mouseClick(dialog.cancel, LEFT)
    assert not dialog.draft.busy
    assert not dialog.isVisible()
