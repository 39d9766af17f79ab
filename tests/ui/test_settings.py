"""What is remembered comes back; what was damaged does not."""

from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QSettings

from nnstudio.ui.settings import Settings
from nnstudio.ui.theme import ThemeChoice


def store(path: Path) -> QSettings:
    return QSettings(str(path / "settings.ini"), QSettings.Format.IniFormat)


def test_everything_comes_back_from_the_disk(tmp_path):
    first = Settings(store(tmp_path))
    first.theme, first.larger_text, first.folder = ThemeChoice.DARK, True, "/somewhere"
    first.geometry, first.layout = QByteArray(b"\x00\xff geometry"), QByteArray(b"layout")
    first.save()
    second = Settings(store(tmp_path))
    assert (second.theme, second.larger_text, second.folder) == (ThemeChoice.DARK, True, "/somewhere")
    assert (second.geometry, second.layout) == (b"\x00\xff geometry", b"layout")


def test_a_false_is_not_taken_for_a_true(tmp_path):
    Settings(store(tmp_path)).save()
    assert Settings(store(tmp_path)).larger_text is False


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
