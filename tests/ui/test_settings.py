"""What is remembered comes back; what was damaged does not."""

from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QSettings, Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow

from nnstudio.ui.settings import LAYOUT_VERSION, Settings
from nnstudio.ui.theme import ThemeChoice


def store(path: Path) -> QSettings:
    return QSettings(str(path / "settings.ini"), QSettings.Format.IniFormat)


def test_everything_comes_back_from_the_disk(tmp_path):
    first = Settings(store(tmp_path))
    first.theme, first.larger_text, first.folder = ThemeChoice.DARK, True, "/somewhere"
    first.geometry, first.layout = QByteArray(b"\x00\xff geometry"), QByteArray(b"layout")
    first.unfolded = frozenset({"training/Optimiser", "data/preparation"})
    first.save()
    second = Settings(store(tmp_path))
    assert (second.theme, second.larger_text, second.folder) == (ThemeChoice.DARK, True, "/somewhere")
    assert second.unfolded == first.unfolded
    assert (second.geometry, second.layout) == (b"\x00\xff geometry", b"layout")


def test_a_false_is_not_taken_for_a_true(tmp_path):
    Settings(store(tmp_path)).save()
    assert Settings(store(tmp_path)).larger_text is False
    assert Settings(store(tmp_path)).unfolded == frozenset()


@pytest.mark.parametrize("line", ["theme=mauve", "larger_text=maybe", "theme=@Invalid()", "theme=@ByteArray(\\x1)"])
def test_nonsense_is_ignored(tmp_path, line):
    (tmp_path / "settings.ini").write_text(f"[General]\n{line}\n")
    settings = Settings(store(tmp_path))
    assert settings.theme is ThemeChoice.SYSTEM
    assert settings.larger_text in {False, True}


def test_without_a_store_nothing_is_remembered(tmp_path):
    settings = Settings()
    settings.theme = ThemeChoice.DARK
    settings.save()
    assert Settings().theme is ThemeChoice.SYSTEM


def test_no_flipped_bit_reaches_qt(tmp_path, qapp):
    """Qt's restoreState crashes on some of them, so a damaged layout must not even be tried."""
    desk = QMainWindow()
    for name in ("one", "two", "three"):
        dock = QDockWidget(name, desk)
        dock.setObjectName(name)
        desk.addDockWidget(Qt.DockWidgetArea.TopDockWidgetArea, dock)
    first = Settings(store(tmp_path))
    first.geometry, first.layout = desk.saveGeometry(), desk.saveState(LAYOUT_VERSION)
    first.save()
    damaged = store(tmp_path)
    for key in ("window/geometry", "window/layout"):
        whole = bytes(damaged.value(key, type=QByteArray).data())
        for place in range(8 * len(whole)):
            content = bytearray(whole)
            content[place // 8] ^= 1 << place % 8
            damaged.setValue(key, QByteArray(bytes(content)))
            settings = Settings(damaged)
            assert (settings.geometry if key == "window/geometry" else settings.layout).isEmpty()
        damaged.setValue(key, QByteArray(whole))
    again = Settings(damaged)
    assert (again.geometry, again.layout) == (first.geometry, first.layout)


@pytest.mark.parametrize("content", [b"", b"short", bytes(16), b"\x00\x00\x00\xff" * 100])
def test_what_carries_no_checksum_is_not_taken(tmp_path, content):
    old = store(tmp_path)
    old.setValue("window/layout", QByteArray(content))
    assert Settings(old).layout.isEmpty()
