"""Fetching MNIST, after somebody has agreed to it: four files, 11 MB, from one of two public mirrors.

Each file is held in memory until its SHA-256 is the published one, and nothing touches the disk before all four are. So
a failed or cancelled download leaves nothing behind, not even a folder. A transfer runs on a thread of its own that
holds nothing but its bytes: when a mirror falls silent in mid-file, or merely drips, the thread is left to its timeout
and the caller is free within a moment.
"""

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from http.client import HTTPException
from pathlib import Path
from threading import Event, Thread
from time import monotonic
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from nnstudio.files import limits
from nnstudio.files.atomic import write_atomically
from nnstudio.files.errors import FileError, printable, reason
from nnstudio.files.mnist import TEST_IMAGES, TEST_LABELS, TRAIN_IMAGES, TRAIN_LABELS

MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)
_CHUNK = 2**16
_LOOK_AGAIN = 0.1
"""Seconds between two looks at the progress and at whether the download is cancelled."""


@dataclass(frozen=True, slots=True)
class PublishedFile:
    """A file as it was published: its name, its size in bytes and the SHA-256 of its bytes."""

    name: str
    size: int
    digest: str


MNIST_FILES = (
    PublishedFile(TRAIN_IMAGES + ".gz", 9_912_422, "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
    PublishedFile(TRAIN_LABELS + ".gz", 28_881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
    PublishedFile(TEST_IMAGES + ".gz", 1_648_877, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
    PublishedFile(TEST_LABELS + ".gz", 4_542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
)

Progress = Callable[[int, int], None]
"""Told the bytes that are there and the bytes there will be, about ten times a second."""


class DownloadCancelled(FileError):
    """Somebody cancelled the download; nothing was kept."""


class MnistDownload:
    """A download of MNIST into `folder`, which need not exist yet. `timeout`: seconds of silence after which a mirror
    counts as dead."""

    def __init__(
        self,
        folder: Path,
        mirrors: Sequence[str] = MIRRORS,
        files: Sequence[PublishedFile] = MNIST_FILES,
        timeout: float = 10.0,
    ) -> None:
        self.folder = folder
        self.total = sum(file.size for file in files)
        self._mirrors = list(mirrors)
        self._files = files
        self._timeout = timeout

    def run(self, progress: Progress, cancelled: Callable[[], bool]) -> None:
        """Fetch all files, then put them in place; this blocks, and calls both functions on the caller's thread. Raises
        `DownloadCancelled` as soon as `cancelled()` turns true, and `FileError`, which says what to do."""
        contents: list[bytes] = []
        for file in self._files:
            contents.append(self._fetch(file, sum(map(len, contents)), progress, cancelled))
        self._keep(contents)

    def _fetch(self, file: PublishedFile, before: int, progress: Progress, cancelled: Callable[[], bool]) -> bytes:
        """The file's bytes from the first mirror that has them; `before` bytes of other files are there already."""
        failure, failures = "there is no mirror to ask", list[str]()
        for mirror in tuple(self._mirrors):
            transfer = _Transfer(mirror + file.name, file.size, self._timeout)
            running = True
            while running:
                running = transfer.wait(_LOOK_AGAIN)
                if cancelled():
                    transfer.abandoned.set()
                    raise DownloadCancelled("The download was cancelled. Nothing was kept; start it again at any time.")
                progress(before + min(len(transfer.content), file.size), self.total)
            failure = transfer.failure or _difference(transfer.content, file)
            if not failure:
                return bytes(transfer.content)
            failures.append(f"{mirror}{file.name}: {failure}")
            # The next file asks the other mirror first.
            self._mirrors.append(self._mirrors.pop(0))
        raise FileError(
            f"MNIST could not be downloaded: {failure}. Nothing was kept; check the connection and try again, or "
            f"put the four files into {printable(self.folder)} by hand, from {' or '.join(self._mirrors)}.",
            "\n".join(failures),
        )

    def _keep(self, contents: Sequence[bytes]) -> None:
        """Write all files, or leave everything as it was."""
        missing = [path for path in (self.folder, *self.folder.parents) if not os.path.exists(path)]
        written: list[Path] = []
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            for file, content in zip(self._files, contents, strict=True):
                path = self.folder / file.name
                if not os.path.exists(path):
                    written.append(path)
                write_atomically(path, content)
        except (OSError, FileError) as error:
            _remove(written, missing)
            cause = error if isinstance(error, OSError) else error.__cause__
            why = reason(cause) if isinstance(cause, OSError) else str(error)
            raise FileError(
                f"MNIST was downloaded, but {printable(self.folder)} cannot hold it: {why}. Nothing was left behind; "
                "make room or allow writing there, and try again.",
                str(error),
            ) from error


class _Transfer:
    """One file on its way from one mirror. `content` grows; `failure` says in the end why it is not complete."""

    def __init__(self, url: str, size: int, timeout: float) -> None:
        self.content = bytearray()
        self.failure = ""
        self.abandoned = Event()
        self._since, self._seen = monotonic(), 0
        self._url, self._size, self._timeout = url, size, timeout
        self._thread = Thread(target=self._receive, name="download", daemon=True)
        self._thread.start()

    def wait(self, seconds: float) -> bool:
        """Whether the transfer still goes on after at most so long; one that merely drips is given up."""
        self._thread.join(seconds)
        if not self._thread.is_alive():
            return False
        passed, seen = monotonic() - self._since, len(self.content)
        if passed > limits.PATIENCE * self._timeout:
            if seen - self._seen < limits.SLOWEST * passed:
                self.abandoned.set()
                self.failure = f"the mirror sent only {seen - self._seen} bytes within {passed:.0f} seconds"
                return False
            self._since, self._seen = monotonic(), seen
        return True

    def _receive(self) -> None:
        try:
            # The standard library hands the bytes over as they come; a client that unpacks what a server marks as
            # packed would spoil the digest.
            request = Request(self._url, headers={"User-Agent": "nnstudio"})
            with urlopen(request, timeout=self._timeout) as response:
                while len(self.content) <= self._size and not self.abandoned.is_set():
                    chunk = response.read1(_CHUNK)
                    if not chunk:
                        break
                    self.content += chunk
        except HTTPError as error:
            error.close()
            self.failure = f"the server answers {error.code} {printable(error.reason)}"
        except URLError as error:
            why = reason(error.reason) if isinstance(error.reason, OSError) else printable(error.reason)
            self.failure = f"the mirror cannot be reached ({why})"
        except (OSError, HTTPException, ValueError) as error:
            self.failure = f"the transfer broke off ({printable(error)})"


def _difference(content: bytearray, file: PublishedFile) -> str:
    """Why these bytes are not the published ones; empty if they are."""
    if len(content) < file.size:
        return f"the transfer broke off after {len(content)} of {file.size} bytes"
    if sha256(content).hexdigest() != file.digest:
        return "what came is not the published file"
    return ""


def _remove(files: Sequence[Path], folders: Sequence[Path]) -> None:
    for path in files:
        with suppress(OSError):
            path.unlink(missing_ok=True)
    for folder in folders:
        with suppress(OSError):
            folder.rmdir()
