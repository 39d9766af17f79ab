"""What the machine must have before Qt and NumPy are imported, and how many cores it lends.

Qt answers a missing library or an absent screen by aborting the process, with no traceback and a misleading text. So
the first act of the program is to look for both and to say in a sentence what is missing and what to type. NumPy reads
its number of threads once, when it is imported, so that is settled here too. Only the standard library is imported, and
`./run` also executes this file by itself, to learn which Debian packages are missing.
"""

import ctypes
import os
import sys
from pathlib import Path

OFFSCREEN = frozenset({"offscreen", "minimal", "minimalegl", "vnc", "linuxfb", "eglfs", "vkkhrdisplay"})
THREAD_VARIABLES = (
    "OPENBLAS_NUM_THREADS",
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)


def cores() -> int:
    """How many cores this program may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def spare_cores() -> int:
    """All cores but one, which is left to the window and to whoever works on this computer; at least one."""
    return max(1, cores() - 1)


def limit_blas_threads() -> None:
    """One thread for matrix products unless the user asks for more by NNSTUDIO_THREADS or by the library's own name.

    The products of small networks are too short to share: with one busy neighbour, two threads are five times slower
    than one. Has an effect only before NumPy is imported.
    """
    wanted = os.environ.get("NNSTUDIO_THREADS", "")
    for name in THREAD_VARIABLES:
        if wanted.isdecimal() and int(wanted) > 0:
            os.environ[name] = wanted
        else:
            os.environ.setdefault(name, "1")


def problem() -> str | None:
    """Why Qt could not start on this machine, with what to do about it, or None if it can."""
    if sys.platform != "linux":
        return None
    platform = os.environ.get("QT_QPA_PLATFORM", "").split(";")[0].split(":")[0]
    missing = missing_packages("always")
    if platform in OFFSCREEN:
        return _install(missing) if missing else None
    if platform not in {"", "xcb", "wayland"}:
        return f"QT_QPA_PLATFORM is {platform}, which Qt does not know. Please unset it, or set it to xcb or wayland."
    # Qt tries Wayland before X11, and the second if the first fails: one that works is enough.
    wayland = platform == "wayland" or (
        not platform and ("WAYLAND_DISPLAY" in os.environ or os.environ.get("XDG_SESSION_TYPE") == "wayland")
    )
    x11 = platform == "xcb" or (not platform and bool(os.environ.get("DISPLAY")))
    ways = [way for way, named in (("wayland", wayland), ("x11", x11)) if named]
    if not ways:
        return (
            "There is no screen: neither DISPLAY nor WAYLAND_DISPLAY is set. Start NN Studio from a desktop session, "
            "or with QT_QPA_PLATFORM=offscreen if no window is wanted."
        )
    lacking = [missing + missing_packages(way) for way in ways]
    if all(lacking):
        return _install(lacking[-1])
    if any(_reachable(way) for way, packages in zip(ways, lacking, strict=True) if not packages):
        return None
    variables = ("DISPLAY", "WAYLAND_DISPLAY")
    named = " and ".join(f"{name}={os.environ[name]}" for name in variables if os.environ.get(name))
    return (
        f"The screen cannot be reached ({named or 'no display is named'}). Start NN Studio from a desktop session, "
        "with `ssh -X` from elsewhere, or with QT_QPA_PLATFORM=offscreen if no window is wanted."
    )


def missing_packages(*needs: str) -> list[str]:
    """The Debian packages of libraries that cannot be loaded; needs: "always", "x11", "wayland"."""
    return [package for library, package, need in _libraries() if need in needs and not _load(library)]


def _libraries() -> list[list[str]]:
    here = Path(__file__).resolve().parent
    # Beside this file in an installed package, one folder up in a checkout.
    table = next(path for path in (here / "resources", here.parent / "resources") if path.is_dir())
    lines = (table / "system-libraries.txt").read_text("utf-8").splitlines()
    return [line.split() for line in lines if line and not line.startswith("#")]


def _load(library: str) -> ctypes.CDLL | None:
    try:
        return ctypes.CDLL(library)
    except OSError:
        return None


def _install(packages: list[str]) -> str:
    if Path("/etc/debian_version").exists():
        return f"Qt needs libraries of the system. Please type: sudo apt-get install -y {' '.join(packages)}"
    libraries = [library for library, package, _ in _libraries() if package in packages]
    return f"Qt needs libraries of the system. Please install what provides {', '.join(libraries)}."


def _reachable(way: str) -> bool:
    """Whether a display server answers, asked in the way Qt will ask (with the user's authority file and all)."""
    if way == "wayland":
        library = _load("libwayland-client.so.0")
        if library is None:
            return False
        library.wl_display_connect.restype = ctypes.c_void_p
        display = ctypes.c_void_p(library.wl_display_connect(None))
        if display:
            library.wl_display_disconnect(display)
        return bool(display)
    library = _load("libxcb.so.1")
    if library is None:
        return False
    library.xcb_connect.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(library.xcb_connect(None, None))
    answered = library.xcb_connection_has_error(connection) == 0
    library.xcb_disconnect(connection)
    return answered


if __name__ == "__main__":
    if sys.platform == "linux":
        print(*missing_packages("always", "x11", "wayland"))  # noqa: T201
