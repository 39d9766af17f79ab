"""Themes: every colour reaches the palette and the style sheet, live, and icons follow."""

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QFontInfo, QPalette
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from nnstudio.ui import fonts, theme
from nnstudio.ui.icons import icon
from nnstudio.ui.resources import find
from nnstudio.ui.stylesheet import mix, style_sheet, tints
from nnstudio.ui.theme import DARK, LIGHT, ThemeChoice


class Painted(QWidget):
    """Counts the palette changes it hears of."""

    def __init__(self):
        super().__init__()
        self.heard = 0

    def changeEvent(self, event: QEvent):
        self.heard += event.type() == QEvent.Type.PaletteChange
        super().changeEvent(event)


def luminance(color: str) -> float:
    parts = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in QColor(color).getRgbF()[:3]]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(a: str, b: str) -> float:
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_switching_restyles_what_is_open(qapp, qtbot):
    theme.apply(qapp, ThemeChoice.LIGHT)
    outer = QWidget()
    qtbot.addWidget(outer)
    inner = Painted()
    inner.setParent(outer)
    button = QPushButton("x", outer)
    outer.show()
    inner.heard = 0
    theme.apply(qapp, ThemeChoice.DARK)
    assert theme.current() is DARK
    assert inner.heard
    assert qapp.palette().color(QPalette.ColorRole.Window) == QColor(DARK.ground)
    assert button.grab().toImage().pixelColor(4, button.height() // 2) == QColor(DARK.card)


def test_system_follows_the_desktop(qapp, monkeypatch):
    monkeypatch.setattr(type(qapp.styleHints()), "colorScheme", lambda hints: Qt.ColorScheme.Dark)
    theme.apply(qapp, ThemeChoice.SYSTEM)
    assert theme.current() is DARK
    theme.apply(qapp, ThemeChoice.LIGHT)
    assert theme.current() is LIGHT


def test_larger_text_enlarges_words_and_sizes(qapp, qtbot):
    label, number = QLabel("Noise"), QLabel("0.03")
    number.setProperty("role", "counter")
    for widget in (label, number):
        qtbot.addWidget(widget)
    theme.apply(qapp, ThemeChoice.LIGHT)
    number.ensurePolished()
    before = label.sizeHint().height(), number.font().pixelSize()
    theme.apply(qapp, ThemeChoice.LIGHT, larger_text=True)
    assert label.sizeHint().height() > before[0]
    assert number.font().pixelSize() == 22
    assert before[1] == 18
    assert theme.text_scale() == pytest.approx(16 / 13)


TEXT_ON = {
    "text": ("ground", "card", "field", "line", "accent_soft", "good_tint", "warning_tint", "bad_tint", "diagonal"),
    "dim": ("ground", "card"),
    "dim_on_field": ("field", "card", "ground", "accent_soft", "good_tint", "warning_tint", "bad_tint"),
    "accent": ("card",),
    "on_accent": ("accent",),
    "warning_text": ("card", "ground", "field", "warning_tint"),
    "better": ("card", "ground", "field", "good_tint"),
    "bad": ("card", "ground", "field", "bad_tint"),
    "train": ("card", "field"),
    "test": ("card", "field"),
}
"""Every role that is written in, and the grounds it is written on."""
MARKS_ON = {
    "positive": ("card", "ground", "field"),
    "train": ("card",),
    "test": ("card",),
    "good": ("card", "field"),
    "warning": ("card", "field", "warning_tint"),
    "bad": ("card", "field"),
    "dim": ("card", "field"),
    "run_a": ("card",),
    "run_b": ("card",),
    "run_c": ("card",),
    "rim_positive": ("positive",),
    "rim_negative": ("negative",),
}
"""What is seen, not read. What lies behind, such as `mini_batch`, is quieter on purpose; orange is always named."""

both = pytest.mark.parametrize("colors", [LIGHT, DARK], ids=["light", "dark"])


@both
def test_every_text_is_legible_on_every_ground_it_is_written_on(colors):
    table = {name: getattr(colors, name) for name in (*colors.roles(), "accent")} | tints(colors)
    found = {(role, ground): contrast(table[role], table[ground]) for role in TEXT_ON for ground in TEXT_ON[role]}
    assert {pair: round(ratio, 2) for pair, ratio in found.items() if ratio < 4.5} == {}
    found = {(role, ground): contrast(table[role], table[ground]) for role in MARKS_ON for ground in MARKS_ON[role]}
    assert {pair: round(ratio, 2) for pair, ratio in found.items() if ratio < 3} == {}


@both
def test_text_is_legible_on_every_share_of_errors(colors):
    grounds = [mix(colors.error_low, colors.error_high, share / 20) for share in range(21)]
    assert min(contrast(colors.text, ground) for ground in grounds) >= 4.5
    assert contrast(colors.error_low, colors.error_high) > 2


@both
def test_the_sheet_is_complete(colors):
    sheet = style_sheet(colors)
    assert "$" not in sheet
    assert colors.line in sheet


def test_the_sheet_scales_all_but_hair_lines():
    sheet = style_sheet(LIGHT, 2.0)
    assert "border: 1px solid" in sheet
    assert "font-size: 22px" in sheet
    assert "font-size: 11px" not in sheet


def test_mixing_colours():
    assert mix("#000000", "#ffffff", 0.5) == "#808080"
    assert mix("#102030", "#ffffff", 0.0) == "#102030"


def test_our_faces_are_there(qapp):
    fonts.load()
    assert QFontInfo(fonts.text(13)).family() == "Inter"
    assert QFontInfo(fonts.numbers(13)).family() == "JetBrains Mono"
    assert QFontInfo(fonts.numbers(13)).fixedPitch()


def test_an_icon_takes_the_colour_of_the_theme(qapp):
    picture = icon("play")
    theme.apply(qapp, ThemeChoice.LIGHT)
    assert picture.pixmap(32).toImage().pixelColor(14, 16) == QColor(LIGHT.text)
    theme.apply(qapp, ThemeChoice.DARK)
    assert picture.pixmap(32).toImage().pixelColor(14, 16) == QColor(DARK.text)
    assert picture.pixmap(32).toImage().pixelColor(1, 1).alpha() == 0


def test_an_icon_is_sharp_at_every_scale(qapp):
    image = icon("pause").pixmap(64).toImage()
    row = [image.pixelColor(x, 32).alpha() for x in range(64)]
    assert row.count(255) >= 20
    assert sum(0 < alpha < 255 for alpha in row) <= 4  # no more than one blurred pixel at each edge


def test_a_missing_resource_is_named():
    with pytest.raises(FileNotFoundError, match=r"icons/nothing\.svg is missing"):
        find("icons/nothing.svg")
