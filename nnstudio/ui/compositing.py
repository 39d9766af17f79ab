"""Whether windows may be transparent at their edges: somebody must mix them with what lies below.

Wayland, macOS and Windows always do. Of X11 it depends on whether a compositing manager runs, which owns a selection of
a fixed name (Extended Window Manager Hints, "Compositing Managers"); without one, what is transparent is black.
"""

from ctypes import CDLL, c_char_p, c_int, c_ulong, c_void_p
from functools import cache

from PySide6.QtGui import QGuiApplication


@cache
def composited() -> bool:
    """Whether a window's shadow would be seen as one."""
    if QGuiApplication.platformName() != "xcb":
        return True
    try:
        x11 = CDLL("libX11.so.6")
    except OSError:
        return False
    x11.XOpenDisplay.argtypes, x11.XOpenDisplay.restype = [c_char_p], c_void_p
    x11.XInternAtom.argtypes, x11.XInternAtom.restype = [c_void_p, c_char_p, c_int], c_ulong
    x11.XGetSelectionOwner.argtypes, x11.XGetSelectionOwner.restype = [c_void_p, c_ulong], c_ulong
    x11.XDefaultScreen.argtypes, x11.XCloseDisplay.argtypes = [c_void_p], [c_void_p]
    display = x11.XOpenDisplay(None)
    if not display:
        return False
    name = f"_NET_WM_CM_S{x11.XDefaultScreen(display)}".encode()
    owner = x11.XGetSelectionOwner(display, x11.XInternAtom(display, name, 0))
    x11.XCloseDisplay(display)
    return bool(owner)
