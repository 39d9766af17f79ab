"""What all processes that the program starts have in common: each is a fresh interpreter without Qt, hears nothing of
what a terminal sends to the program and all its processes, and ends with the program, whatever it is doing."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import wait
from multiprocessing.process import parent_process
from pathlib import Path
from shutil import rmtree
from threading import Lock, Thread

from nnstudio.system import THREAD_VARIABLES

SPAWN = get_context("spawn")  # a fork would inherit threads' locks, and Qt
_GROUP_SIGNALS = frozenset(getattr(signal, name) for name in ("SIGINT", "SIGHUP") if hasattr(signal, name))
"""What a terminal sends to the program and to all its processes; what to do then is for the program to say."""
_starting = Lock()


@contextmanager
def inherited() -> Iterator[None]:
    """A process that is started in here has one thread for matrix products, which NumPy must know when it is imported,
    and never hears what a terminal sends to all, not even while it starts."""
    with _starting:  # the environment is one for all threads
        before = {name: os.environ.get(name) for name in THREAD_VARIABLES}
        os.environ.update((name, "1") for name, value in before.items() if value != "1")
        masks = hasattr(signal, "pthread_sigmask")
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, _GROUP_SIGNALS) if masks else set[signal.Signals]()
        try:
            yield
        finally:
            if masks:
                signal.pthread_sigmask(signal.SIG_SETMASK, mask)
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                elif value != "1":
                    os.environ[name] = value


def belong_to_the_program(folder: Path | None = None) -> None:
    """What such a process does first. `folder`: what it removes when the program has died and no longer can."""
    for number in _GROUP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    Thread(target=_die_with_the_program, args=(folder,), daemon=True).start()


def stand_back() -> None:
    """From now on this thread takes only what nobody else on this computer wants: pictures of a window come first."""
    if hasattr(os, "SCHED_IDLE"):
        with suppress(OSError):  # a sandbox may forbid it
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
            return
    if hasattr(os, "nice"):
        with suppress(OSError):
            os.nice(19)


def _die_with_the_program(folder: Path | None) -> None:
    program = parent_process()
    if program is not None:
        wait([program.sentinel])
        if folder is not None:
            rmtree(folder, ignore_errors=True)
        os._exit(1)
