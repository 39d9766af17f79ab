"""Errors that nobody foresaw.

A mistake in the program must not end it, and nobody should be shown a traceback: the banner says what happened and that
nothing is lost, and offers the traceback to be copied into a report. The log has it as well.
"""

import logging
import sys
import traceback
from types import TracebackType

from PySide6.QtCore import QObject, Signal

from nnstudio.ui.widgets.banner import Banner, Tone

log = logging.getLogger("nnstudio")


class Unexpected(QObject):
    """Takes over `sys.excepthook` while installed; may be called from any thread."""

    _happened = Signal(str, str)

    def __init__(self, banner: Banner) -> None:
        super().__init__(banner)
        self._banner = banner
        self._happened.connect(self._announce)

    def install(self) -> None:
        """From now on errors go to the banner."""
        sys.excepthook = self._hook

    def uninstall(self) -> None:
        """Give errors back to the interpreter."""
        sys.excepthook = sys.__excepthook__

    def _hook(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        details = "".join(traceback.format_exception(kind, error, trace))
        log.debug("unexpected error\n%s", details)
        self._happened.emit(f"{kind.__name__}: {error}", details)

    def _announce(self, what: str, details: str) -> None:
        self._banner.announce(
            Tone.BAD,
            f"Something went wrong in the program ({what}). Your experiment and its weights are safe; you can go on. "
            "Please copy the details into a report.",
            None,
            details,
        )
