"""What the window remembers between two uses: its place, its cards, its theme.

Values are read once, when the window is made, and written when it closes. Without a store nothing is remembered, which
suits tests and screenshots. Qt crashes on some damaged layouts, so what is Qt's own carries a checksum.
"""

from hashlib import sha256

from PySide6.QtCore import QByteArray, QSettings

from nnstudio.ui.theme import ThemeChoice

LAYOUT_VERSION = 3  # raised whenever the cards change, so that an older layout is not forced on them
HISTORY_MEGABYTES = (64, 256, 1024, 4096)
_CHECKSUM = 16  # bytes
_SEPARATOR = "|"


class Settings:
    """Public attributes, read from `store` and written back to it by `save`.

    geometry, layout: what Qt saved of the window and of its cards; empty before the first time
    folder: where files were last opened or saved
    unfolded: the names of the folds that are open
    history_megabytes: how much memory the past of a run may take
    """

    def __init__(self, store: QSettings | None = None) -> None:
        self._store = store
        self.theme = ThemeChoice.SYSTEM
        self.larger_text = False
        self.geometry = QByteArray()
        self.layout = QByteArray()
        self.folder = ""
        self.unfolded: frozenset[str] = frozenset()
        self.history_megabytes = 256
        if store is not None:
            self._read(store)

    def _read(self, store: QSettings) -> None:
        # Qt gives strings back in a new process, hence `type`; a file edited by hand may hold anything at all.
        theme = store.value("theme", "", type=str)
        if theme in {choice.value for choice in ThemeChoice}:
            self.theme = ThemeChoice(theme)
        megabytes = store.value("history_megabytes", 0, type=int)
        self.history_megabytes = next((size for size in HISTORY_MEGABYTES if size == megabytes), 256)
        self.larger_text = store.value("larger_text", False, type=bool) is True
        self.geometry = _unsealed(_bytes(store, "window/geometry"))
        self.layout = _unsealed(_bytes(store, "window/layout"))
        self.folder = str(store.value("folder", "", type=str))
        self.unfolded = frozenset(str(store.value("unfolded", "", type=str)).split(_SEPARATOR)) - {""}

    def save(self) -> None:
        """Write everything to the store."""
        if self._store is None:
            return
        self._store.setValue("theme", self.theme.value)
        self._store.setValue("larger_text", self.larger_text)
        self._store.setValue("history_megabytes", self.history_megabytes)
        self._store.setValue("window/geometry", _sealed(self.geometry))
        self._store.setValue("window/layout", _sealed(self.layout))
        self._store.setValue("folder", self.folder)
        self._store.setValue("unfolded", _SEPARATOR.join(sorted(self.unfolded)))
        self._store.sync()


def _bytes(store: QSettings, key: str) -> QByteArray:
    value = store.value(key, QByteArray(), type=QByteArray)
    return value if isinstance(value, QByteArray) else QByteArray()


def _sealed(array: QByteArray) -> QByteArray:
    """The content behind its checksum."""
    content = bytes(array.data())
    return QByteArray(_checksum(content) + content)


def _unsealed(array: QByteArray) -> QByteArray:
    """The content as it was sealed; empty if a single bit of it or of its checksum is another."""
    sealed = bytes(array.data())
    content = sealed[_CHECKSUM:]
    return QByteArray(content if sealed == _checksum(content) + content else b"")


def _checksum(content: bytes) -> bytes:
    return sha256(content).digest()[:_CHECKSUM]
