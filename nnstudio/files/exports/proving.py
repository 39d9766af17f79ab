"""A script is proved by a Python that knows nothing of us: a fresh process, alone with the file.

It runs the script as a person would, and so its own check, and then asks its `predict` for the answers to the sample
inputs. Nothing of this process but the files goes in, and nothing but an array comes out.
"""

import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np

from nnstudio.files.errors import printable
from nnstudio.files.exports.format import ALLOWED, Proof, compared
from nnstudio.files.exports.subject import Subject
from nnstudio.files.installed import lacking

PATIENCE = 300
"""Seconds for a reader; PyTorch alone may take ten to begin."""
_LISTENING = 0.1
"""Seconds after which somebody who has lost interest is heard."""
_given_up: ContextVar[Callable[[], bool]] = ContextVar("given up", default=lambda: False)
_READER = """
import runpy, sys
import numpy as np
names = runpy.run_path(sys.argv[1], run_name="__main__")
np.save(sys.argv[3], np.asarray(names["predict"](np.load(sys.argv[2]))))
"""


def version_of(package: str) -> str:
    """Which version of a package is installed, in two numbers."""
    try:
        return ".".join(version(package).split(".")[:2])
    except PackageNotFoundError:
        return "of unknown version"


def prove_script(
    subject: Subject, path: Path, reader: str, packages: tuple[str, ...], environment: Mapping[str, str] | None = None
) -> Proof:
    """The answers of a script's `predict`, computed by a fresh Python, against the engine's."""
    if missing := lacking(*packages):
        return Proof(f"not run here, because {missing} is not installed")
    with TemporaryDirectory(prefix="nnstudio-") as folder:
        given, found = Path(folder) / "inputs.npy", Path(folder) / "answers.npy"
        np.save(given, subject.inputs)
        begin = perf_counter()
        failure = _run([sys.executable, "-I", "-c", _READER, str(path.absolute()), str(given), str(found)], environment)
        seconds = perf_counter() - begin
        if failure:
            return failed(f"{reader} said: {failure}", subject, seconds)
        return compared(np.load(found), subject, f"run by {reader}", seconds)


def failed(why: str, subject: Subject, seconds: float = 0.0) -> Proof:
    """The proof that fails because the reader did."""
    return Proof(why, np.full(len(subject.inputs), np.inf), ALLOWED[subject.answers.itemsize], seconds)


def _run(command: list[str], environment: Mapping[str, str] | None) -> str:
    """Why it failed, in its own last words; empty if it did not."""
    return run(command, environment)[1]


def run(
    command: list[str], environment: Mapping[str, str] | None = None, folder: Path | None = None
) -> tuple[str, str]:
    """What a program prints, and why it failed, in its own last words; empty if it did not."""
    try:
        with subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            cwd=folder,
            env=None if environment is None else dict(environment),
        ) as process:
            said, complaint = _heard(process)
    except subprocess.TimeoutExpired:
        return "", f"nothing, for {PATIENCE} seconds"
    except OSError as error:
        return "", printable(error)
    if process.returncode == 0:
        return said, ""
    lines = (complaint or said).strip().splitlines() or [f"it ended with code {process.returncode}"]
    return said, printable(next((line for line in lines if "error:" in line), lines[-1]), 300)


def _heard(process: subprocess.Popen[str]) -> tuple[str, str]:
    """What it prints and what it complains of, once it has ended. Raises `TimeoutExpired`."""
    begin = perf_counter()
    try:
        while True:
            try:
                return process.communicate(timeout=_LISTENING)
            except subprocess.TimeoutExpired:
                if _given_up.get()() or perf_counter() - begin > PATIENCE:
                    raise
    finally:
        process.kill()


@contextmanager
def given_up_when(asked: Callable[[], bool]) -> Iterator[None]:
    """Within, a reader's process is ended as soon as `asked()` is true: nobody wants to know any more what it says."""
    token = _given_up.set(asked)
    try:
        yield
    finally:
        _given_up.reset(token)
