"""The style sheet: how every standard control looks, written once, filled in from the theme.

Plain widgets look right by themselves. What a widget is *for* is said by a dynamic property, `setProperty("role", …)`:

* labels: "section" (a card's title), "heading" (what a card is about), "dim", "caption" (small and dim), "strong",
  "trouble" (what is wrong with what was typed), "mono" (a number in a row), "figure" (a smaller one),
  "value" (a number that is read from afar), "pill" (with a property "tone": "quiet", "good", "warning", "bad")
* buttons: "play" (the only filled one), "primary" (outlined), "labelled" (a QToolButton with icon and text), "icon" (a
  bare picture), "segment", "chip" (an on/off choice), "fold" (the header of what folds away)
* frames: "field" (a quiet box for a number), "group" (buttons that belong together), "banner" (with "tone")
* dialogs: "form" (its fields stand on the dialog itself, not on cards)

Sizes are written for normal text; `style_sheet` scales all but hair lines.
"""

import re
from string import Template
from typing import TYPE_CHECKING

from PySide6.QtGui import QColor

from nnstudio.ui.fonts import NUMBERS
from nnstudio.ui.resources import find

if TYPE_CHECKING:
    from nnstudio.ui.theme import Theme

_SHEET = Template("""
QMainWindow, QDialog { background: $ground; }
QDialog[role="form"] { background: $card; }
QMainWindow::separator { background: transparent; width: 12px; height: 12px; }

QMenuBar { background: $card; border-bottom: 1px solid $line; padding: 0px 6px; spacing: 1px; }
QMenuBar { menubar-altkey-navigation: 1; }
QMenuBar::item { background: transparent; padding: 6px 9px; margin-left: 1px; border-radius: 5px; }
QMenuBar::item:selected { background: $field; }
QMenu { background: $card; border: 1px solid $line; padding: 5px; }
QMenu::item { padding: 5px 24px 5px 12px; border-radius: 5px; }
QMenu::item:selected { background: $accent_soft; }
QMenu::item:disabled { color: $dim; }
QMenu::icon { padding-left: 8px; }
QMenu::separator { height: 1px; background: $line; margin: 5px 8px; }
QToolTip { background: $card; color: $text; border: 1px solid $line; padding: 2px 3px; }

QLabel[role="section"] { color: $dim; font-size: 11px; font-weight: 600; letter-spacing: 0.9px; }
QLabel[role="dim"] { color: $dim; }
QLabel[role="caption"] { color: $dim; font-size: 11px; }
QLabel[role="subtitle"] { color: $dim; font-size: 12px; }
QLabel[role="medium"] { font-weight: 500; }
QLabel[role="summary"] { color: $dim; font-family: "$numbers"; font-size: 12px; }
QLabel[role="summary"][changed="true"] { color: $text; }
QLabel[role="small"] { font-size: 12px; }
QLabel[role="on-field"] { color: $dim_on_field; }
QLabel[role="strong"] { font-weight: 600; }
QLabel[role="heading"] { font-size: 17px; font-weight: 600; }
QLabel[role="trouble"] { color: $bad; font-size: 12px; }
QPlainTextEdit[role="code"] { font-family: "$numbers"; font-size: 12px; padding: 3px 5px; }
QLabel[role="mono"] { font-family: "$numbers"; }
QLabel[role="figure"] { font-family: "$numbers"; font-size: 12px; }
QLabel[role="figure"][rank="best"] { font-weight: 500; }
QLabel[role="figure"][rank="less"] { color: $dim; }
QLabel[role="value"] { font-family: "$numbers"; font-size: 16px; font-weight: 500; }
QLabel[role="counter"] { font-family: "$numbers"; font-size: 18px; font-weight: 500; }
QLabel[role="stop"] { color: $dim; font-size: 11px; }
QLabel[role="stop"][chosen="true"] { color: $text; font-weight: 600; }
QLabel[role="pill"] { border-radius: 10px; padding: 4px 10px; font-size: 12px; font-weight: 500; }
QLabel[role="pill"][tone="quiet"] { background: $field; color: $dim_on_field; }
QLabel[role="pill"][tone="good"] { background: $good_tint; color: $better; }
QLabel[role="pill"][tone="past"] { background: $accent_soft; color: $accent_pressed; }
QLabel[role="pill"][tone="warning"] { background: $warning_tint; color: $warning_text; }
QLabel[role="pill"][tone="bad"] { background: $bad_tint; color: $bad; }

QPushButton, QToolButton {
    background: $card; color: $text; border: 1px solid $line; border-radius: 7px; padding: 6px 10px; icon-size: 14px;
}
QPushButton:hover, QToolButton:hover { background: $field; }
QPushButton:pressed, QToolButton:pressed { background: $line; }
QPushButton:disabled, QToolButton:disabled { color: $faint; }
QPushButton:focus, QToolButton:focus { border: 1px solid $accent; }
QPushButton:checked, QToolButton:checked { background: $accent_soft; border: 1px solid $accent; }
QPushButton::menu-indicator, QToolButton::menu-indicator { width: 0px; }

QComboBox[role="compact"] { padding-top: 2px; padding-bottom: 2px; }
QToolButton[role="labelled"] { padding-right: 4px; }
QToolButton[role="labelled"][bare="true"] { padding-right: 10px; }
QToolButton[role="step"] { icon-size: 16px; padding: 6px 9px; }
*[role="primary"] { color: $accent; border: 1px solid $accent; padding: 6px 12px; font-weight: 500; }
*[role="primary"]:hover { background: $accent_soft; color: $accent_pressed; }
*[role="primary"]:pressed { background: $accent_soft; color: $accent_pressed; }
*[role="primary"]:focus { border: 2px solid $accent; padding: 5px 11px; }
*[role="primary"]:disabled { border-color: $line; color: $faint; }
QToolButton[role="primary"] { padding-right: 7px; }
QToolButton[role="primary"]:focus { padding-right: 6px; }
QToolButton[role="primary"][bare="true"] { padding-right: 12px; }
*[role="filled"] {
    background: $accent; color: $on_accent; border: 2px solid $accent; padding: 6px 18px; font-weight: 600;
}
*[role="filled"]:hover { background: $accent_hover; border-color: $accent_hover; }
*[role="filled"]:pressed { background: $accent_pressed; border-color: $accent_pressed; }
*[role="filled"]:focus { background: $accent; border: 2px solid $text; }
*[role="filled"]:disabled { background: $field; border-color: $line; color: $faint; }
QPushButton[role="word"] {
    background: transparent; border: none; border-bottom: 1px solid $accent; border-radius: 0px; padding: 0px;
    color: $accent;
}
QPushButton[role="word"]:hover { color: $accent_pressed; border-bottom: 1px solid $accent_pressed; }
QPushButton[role="word"]:focus { background: $accent_soft; border-bottom: 2px solid $accent; }
QPushButton[role="word"]:disabled { color: $dim; border-bottom: 1px solid $line; }
*[role="play"] {
    background: $accent; border: 2px solid $accent; border-radius: 20px; padding: 0px; icon-size: 18px;
    min-width: 36px; max-width: 36px; min-height: 36px; max-height: 36px;
}
*[role="play"]:hover { background: $accent_hover; border-color: $accent_hover; }
*[role="play"]:pressed { background: $accent_pressed; border-color: $accent_pressed; }
*[role="play"]:focus { border: 2px solid $text; }
*[role="icon"] { background: transparent; border: 1px solid transparent; border-radius: 5px; padding: 2px; }
*[role="icon"]:hover { background: $field; }
*[role="icon"]:pressed { background: $line; }
*[role="icon"]:focus { border: 1px solid $accent; }
QToolButton[role="pin"] { background: transparent; border: 1px solid transparent; padding: 1px 4px; color: $dim; }
QToolButton[role="pin"]:checked { background: transparent; border: 1px solid transparent; color: $accent; }
QToolButton[role="pin"]:hover { background: $field; }
QToolButton[role="pin"]:focus { border: 1px solid $accent; }

QFrame[role="switch"] { background: $field; border-radius: 7px; }
*[role="segment"] {
    background: transparent; color: $dim_on_field; border: 1px solid transparent; border-radius: 6px;
    padding: 2px 8px; font-size: 12px;
}
*[role="segment"][bare="true"] { padding: 2px 5px; }
*[role="segment"][tight="true"] { padding: 2px 6px; }
*[role="segment"]:hover { color: $text; background: transparent; }
*[role="segment"]:checked { background: $raised; color: $text; border: 1px solid $raised_line; font-weight: 500; }
*[role="segment"]:focus { border: 1px solid $accent; }
QToolButton[role="toggle"] {
    background: transparent; border: 1px solid transparent; padding: 2px 5px; font-size: 12px;
}
QToolButton[role="toggle"]:hover { background: $field; }
QToolButton[role="toggle"]:checked { background: $accent_soft; border: 1px solid $accent; }
QToolButton[role="toggle"]:focus { border: 1px solid $text; }

*[role="chip"] { color: $dim_on_field; border-radius: 6px; padding: 2px 8px; font-size: 12px; }
*[role="chip"]:checked { color: $text; background: $accent_soft; border: 1px solid $accent; }
*[role="chip"]:focus { border: 1px solid $text; }
*[role="fold"] { background: transparent; border: 1px solid transparent; border-radius: 6px; padding: 0px; }
*[role="fold"]:hover { background: transparent; }
QPushButton[role="fold"]:checked { background: transparent; border: 1px solid transparent; }
QPushButton[role="fold"]:focus { border: 1px solid $accent; }

QFrame[role="sheet"] { background: $card; border: 1px solid $line; border-radius: 10px; }
QFrame[role="sweep"] { border: 1px solid transparent; border-radius: 6px; }
QFrame[role="sweep"][chosen="true"] { background: $accent_soft; }
QFrame[role="sweep"]:focus { border: 1px solid $accent; }
QTableView[role="bare"] { border: none; }
QTableView[role="bare"] QHeaderView::section { padding: 4px 10px; font-size: 11px; border-bottom: 1px solid $line; }
QFrame[role="unit"] { background: $card; border: 1px solid $accent; border-radius: 10px; }
QFrame[role="line"] { border: 1px solid transparent; border-radius: 6px; }
QFrame[role="line"]:focus { border: 1px solid $accent; }
QFrame[role="product"] { background: $field; border: 1px solid transparent; border-radius: 6px; }
QFrame[role="product"]:focus, QFrame[role="product"][lit="true"] { border: 1px solid $text; }
QLabel[role="product"] { font-family: "$numbers"; font-size: 11px; }
QPushButton[role="link"] {
    background: transparent; border: 1px solid transparent; border-radius: 4px; padding: 0px 2px; font-size: 12px;
    color: $accent; text-decoration: underline; text-align: left;
}
QPushButton[role="link"]:focus { border: 1px solid $accent; }
QLabel[role="cap"] {
    color: $dim_on_field; background: $field; border: 1px solid $line; border-radius: 4px; padding: 0px 4px;
    font-size: 11px;
}
QLabel[role="part"] { font-size: 12px; font-weight: 600; }
QLabel[role="operator"] { color: $dim; font-size: 18px; }
QLabel[role="operator-small"] { color: $dim; }
QLabel[role="headline"] { font-family: "$numbers"; font-size: 24px; }
QLabel[role="chip-number"] {
    font-family: "$numbers"; font-size: 13px; background: $field; border: 1px solid transparent; border-radius: 5px;
    padding: 2px 5px;
}
QLabel[role="chip-number"][known="false"] { background: transparent; color: $dim; border: 1px dashed $dim; }
QLabel[role="pending"] { color: $dim; font-size: 11px; border: 1px dashed $dim; border-radius: 9px; padding: 1px 8px; }
QFrame[role="popover"] { background: $card; border: 1px solid $raised_line; border-radius: 8px; }
QLabel[tone="better"] { color: $better; }
QLabel[tone="worse"] { color: $bad; }
QPushButton[role="small"] { padding: 3px 8px; font-size: 12px; border-radius: 6px; }
QLineEdit[role="number"] { font-family: "$numbers"; padding: 2px 6px; border: 1px solid $line; }
QLineEdit[role="number"]:focus { border: 1px solid $accent; }
QLineEdit[role="answer"] {
    font-family: "$numbers"; font-size: 13px; background: $card; border: 1px solid $dim; border-radius: 5px;
    padding: 2px 6px;
}
QLineEdit[role="answer"]:focus { border: 2px solid $accent; padding: 1px 5px; }
QLineEdit[role="answer"][verdict="right"] { background: $good_tint; border-color: $good; }
QLineEdit[role="answer"][verdict="wrong"] { background: $bad_tint; border-color: $bad; }
QLineEdit[role="answer"][verdict="shown"] { background: $field; border: 1px dashed $dim; }
QLabel[role="mark"] { background: transparent; color: $dim; font-weight: 600; }
QLabel[role="mark"][verdict="right"] { color: $better; }
QLabel[role="mark"][verdict="wrong"] { color: $bad; }
QLabel[role="mark"][verdict="shown"] { font-size: 11px; font-weight: 400; }
QLabel[role="verdict"] { color: $bad; font-size: 12px; font-weight: 600; }
QLabel[role="waits"] {
    color: $dim; border: 1px dashed $dim; border-radius: 5px; padding: 2px 6px; font-size: 12px;
}
QLabel[role="hint"] { background: $field; border-radius: 6px; padding: 6px 10px; font-size: 12px; }
QLabel[role="unit-name"] { padding: 3px 14px 3px 8px; }
QLabel[role="unit-name"][here="true"] { border-left: 3px solid $accent; padding-left: 5px; font-weight: 600; }
QLabel[role="column"] { color: $dim; font-size: 11px; padding: 1px 3px 3px 6px; }
QLabel[role="entry"] { font-family: "$numbers"; font-size: 12px; color: $dim; padding: 3px 3px 3px 6px; }
QLabel[role="entry"][verdict="right"] { color: $better; }
QLabel[role="entry"][verdict="wrong"] { color: $bad; }
QLabel[here="true"] { background: $accent_soft; }
QFrame[role="field"] { background: $field; border-radius: 7px; }
QFrame[role="note"] { background: $field; border-radius: 7px; }
QFrame[role="rule"] { background: $line; }
QFrame[role="banner"] { border-radius: 8px; }
QFrame[role="banner"][tone="good"] { background: $good_tint; border: 1px solid $good_line; }
QFrame[role="banner"][tone="bad"] { background: $bad_tint; border: 1px solid $bad_line; }
QFrame[role="banner"][tone="quiet"] { background: $card; border: 1px solid $line; }
QListWidget[role="formats"] {
    background: $card; border: 1px solid $line; border-radius: 10px; padding: 6px; outline: 0;
}
QListWidget[role="formats"]:focus { border: 1px solid $accent; }
QListWidget[role="formats"]::item { border-radius: 6px; }
QListWidget[role="formats"]::item:selected { background: $accent_soft; }
QListWidget[role="ticked"] { background: transparent; border: none; padding: 0px; outline: 0; }
QListWidget[role="ticked"]::item { min-height: 24px; padding: 0px 4px; border-radius: 5px; }
QListWidget[role="ticked"]::item:selected { background: $accent_soft; color: $text; }
QListWidget[role="ticked"]::indicator {
    width: 12px; height: 12px; border: 1px solid $dim; border-radius: 3px; background: $card;
}
QListWidget[role="ticked"]::indicator:checked { background: $accent; border-color: $accent; image: url("$check"); }
QListWidget[role="ticked"]::indicator:disabled { border-color: $line; }
QPlainTextEdit[role="listing"], QPlainTextEdit[role="line-numbers"] {
    background: transparent; border: 1px solid transparent; border-radius: 0px; padding: 4px 4px 4px 6px;
    font-family: "$numbers"; font-size: 12px;
}
QPlainTextEdit[role="listing"]:focus { border: 1px solid $accent; }
QPlainTextEdit[role="line-numbers"] { color: $dim; }
QTextEdit[role="paper"] { background: #ffffff; border: 1px solid transparent; border-radius: 0px; padding: 0px; }
QTextEdit[role="paper"]:focus { border: 1px solid $accent; }
QFrame[role="group"] { background: $card; border: 1px solid $line; border-radius: 7px; }
*[role="grouped"] {
    background: transparent; border: 1px solid transparent; border-radius: 6px; padding: 5px 3px 5px 9px;
}
QLabel[role="corner"] { color: $dim; padding: 5px 11px 0px 14px; }
QFrame[role="bar"] { background: $card; border-bottom: 1px solid $line; }
QFrame[role="foot"] { background: $card; border-top: 1px solid $line; }
QToolButton[role="foot"] { padding: 4px 8px; }

QLineEdit, QAbstractSpinBox, QComboBox, QPlainTextEdit, QTextEdit {
    background: $field; color: $text; border: 1px solid transparent; border-radius: 6px; padding: 5px 9px;
    selection-background-color: $accent; selection-color: $on_accent;
}
QLineEdit:hover, QAbstractSpinBox:hover, QComboBox:hover { border: 1px solid $line; }
QLineEdit:focus, QAbstractSpinBox:focus, QComboBox:focus, QPlainTextEdit:focus, QTextEdit:focus {
    border: 1px solid $accent;
}
QLineEdit:disabled, QAbstractSpinBox:disabled, QComboBox:disabled { color: $faint; }
*[role="seed"] {
    background: transparent; color: $dim; font-family: "$numbers"; font-size: 12px; border: 1px solid transparent;
    padding: 2px 4px; border-radius: 5px;
}
*[role="seed"]:hover { background: $field; color: $dim_on_field; }
*[role="seed"]:focus { background: $field; color: $text; border: 1px solid $accent; }
QComboBox { combobox-popup: 0; padding-right: 26px; }
QComboBox::drop-down { border: none; width: 26px; subcontrol-origin: border; subcontrol-position: center right; }
QComboBox::down-arrow { image: url("$arrow_down"); width: 12px; height: 12px; }
QComboBox QAbstractItemView {
    background: $card; border: 1px solid $line; padding: 4px; outline: 0;
    selection-background-color: $accent_soft; selection-color: $text;
}
QComboBox QAbstractItemView::item { min-height: 26px; padding: 0px 6px; border-radius: 5px; }
QComboBox QAbstractItemView::item:selected { background: $accent_soft; color: $text; }
QSpinBox, QDoubleSpinBox { padding-right: 20px; }
QAbstractSpinBox QLineEdit, QComboBox QLineEdit { background: transparent; border: none; padding: 0px 0px 0px 6px; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { border: none; background: transparent; width: 18px; }
QAbstractSpinBox::up-arrow { image: url("$arrow_up"); width: 8px; height: 8px; }
QAbstractSpinBox::down-arrow { image: url("$arrow_down"); width: 8px; height: 8px; }

QCheckBox, QRadioButton { spacing: 6px; padding: 1px; border: 1px solid transparent; border-radius: 4px; }
QCheckBox:focus, QRadioButton:focus { border: 1px solid $accent; }
QCheckBox:disabled, QRadioButton:disabled { color: $faint; }
QCheckBox::indicator, QRadioButton::indicator {
    width: 12px; height: 12px; border: 1px solid $dim; border-radius: 3px; background: $card;
}
QRadioButton::indicator { border-radius: 7px; }
QRadioButton[role="option"] {
    border: 1px solid $line; border-radius: 6px; padding: 3px 8px; font-size: 12px; outline: none;
}
QRadioButton[role="option"]:hover { background: $field; }
QRadioButton[role="option"]:checked { background: $accent_soft; border: 1px solid $accent; }
QRadioButton[role="option"]:focus { border: 1px solid $accent; }
QPushButton[role="mode"] { padding: 5px 34px 5px 10px; }
QAbstractScrollArea::corner { background: transparent; border: none; }
QPushButton[role="mode"][tight="true"] { padding-right: 10px; }
QPushButton[role="mode"]:checked { color: $accent; }
QLabel[role="key"] {
    font-family: "$numbers"; font-size: 11px; color: $dim; background: $card; border: 1px solid $line;
    border-radius: 4px; padding: 0px 4px;
}
QCheckBox::indicator:hover, QRadioButton::indicator:hover { border-color: $accent; }
QCheckBox::indicator:checked { background: $accent; border-color: $accent; image: url("$check"); }
QRadioButton::indicator:checked { background: $accent; border-color: $accent; }
QCheckBox::indicator:disabled { border-color: $line; }

QSlider:horizontal { min-height: 16px; }
QSlider::groove:horizontal { height: 4px; border-radius: 2px; background: $line; }
QSlider::sub-page:horizontal { height: 4px; border-radius: 2px; background: $accent; }
QSlider::handle:horizontal {
    width: 10px; height: 10px; margin: -5px 0px; border: 2px solid $accent; border-radius: 7px; background: $card;
}
QSlider::handle:horizontal:hover { background: $accent_soft; }
QSlider::handle:horizontal:focus { background: $accent; }
QSlider::handle:horizontal:disabled { border-color: $line; }

QScrollArea { background: transparent; border: none; }
QScrollBar { background: transparent; border: none; margin: 0px; }
QScrollBar:vertical { width: 8px; }
QScrollBar:horizontal { height: 8px; }
QScrollBar::handle { background: $thumb; border-radius: 3px; margin: 1px; }
QScrollBar::handle:hover { background: $dim; }
QScrollBar::handle:disabled { background: transparent; }
QScrollBar::handle:vertical { min-height: 28px; }
QScrollBar::handle:horizontal { min-width: 28px; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0px; height: 0px; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QProgressBar { background: $field; border: none; border-radius: 3px; max-height: 6px; color: transparent; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }
QTableView { background: $card; border: 1px solid $line; border-radius: 6px; gridline-color: $line; outline: 0; }
QTableView:focus { border: 1px solid $accent; }
QTableView::item { padding: 3px 6px; }
QTableView::item:selected { background: $accent_soft; color: $text; }
QHeaderView::section { background: $card; color: $dim; border: none; padding: 4px 6px; font-weight: 500; }
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QTabBar { qproperty-drawBase: 0; }
QTabBar::tab { background: transparent; color: $dim; border: none; padding: 5px 12px; margin: 0px 2px 4px 0px; }
QTabBar::tab:selected { background: $accent_soft; color: $text; border-radius: 6px; }
QTabBar::tab:hover { color: $text; }
""")


