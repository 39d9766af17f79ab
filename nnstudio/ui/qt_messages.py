"""What Qt has to say goes to the log, where a person can look for it, and not to the terminal unasked."""

import logging

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

HARMLESS = ("This plugin does not support propagateSizeHints()",)
"""Said by the offscreen platform whenever a window is shown, and of no consequence."""

_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}
log = logging.getLogger("nnstudio.qt")


def to_log() -> None:
    """From now on, until the program ends."""
    qInstallMessageHandler(_log)


def _log(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    level = logging.DEBUG if message in HARMLESS else _LEVELS.get(kind, logging.WARNING)
    log.log(level, "%s", message)
