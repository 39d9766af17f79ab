"""The menu bar: everything the window can do, and the name of the open file in its corner."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import (
    QLabel,
    QMenu,
    QMenuBar,
    QProxyStyle,
    QStyle,
    QStyleHintReturn,
    QStyleOption,
    QWidget,
)

from nnstudio.ui.actions import Actions
from nnstudio.ui.presets_menu import PresetsMenu
from nnstudio.ui.session import Session
from nnstudio.ui.settings import Settings
from nnstudio.ui.theme import ThemeChoice
from nnstudio.ui.widgets.card import CardDock

# None is a line between two entries.
MENUS: dict[str, tuple[str | None, ...]] = {
    "&File": (
        *("new", "open", "open_data", "open_images", None, "save", "save_as", None, "export", "import", None),
        *("copy_share_text", "paste_share_text", None, "worksheet", None, "quit"),
    ),
    "&Edit": ("undo", "redo"),
    "&Run": (
        *("play", "step", "step_phase", "step_epoch", "back", None),
        *("restart", "new_weights", None, "find_rate", "try_seeds", "sweeps"),
    ),
}
THEMES = {ThemeChoice.SYSTEM: "As the &system", ThemeChoice.LIGHT: "&Light", ThemeChoice.DARK: "&Dark"}
KEEPING = {
    "&Keep what was learned": "An edit of layers or data keeps every weight that still has a place; training goes on.",
    "&Start over": "An edit of layers or data begins training anew, from first weights.",
}


class MenuBar(QMenuBar):
    """Drawn from the table of actions, the cards of the desk, the presets and the settings."""

    preset_begun = Signal(object)  # Preset
    theme_chosen = Signal(ThemeChoice)

    def __init__(
        self, session: Session, settings: Settings, commands: Actions, cards: Sequence[CardDock], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._commands = commands
        for title, names in MENUS.items():
            menu = self.addMenu(title)
            self._fill(menu, names)
            if title == "&Edit":
                menu.addSeparator()
                menu.addMenu(self._keeping_menu())
        presets = PresetsMenu(session, self)
        presets.chosen.connect(self.preset_begun)
        self.addMenu(presets)
        view = self.addMenu("&View")
        for card in cards:
            view.addAction(card.toggleViewAction())
        view.addSeparator()
        view.addMenu(self._theme_menu(settings.theme))
        commands["larger_text"].setChecked(settings.larger_text)
        watched = "microscope", "landscape", "runs", "compare", "history"
        saved = "show_table", "save_picture", "save_growth"
        self._fill(view, (*watched, None, "larger_text", None, *saved, None, "reset_layout"))
        self._fill(self.addMenu("&Help"), ("help", "whats_this", None, "about"))
        self._file_name = QLabel()
        self._file_name.setProperty("role", "corner")
        self._file_name.setAccessibleName("Open file")
        self.setCornerWidget(self._file_name)

    def show_file(self, title: str) -> None:
        """Say which file is open."""
        self._file_name.setText(title)
        self.setCornerWidget(self._file_name)  # makes the menu bar measure it anew

    def calm(self) -> None:
        """Without the lines under File, Edit, … from now on; a style sheet that comes later would bring them back."""
        self.setStyle(_Calm(self))

    def _fill(self, menu: QMenu, names: tuple[str | None, ...]) -> None:
        for name in names:
            if name is None:
                menu.addSeparator()
            else:
                menu.addAction(self._commands[name])

    def _theme_menu(self, chosen: ThemeChoice) -> QMenu:
        menu = QMenu("&Theme", self)
        group = QActionGroup(self)
        for choice, text in THEMES.items():
            action = group.addAction(menu.addAction(text))
            action.setCheckable(True)
            action.setData(choice.value)
            action.setChecked(choice is chosen)
        group.triggered.connect(self._choose_theme)
        return menu

    def _keeping_menu(self) -> QMenu:
        """What an edit of layers or data does with what was learned."""
        menu = QMenu("After an &edit of layers or data", self)
        menu.setToolTipsVisible(True)
        group = QActionGroup(self)
        for keeps, (text, tip) in zip((True, False), KEEPING.items(), strict=True):
            action = group.addAction(menu.addAction(text))
            action.setCheckable(True)
            action.setData(keeps)
            action.setChecked(keeps is self._session.keeps)
            action.setToolTip(tip)
            action.setWhatsThis(tip)
        group.triggered.connect(self._choose_keeping)
        return menu

    def _choose_keeping(self, action: QAction) -> None:
        self._session.keeps = action.data()

    def _choose_theme(self, action: QAction) -> None:
        self.theme_chosen.emit(ThemeChoice(action.data()))


class _Calm(QProxyStyle):
    """Fusion without the lines under File, Edit, …; Alt+F still works. Whether Alt leads to the menus Qt asks with each
    event of the window; that is answered by the style sheet, as to ask here would mean to wait for the interpreter."""

    def __init__(self, menu_bar: QMenuBar) -> None:
        super().__init__("Fusion")
        self.setParent(menu_bar)

    def styleHint(
        self,
        hint: QStyle.StyleHint,
        option: QStyleOption | None = None,
        widget: QWidget | None = None,
        returnData: QStyleHintReturn | None = None,  # noqa: N803 -- Qt's name
    ) -> int:
        if hint == QStyle.StyleHint.SH_UnderlineShortcut:
            return 0
        return super().styleHint(hint, option, widget, returnData)
