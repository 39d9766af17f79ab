"""Who does the jobs of a sweep: whatever opens a `concurrent.futures.Executor`."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any


class WorkersError(Exception):
    """Nobody can do the jobs; the message is for a person: what happened, what is safe, what to do."""


class Workers(ABC):
    """Where jobs are done.

    ahead: so many jobs are handed over before the first of them is back
    attempts: so often a job may lose its worker; the last time it runs alone, so that no other is blamed for it
    lost: what a job raises whose worker is no more, beside `BrokenExecutor` and `CancelledError`; it is done again
    """

    ahead: int = 1
    attempts: int = 3
    lost: tuple[type[BaseException], ...] = ()

    @abstractmethod
    def open(self) -> Executor:
        """A way to the workers; it is shut down in the end, and what still runs then is wanted no more. Raises
        `WorkersError`. After the way broke it is called again."""


class InTurn(Workers):
    """One job after the other, here and now."""

    def open(self) -> Executor:
        return _Here()


class _Here(Executor):
    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001  (as every executor does)
            future.set_exception(error)
        return future
