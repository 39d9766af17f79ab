"""Jobs on the cores of this computer, each in a process of its own.

Python's own pool breaks as a whole when one process dies, and waits for ever for one that died while it handed a result
over. Here every process has its own pipe: who dies is known at once, loses its own job alone, and is replaced.
"""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from multiprocessing.reduction import ForkingPickler
from threading import Lock, Thread
from typing import Any

from nnstudio.core.sweep.datasets import Own
from nnstudio.core.sweep.workers import Workers
from nnstudio.files.processes import SPAWN, inherited
from nnstudio.files.worker_process import work
from nnstudio.system import spare_cores


class ProcessDied(Exception):
    """The process that did a job is no more."""


class Pool(Workers):
    """So many processes here; `datasets` are tables of somebody's own, which go to each process once. Those `behind` a
    window take what it leaves."""

    lost = (ProcessDied,)

    def __init__(self, processes: int | None = None, datasets: tuple[Own, ...] = (), behind: bool = False) -> None:
        self.processes = spare_cores() if processes is None else processes
        self.ahead = 2 * self.processes
        self._datasets, self._behind = datasets, behind

    def open(self) -> Executor:
        return ProcessExecutor(self.processes, self._datasets, self._behind)


@dataclass(slots=True, eq=False)
class _Task:
    future: Future[Any]
    call: bytes


@dataclass(slots=True, eq=False)
class _Worker:
    process: SpawnProcess
    pipe: Connection
    task: _Task | None = None


class ProcessExecutor(Executor):
    """Calls functions in processes, which are started as there is need of them. A thread hands calls over and takes
    results back. `datasets` go to each of them once; those `behind` a window take what it leaves."""

    def __init__(self, processes: int, datasets: tuple[Own, ...] = (), behind: bool = False) -> None:
        self._datasets, self._behind = datasets, behind
        self._most = processes
        self._lock = Lock()
        self._waiting: deque[_Task] = deque()
        self._workers: list[_Worker] = []
        self._ends = self._at_once = False
        self._woken, self._wake = SPAWN.Pipe(duplex=False)
        self._thread = Thread(target=self._manage, name="nnstudio-processes", daemon=True)
        self._thread.start()

    @property
    def process_ids(self) -> tuple[int, ...]:
        """Of the processes that live now."""
        return tuple(worker.process.pid for worker in tuple(self._workers) if worker.process.pid is not None)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        if kwargs:
            raise TypeError("arguments by name do not travel")
        task = _Task(Future(), bytes(ForkingPickler.dumps((fn, args))))
        with self._lock:
            if self._ends:
                raise RuntimeError("cannot schedule new futures after shutdown")
            self._waiting.append(task)
            self._wake.send_bytes(b"+")
        return task.future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """With `cancel_futures` the processes end at once, in the middle of what they do."""
        with self._lock:
            self._at_once = self._at_once or cancel_futures
            if not self._ends or cancel_futures:
                self._ends = True
                with suppress(OSError):
                    self._wake.send_bytes(b".")
        if wait:
            self._thread.join()

    def _manage(self) -> None:
        try:
            while not (self._ends and (self._at_once or not (self._waiting or self._busy()))):
                self._hand_over()
                pipes: dict[Any, _Worker] = {worker.pipe: worker for worker in self._workers}
                for ready in wait([self._woken, *pipes]):
                    if ready is self._woken:
                        self._woken.recv_bytes()
                    else:
                        self._take(pipes[ready])
        finally:
            self._stop()

    def _busy(self) -> list[_Worker]:
        return [worker for worker in self._workers if worker.task is not None]

    def _hand_over(self) -> None:
        idle = [worker for worker in self._workers if worker.task is None]
        while self._waiting and (idle or len(self._workers) < self._most):
            task = self._waiting.popleft()
            if not task.future.set_running_or_notify_cancel():
                continue
            worker = idle.pop() if idle else self._start()
            worker.task = task
            try:
                worker.pipe.send_bytes(task.call)
            except OSError:
                self._bury(worker)

    def _start(self) -> _Worker:
        ours, theirs = SPAWN.Pipe()
        process = SPAWN.Process(target=work, args=(theirs, self._datasets, self._behind), daemon=True)
        with inherited():
            process.start()
        theirs.close()  # so that the pipe ends with the process
        worker = _Worker(process, ours)
        self._workers.append(worker)
        return worker

    def _take(self, worker: _Worker) -> None:
        try:
            well, answer = worker.pipe.recv()
        except (EOFError, OSError):
            self._bury(worker)
            return
        task, worker.task = worker.task, None
        assert task is not None
        if well:
            task.future.set_result(answer)
        else:
            task.future.set_exception(answer)

    def _bury(self, worker: _Worker) -> None:
        """A process is no more; its job was lost."""
        self._workers.remove(worker)
        worker.pipe.close()
        worker.process.kill()
        worker.process.join()
        if worker.task is not None:
            worker.task.future.set_exception(ProcessDied(f"process {worker.process.pid} died"))

    def _stop(self) -> None:
        for worker in self._workers:
            if self._at_once:
                worker.process.kill()
            worker.pipe.close()
        for worker in self._workers:
            worker.process.join()
            if worker.task is not None:
                worker.task.future.set_exception(ProcessDied("it was not waited for"))
        self._workers.clear()
        for task in self._waiting:
            task.future.cancel()
            task.future.set_running_or_notify_cancel()
        self._woken.close()
        self._wake.close()
