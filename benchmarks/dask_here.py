"""Schedulers and workers of dask.distributed on this machine, which end with the program that started them.

Whoever is killed ends no child. So each of them reads a pipe that only the program holds open; when the program is no
more, however it ended, the pipe ends, and so does the child.
"""

import subprocess
import sys

_CHILD = """
import os, runpy, sys, threading
def end_with_the_program():
    os.read(0, 1)
    os._exit(1)
threading.Thread(target=end_with_the_program, daemon=True).start()
runpy.run_module(sys.argv.pop(1), run_name="__main__", alter_sys=True)
"""


def start(
    program: str, *words: str, stdout: int | None = None, stderr: int | None = subprocess.DEVNULL
) -> subprocess.Popen[str]:
    """`dask_scheduler` or `dask_worker` with these words. Its `stdin` must stay open as long as it is wanted."""
    command = (sys.executable, "-c", _CHILD, f"distributed.cli.{program}", *words)
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=stdout, stderr=stderr, text=True)


def end(*processes: subprocess.Popen[str]) -> None:
    """They are wanted no more; they are gone when this returns."""
    for process in processes:
        process.kill()
        process.communicate(timeout=60)
