"""A download that keeps all or nothing, from servers that behave as badly as servers do."""

import errno
import gzip
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from nnstudio.files import mnist
from nnstudio.files.downloads import MIRRORS, MNIST_FILES, DownloadCancelled, MnistDownload, PublishedFile
from nnstudio.files.errors import FileError

CONTENTS = {file.name: gzip.compress(np.random.default_rng(4).bytes(70_000 + n)) for n, file in enumerate(MNIST_FILES)}
FILES = tuple(PublishedFile(name, len(body), sha256(body).hexdigest()) for name, body in CONTENTS.items())
TOTAL = sum(map(len, CONTENTS.values()))

Answer = Callable[[BaseHTTPRequestHandler, bytes], None]


class Mirror:
    """A server on this machine. `answer` says how it behaves, `asked` which files it was asked for."""

    def __init__(self) -> None:
        self.answer: Answer = send
        self.asked: list[str] = []
        self.closing = threading.Event()
        mirror = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                name = self.path.rpartition("/")[2]
                mirror.asked.append(name)
                mirror.answer(self, CONTENTS[name])

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/mnist/"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    def stop_in_the_middle(self, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        start(handler, body)
        handler.wfile.write(body[:30_000])
        handler.wfile.flush()
        self.closing.wait(30)

    def close(self) -> None:
        self.closing.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


def start(handler: BaseHTTPRequestHandler, body: bytes, *headers: tuple[str, str]) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(body)))
    for header in headers:
        handler.send_header(*header)
    handler.end_headers()


