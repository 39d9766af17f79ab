"""Jobs on many computers: a cluster of dask.distributed, for people who outgrow one machine.

It is an extra, `pip install 'nnstudio[cluster]'`, and imported only when somebody asks for it. Dask itself does the
jobs of a lost worker again, up to a few times; a connection that was lost is made anew.
"""

import logging
import re
from concurrent.futures import Executor, Future
from importlib.util import find_spec
from typing import Any, cast

from nnstudio.core.sweep.datasets import Own, OwnColumns, provide
from nnstudio.core.sweep.workers import Workers, WorkersError

PATIENCE = 5
"""Seconds within which a scheduler answers, and has a worker."""
_ADDRESS = re.compile(r"(tcp|tls|ws|wss)://[^\s/:]+:\d{1,5}")
_TALKATIVE = "distributed", "distributed.client", "distributed.core", "distributed.comm", "tornado.application"
_START = "Start one by `dask scheduler` there, and `dask worker ADDRESS --nthreads 1` on each computer that is to work."


class Cluster(Workers):
    """The workers of the scheduler at an address such as tcp://HOST:8786; `datasets` are tables of somebody's own,
    which go to each worker once. Raises `WorkersError` where dask is missing, and for what is no address."""

    attempts = 1  # dask has tried several workers when it says that a job kills them

    def __init__(self, address: str, datasets: tuple[Own, ...] = ()) -> None:
        if find_spec("distributed") is None:
            raise WorkersError(
                "A cluster needs dask.distributed, which is not installed here. Type: pip install 'nnstudio[cluster]'"
            )
        if not _ADDRESS.fullmatch(address):
            raise WorkersError(f"{address!r} is no address of a cluster; write it as tcp://HOST:8786.")
        from distributed import KilledWorker  # pyright: ignore[reportMissingImports]

        self.lost = (KilledWorker,)
        self._address, self._datasets = address, datasets

    def open(self) -> Executor:
        from distributed import Client  # pyright: ignore[reportMissingImports]

        # What goes wrong is said in a sentence; dask would say it besides, in many lines.
        for name in _TALKATIVE:
            logging.getLogger(name).setLevel(logging.CRITICAL)
        try:
            client = Client(self._address, timeout=PATIENCE, set_as_default=False)
        except (OSError, ValueError, RuntimeError) as error:
            raise WorkersError(
                f"No cluster answers at {self._address}. What is in is kept. {_START.replace('ADDRESS', self._address)}"
            ) from error
        try:
            client.wait_for_workers(1, timeout=PATIENCE)
            if self._datasets:
                client.register_plugin(_tables(self._datasets))
        except (OSError, ValueError, RuntimeError) as error:
            client.close()
            raise WorkersError(
                f"The cluster at {self._address} has no workers. What is in is kept. Start some by `dask worker "
                f"{self._address} --nthreads 1`, and try again."
            ) from error
        self.ahead = max(64, 4 * sum(cast(dict[str, int], client.nthreads()).values()))
        return _ClientExecutor(client)


def _tables(datasets: tuple[Own, ...]) -> Any:
    """What brings these to each worker, to those too that come later."""
    from distributed import WorkerPlugin  # pyright: ignore[reportMissingImports]

    class Tables(WorkerPlugin):
        name = "nnstudio " + " ".join(map(_name, datasets))

        def setup(self, worker: object) -> None:
            provide(*datasets)

    return Tables()


def _name(own: Own) -> str:
    return f"columns {own.digest}" if isinstance(own, OwnColumns) else f"table {getattr(own.spec, 'digest', '')}"


class _ClientExecutor(Executor):
    """Dask's own executor, which takes its client along when it goes."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._executor: Executor = client.get_executor(pure=False)

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        return self._executor.submit(fn, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._executor.shutdown(wait=wait and not cancel_futures)
        self._client.close()
