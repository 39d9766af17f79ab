"""What happens in a process that does jobs of a sweep.

It is a fresh interpreter without Qt. Jobs come through a pipe, one after the other, and what became of them goes back
through it. When the program that wants them is no more, nor is the process, whatever it is doing.
"""

from multiprocessing.connection import Connection

from nnstudio.core.sweep.datasets import Own, provide
from nnstudio.files.processes import belong_to_the_program, stand_back


def work(jobs: Connection, datasets: tuple[Own, ...], behind: bool) -> None:
    """Do jobs until the pipe is closed. `datasets`: tables that they train on; `behind`: a window comes first."""
    belong_to_the_program()
    if behind:
        stand_back()
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