def send(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    start(handler, body)
    handler.wfile.write(body)


def send_marked_as_packed(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    start(handler, body, ("Content-Encoding", "gzip"))
    handler.wfile.write(body)


def send_wrong(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    send(handler, body[:-1] + bytes([body[-1] ^ 1]))


def send_half(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    start(handler, body)
    handler.wfile.write(body[: len(body) // 2])


def send_endlessly(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    handler.send_response(200)
    handler.end_headers()
    try:
        while True:
            handler.wfile.write(body)
    except OSError:
        return


def send_error(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    handler.send_error(503)


def send_nonsense(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    handler.wfile.write(b"\xff\xfe\r\n" * 10)


@pytest.fixture
def mirrors(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Mirror, Mirror]]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    pair = Mirror(), Mirror()
    yield pair
    for mirror in pair:
        mirror.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data" / "nnstudio" / "mnist"


def download(folder: Path, *urls: str, timeout: float = 5) -> list[tuple[int, int]]:
    steps: list[tuple[int, int]] = []
    MnistDownload(folder, urls, FILES, timeout).run(lambda *step: steps.append(step), lambda: False)
    return steps


def assert_complete(folder: Path) -> None:
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == CONTENTS


def refusal(folder: Path, *urls: str, timeout: float = 5) -> FileError:
    with pytest.raises(FileError) as caught:
        download(folder, *urls, timeout=timeout)
    assert str(folder) in str(caught.value)
    assert "Nothing was" in str(caught.value)
    return caught.value


def test_success_tells_its_progress(folder: Path, mirrors: tuple[Mirror, Mirror]) -> None:
    steps = download(folder, mirrors[0].url, mirrors[1].url)
    assert_complete(folder)
    assert steps == sorted(steps)
    assert steps[-1] == (TOTAL, TOTAL)
    assert {total for _, total in steps} == {TOTAL}
    assert mirrors[0].asked == [file.name for file in FILES]
    assert mirrors[1].asked == []


def test_existing_files_are_replaced(folder: Path, mirrors: tuple[Mirror, Mirror]) -> None:
    folder.mkdir(parents=True)
    (folder / FILES[0].name).write_bytes(b"half a file")
    download(folder, mirrors[0].url)
    assert_complete(folder)


def test_archives_marked_as_packed_stay_packed(folder: Path, mirrors: tuple[Mirror, Mirror]) -> None:
    mirrors[0].answer = send_marked_as_packed
    download(folder, mirrors[0].url)
    assert_complete(folder)


BAD_ANSWERS = [send_wrong, send_half, send_endlessly, send_error, send_nonsense]


@pytest.mark.parametrize("answer", BAD_ANSWERS)
def test_the_second_mirror_steps_in(folder: Path, mirrors: tuple[Mirror, Mirror], answer: Answer) -> None:
    mirrors[0].answer = answer
    download(folder, mirrors[0].url, mirrors[1].url)
    assert_complete(folder)
    assert len(mirrors[0].asked) == 1  # once found bad it is not asked first again
    assert len(mirrors[1].asked) == 4


@pytest.mark.parametrize("answer", BAD_ANSWERS)
def test_two_bad_mirrors_leave_nothing(
    folder: Path, tmp_path: Path, mirrors: tuple[Mirror, Mirror], answer: Answer
) -> None:
    def answer_the_last_file_so(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        (answer if body == CONTENTS[FILES[-1].name] else send)(handler, body)

    for mirror in mirrors:
        mirror.answer = answer_the_last_file_so
    error = refusal(folder, mirrors[0].url, mirrors[1].url)
    for mirror in mirrors:
        assert mirror.url in str(error)
        assert f"{mirror.url}{FILES[-1].name}: " in error.details
    assert os.listdir(tmp_path) == []


def closed_port() -> str:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}/"


def test_a_dead_mirror_and_no_network(folder: Path, tmp_path: Path, mirrors: tuple[Mirror, Mirror]) -> None:
    assert "cannot be reached" in str(refusal(folder, closed_port(), closed_port()))
    assert os.listdir(tmp_path) == []
    download(folder, closed_port(), mirrors[1].url)
    assert_complete(folder)


def test_a_silent_mirror_is_left_after_its_timeout(folder: Path, mirrors: tuple[Mirror, Mirror]) -> None:
    mirrors[0].answer = mirrors[0].stop_in_the_middle
    download(folder, mirrors[0].url, mirrors[1].url, timeout=0.2)
    assert_complete(folder)


@pytest.mark.slow
def test_a_dripping_mirror_is_given_up(folder: Path, mirrors: tuple[Mirror, Mirror]) -> None:
    def drip(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        start(handler, body)
        try:
            for place in range(len(body)):
                handler.wfile.write(body[place : place + 1])
                handler.wfile.flush()
                if mirrors[0].closing.wait(0.05):
                    return
        except OSError:
            return

    mirrors[0].answer = drip
    begin = time.monotonic()
    download(folder, mirrors[0].url, mirrors[1].url, timeout=0.2)
    assert time.monotonic() - begin < 3
    assert_complete(folder)
    mirrors[1].answer = drip
    assert "the mirror sent only " in str(refusal(folder, mirrors[1].url, timeout=0.2))


@pytest.mark.slow
def test_a_mirror_that_takes_its_time_at_first_is_not_given_up(folder: Path, mirrors: tuple[Mirror, Mirror]) -> None:
    def hesitate(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        mirrors[0].closing.wait(0.3)
        send(handler, body)

    mirrors[0].answer = hesitate
    download(folder, mirrors[0].url, mirrors[1].url)
    assert_complete(folder)
    assert mirrors[1].asked == []


@pytest.mark.parametrize("after", [0, 20_000])
def test_cancelled_in_mid_file(folder: Path, tmp_path: Path, mirrors: tuple[Mirror, Mirror], after: int) -> None:
    mirrors[0].answer = mirrors[0].stop_in_the_middle
    seen: list[int] = []
    asked: list[float] = []

    def cancelled() -> bool:
        if after == 0 or (seen and seen[-1] >= after):
            asked.append(time.monotonic())
        return bool(asked)

    with pytest.raises(DownloadCancelled, match="Nothing was kept"):
        MnistDownload(folder, [mirrors[0].url], FILES, 30).run(lambda done, _: seen.append(done), cancelled)
    assert time.monotonic() - asked[0] < 1
    assert os.listdir(tmp_path) == []


def test_after_a_cancel_nothing_more_is_fetched(folder: Path, mirrors: tuple[Mirror, Mirror]) -> None:
    left = threading.Event()

    def drip(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        start(handler, body)
        try:
            for place in range(0, len(body), 10):
                handler.wfile.write(body[place : place + 10])
                if left.wait(0.005):
                    return
        except OSError:
            left.set()

    mirrors[0].answer = drip
    seen: list[int] = []
    with pytest.raises(DownloadCancelled):
        MnistDownload(folder, [mirrors[0].url], FILES, 30).run(lambda done, _: seen.append(done), lambda: len(seen) > 1)
    assert left.wait(5), "the mirror still sends"


def test_a_silent_mirror_is_looked_at_about_ten_times_a_second(folder: Path, mirrors: tuple[Mirror, Mirror]) -> None:
    mirrors[0].answer = mirrors[0].stop_in_the_middle
    begin, looks = time.monotonic(), list[float]()

    def cancelled() -> bool:
        looks.append(time.monotonic())
        return len(looks) == 5

    with pytest.raises(DownloadCancelled):
        MnistDownload(folder, [mirrors[0].url], FILES, 30).run(lambda *_: None, cancelled)
    assert 0.3 < looks[-1] - begin < 4


def test_cancelled_within_the_last_file(folder: Path, tmp_path: Path, mirrors: tuple[Mirror, Mirror]) -> None:
    download = MnistDownload(folder, [mirrors[0].url], FILES)
    with pytest.raises(DownloadCancelled):
        download.run(lambda *_: None, lambda: len(mirrors[0].asked) == len(FILES))
    assert os.listdir(tmp_path) == []


def test_folders_that_cannot_be_made_leave_nothing(
    folder: Path, tmp_path: Path, mirrors: tuple[Mirror, Mirror], monkeypatch: pytest.MonkeyPatch
) -> None:
    mkdir = os.mkdir

    def fill(path: Path, mode: int = 0o777) -> None:
        if Path(path) == folder:
            raise OSError(errno.ENOSPC, "No space left on device")
        mkdir(path, mode)

    monkeypatch.setattr(os, "mkdir", fill)
    assert "disk is full" in str(refusal(folder, mirrors[0].url))
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("failing", [1, 2, 4])
def test_a_full_disk_leaves_nothing(
    folder: Path, tmp_path: Path, mirrors: tuple[Mirror, Mirror], monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    calls = [0]
    fsync = os.fsync

    def fill(descriptor: int) -> None:
        calls[0] += 1
        if calls[0] == failing:
            raise OSError(errno.ENOSPC, "No space left on device")
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", fill)
    assert "disk is full" in str(refusal(folder, mirrors[0].url))
    assert os.listdir(tmp_path) == []


def test_a_full_disk_spares_what_was_there(
    folder: Path, mirrors: tuple[Mirror, Mirror], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.mkdir(parents=True)
    (folder / FILES[0].name).write_bytes(b"before")

    def fill(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", fill)
    refusal(folder, mirrors[0].url)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {FILES[0].name: b"before"}


def test_a_file_where_the_folder_should_be(folder: Path, tmp_path: Path, mirrors: tuple[Mirror, Mirror]) -> None:
    (tmp_path / "data").write_bytes(b"")
    assert "not a folder" in str(refusal(folder, mirrors[0].url))
    assert os.listdir(tmp_path) == ["data"]


def test_the_published_files_are_those_of_mnist(mnist_folder: Path) -> None:
    assert [file.name for file in MNIST_FILES] == [name + ".gz" for name in mnist.FILE_NAMES]
    assert all(url.startswith("https://") and url.endswith("/") for url in MIRRORS)
    assert sum(file.size for file in MNIST_FILES) == 11_594_722
    # The training images are recompressed in the test's folder; the other three are the published archives.
    for file in MNIST_FILES[1:]:
        content = (mnist_folder / file.name).read_bytes()
        assert (len(content), sha256(content).hexdigest()) == (file.size, file.digest)
    assert MNIST_FILES[0].digest == "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"
