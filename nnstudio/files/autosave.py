"""What brings the last state back after a crash.

Every living program has a folder of its own, `<process>-<start>`, with its newest state and a file that it keeps
locked. The system gives a lock up when its owner dies, however it dies, so a folder whose lock can be taken was left
behind; whoever takes the lock may have what lies there, and goes on in that folder. A number of a process that is used
again, and two windows that start at once, confuse nobody.
"""

import os
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from shutil import rmtree

from platformdirs import user_state_path

from nnstudio.files.errors import FileError, reason
from nnstudio.files.locks import take_lock
from nnstudio.files.project import Project, load_project
from nnstudio.files.recovery_folder import PROJECT, RecoveryFolder, row_files
from nnstudio.files.saving import Saver

_LOCK, _BROKEN = "lock", "broken"
"""In a folder: what is locked. And the folder of what was left behind and cannot be opened."""


@dataclass(frozen=True, slots=True, eq=False)
class Leftover:
    """What a program that is no more has left: its project, and when that was written, in seconds since 1970."""

    folder: Path
    project: Project
    written: float


@dataclass(frozen=True, slots=True)
class Leftovers:
    """What can be taken, newest first, and a sentence for each file that was set aside because it is broken."""

    found: tuple[Leftover, ...]
    broken: tuple[str, ...]


class Autosave:
    """The autosave of this program. Raises `FileError` where there is no place for it.

    folder: of all programs' autosaves
    """

    def __init__(self, saver: Saver, folder: Path | None = None) -> None:
        self._saver = saver
        self._all = user_state_path("nnstudio") / "autosave" if folder is None else folder
        self._locks: dict[Path, int] = {}
        try:
            self._all.mkdir(parents=True, exist_ok=True)
            mine = self._own_folder()
        except OSError as error:
            raise FileError(
                f"Autosaving does not work: {self._all} cannot be used, {reason(error)}. Save your work yourself.",
                str(error),
            ) from error
        self._own = RecoveryFolder(mine)
        self._mine = {mine}

    @property
    def path(self) -> Path:
        """Where this program's state goes."""
        return self._own.path

    def write(self, project: Project) -> int:
        """Have the state written; the saver's ticket for it."""
        return self._saver.queue(self.path, partial(self._own.save, project))

    def discard(self) -> int:
        """Forget the state: it is saved elsewhere, or not wanted. The saver's ticket for it."""
        return self._saver.queue(self.path, self._own.remove)

    def close(self) -> None:
        """The program ends in peace, and the saver has finished: remove all traces, except of what was left by others
        and not taken."""
        for folder in list(self._locks):
            self._let_go(folder, remove=folder in self._mine)

    def leftovers(self) -> Leftovers:
        """What dead programs left, which nobody else is offered from now on. Clears away what they left unfinished."""
        found: list[Leftover] = []
        broken: list[str] = []
        for folder in sorted(path for path in self._all.iterdir() if path.is_dir() and path.name != _BROKEN):
            if folder in self._locks or not self._claim(folder):
                continue
            path = folder / PROJECT
            if not path.exists():
                self._let_go(folder, remove=True)
                continue
            try:
                found.append(Leftover(folder, load_project(path), path.stat().st_mtime))
                _clear(folder, _LOCK, PROJECT, *(row.name for row in row_files(folder)))
            except (FileError, OSError) as error:
                broken.append(self._set_aside(folder, error))
        return Leftovers(tuple(sorted(found, key=lambda leftover: -leftover.written)), tuple(broken))

    def take(self, leftover: Leftover) -> Project:
        """Go on with what was left, where it lies: it is this program's autosave from now on. Raises `FileError`."""
        if not (leftover.folder / PROJECT).exists():
            raise FileError("The autosaved state was not taken: it is not there any more.")
        self.discard()
        self._own = RecoveryFolder(leftover.folder, leftover.project)
        self._mine.add(leftover.folder)
        return leftover.project

    def drop(self, leftover: Leftover) -> None:
        """Nobody wants it: remove it."""
        self._let_go(leftover.folder, remove=True)

    def _own_folder(self) -> Path:
        start = time.time_ns()
        while True:
            folder = self._all / f"{os.getpid()}-{start}"
            with suppress(FileExistsError):
                folder.mkdir()
                if self._claim(folder, create=True):
                    return folder  # which nobody took for that of a dead one in between
            start += 1

    def _claim(self, folder: Path, create: bool = False) -> bool:
        """Take the lock of a folder, if its owner lives no more."""
        path = folder / _LOCK
        try:
            lock = os.open(path, os.O_RDWR | (os.O_CREAT if create else 0), 0o600)
        except FileNotFoundError:
            with suppress(OSError):  # a program that died, or is about to lock it: the latter makes another
                folder.rmdir()
            return False
        try:
            take_lock(lock)
            if os.fstat(lock).st_ino == path.stat().st_ino:
                self._locks[folder] = lock
                return True
        except OSError:
            pass
        os.close(lock)
        return False

    def _let_go(self, folder: Path, remove: bool) -> None:
        if remove:
            # While the lock is held nobody else looks inside; Windows removes no file that is open.
            _clear(folder, _LOCK)
        lock = self._locks.pop(folder, None)
        if lock is not None:
            os.close(lock)
        if remove:
            rmtree(folder, ignore_errors=True)

    def _set_aside(self, folder: Path, error: Exception) -> str:
        aside = self._all / _BROKEN / folder.name
        with suppress(OSError):
            aside.mkdir(parents=True, exist_ok=True)
            for path in (*row_files(folder), folder / PROJECT):
                os.replace(path, aside / path.name)
        self._let_go(folder, remove=True)
        return f"What an earlier session left cannot be opened and lies in {aside / PROJECT}. {error}"


def _clear(folder: Path, *but: str) -> None:
    """Remove every file but these; a program that died in the middle of saving may have left some."""
    with suppress(OSError):
        for path in folder.iterdir():
            if path.name not in but:
                path.unlink()