def style_sheet(theme: "Theme", scale: float = 1.0) -> str:
    """The application's style sheet in this theme, its sizes multiplied by `scale`."""
    colors = {name: str(getattr(theme, name)) for name in theme.roles()}
    names = {
        "accent": theme.accent,
        "numbers": NUMBERS,
        "raised": mix(theme.field, theme.text, 0.12) if theme.dark else theme.card,
        "raised_line": mix(theme.field, theme.text, 0.2) if theme.dark else mix(theme.line, theme.dim, 0.15),
        "faint": mix(theme.card, theme.dim, 0.55),
        "thumb": mix(theme.card, theme.dim, 0.4),
        "accent_hover": mix(theme.accent, theme.text, 0.12),
        "accent_pressed": mix(theme.accent, theme.text, 0.24),
        "arrow_down": find("icons/arrow-down.svg").as_posix(),
        "arrow_up": find("icons/arrow-up.svg").as_posix(),
        "check": find("icons/check-dark.svg" if theme.dark else "icons/check.svg").as_posix(),
    }
    names |= tints(theme)
    return _scaled(_SHEET.substitute(colors, **names), scale)


def tints(theme: "Theme") -> dict[str, str]:
    """The grounds of messages and pills, `good_tint`, …, and the lines around them, `good_line`, …"""
    tones = {"good": theme.good, "warning": theme.warning, "bad": theme.bad}
    shares = {"tint": 0.12, "line": 0.4}
    return {f"{name}_{kind}": mix(theme.card, tones[name], share) for name in tones for kind, share in shares.items()}


def mix(under: str, over: str, share: float) -> str:
    """The colour that `share` of `over` makes on `under`."""
    a, b = QColor(under), QColor(over)
    parts = ((a.red(), b.red()), (a.green(), b.green()), (a.blue(), b.blue()))
    return "#" + "".join(f"{round(x + (y - x) * share):02x}" for x, y in parts)


def _scaled(sheet: str, scale: float) -> str:
    """Rounded down, because Qt drops the rounding of a corner that is more than half as large as its widget."""

    def grow(match: re.Match[str]) -> str:
        size = float(match[1])
        return match[0] if size <= 1 else f"{int(size * scale)}px"

    return re.sub(r"(\d+(?:\.\d+)?)px", grow, sheet)
