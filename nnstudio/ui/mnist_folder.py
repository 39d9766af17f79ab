"""Where this computer keeps MNIST: the folder that somebody chose last, or had the program fill."""

from pathlib import Path

from PySide6.QtCore import QSettings

_KEY = "mnist/folder"


def remembered_folder() -> Path | None:
    """The folder that was chosen for MNIST last, on this computer."""
    text = str(_store().value(_KEY, "", type=str))
    return Path(text) if text else None


def remember_folder(folder: Path) -> None:
    """Look for MNIST here from now on."""
    _store().setValue(_KEY, str(folder))


def _store() -> QSettings:
    return QSettings("nnstudio", "nnstudio")
