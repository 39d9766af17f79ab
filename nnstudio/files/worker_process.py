"""What happens in a process that does jobs of a sweep.

It is a fresh interpreter without Qt. Jobs come through a pipe, one after the other, and what became of them goes back
through it. When the program that wants them is no more, nor is the process, whatever it is doing.
"""

import os
import signal
from multiprocessing.connection import Connection, wait
from multiprocessing.process import parent_process
from threading import Thread

from nnstudio.core.sweep.datasets import Own, provide

GROUP_SIGNALS = frozenset(getattr(signal, name) for name in ("SIGINT", "SIGHUP") if hasattr(signal, name))
"""What a terminal sends to the program and to all its processes; what to do then is for the program to say."""


def work(jobs: Connection, datasets: tuple[Own, ...]) -> None:
    """Do jobs until the pipe is closed. `datasets`: tables that they train on."""
    for number in GROUP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    Thread(target=_die_with_the_program, daemon=True).start()
    provide(*datasets)
    while True:
        try:
            function, arguments = jobs.recv()
        except EOFError:
            return
        except Exception as error:  # noqa: BLE001 - a job that cannot be unpickled; whoever wants it is told
            answer = False, error
        else:
            try:
                answer = True, function(*arguments)
            except Exception as error:  # noqa: BLE001 - it is raised again where the result is wanted
                answer = False, error
        try:
            jobs.send(answer)
        except OSError:
            return


def _die_with_the_program() -> None:
    program = parent_process()
    if program is not None:
        wait([program.sentinel])
        os._exit(1)
