"""Written whole or not at all, whatever fails."""

import errno
import os
import random
import resource
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nnstudio.files import atomic
from nnstudio.files.atomic import check_place, write_atomically
from nnstudio.files.errors import FileError


def refusal(path: Path, content: bytes = b"new") -> str:
    with pytest.raises(FileError) as caught:
        write_atomically(path, content)
    assert path.name[:60] in str(caught.value)
    assert "untouched" in str(caught.value)
    return str(caught.value)


@pytest.fixture
def small_umask() -> Iterator[None]:
    old = os.umask(0o027)
    yield
    os.umask(old)


def test_a_new_file_follows_the_umask(tmp_path: Path, small_umask: None) -> None:
    write_atomically(tmp_path / "new", b"\x00\r\nnew")
    assert (tmp_path / "new").read_bytes() == b"\x00\r\nnew"
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o640
    assert os.listdir(tmp_path) == ["new"]


def test_a_replaced_file_keeps_its_permissions(tmp_path: Path, small_umask: None) -> None:
    path = tmp_path / "old"
    path.write_bytes(b"old and longer")
    path.chmod(0o604)
    write_atomically(path, b"new")
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o604


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("folder/target")
    for content in (b"first", b"second"):
        write_atomically(tmp_path / "link", content)
        assert (tmp_path / "link").is_symlink()
        assert (tmp_path / "folder" / "target").read_bytes() == content
    assert sorted(os.listdir(tmp_path)) == ["folder", "link"]


def test_the_longest_name_is_writable(tmp_path: Path) -> None:
    write_atomically(tmp_path / ("x" * 255), b"new")
    assert "too long" in refusal(tmp_path / ("x" * 256))


def test_folders_devices_and_missing_folders(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    assert "it is a folder" in refusal(tmp_path / "folder")
    assert "device" in refusal(tmp_path / "pipe")
    assert "folder does not exist" in refusal(tmp_path / "nowhere" / "file")
    (tmp_path / "file").write_bytes(b"old")
    assert "not a folder" in refusal(tmp_path / "file" / "below")
    assert sorted(os.listdir(tmp_path)) == ["file", "folder", "pipe"]


def test_a_write_protected_file_is_respected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "old"
    path.write_bytes(b"old")
    path.chmod(0o444)
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may do everything
    assert "write-protected" in refusal(path)
    assert path.read_bytes() == b"old"


def test_a_file_that_grows_too_large_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "old"
    path.write_bytes(b"old")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, limits[1]))
    try:
        message = refusal(path, bytes(100_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert "too large" in message
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["old"]


@pytest.mark.parametrize("call", ["open", "fsync", "replace"])
@pytest.mark.parametrize(
    ("number", "says"),
    [
        (errno.ENOSPC, "disk is full"),
        (errno.EACCES, "no permission"),
        (errno.EROFS, "read-only"),
        (errno.ENXIO, "No such device"),
    ],
)
def test_every_failure_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int, says: str
) -> None:
    path = tmp_path / "old"
    path.write_bytes(b"old")

    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patched:
        patched.setattr(os, call, fail)
        assert says in refusal(path)
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["old"]


def test_all_of_it_is_on_the_disk_before_it_takes_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pulled plug must not leave a name with nothing behind it."""
    events: list[tuple[str, int]] = []
    fsync, replace = os.fsync, os.replace

    def synced(descriptor: int) -> None:
        fsync(descriptor)
        events.append(("synced", os.fstat(descriptor).st_size))

    def replaced(source: Path, target: Path) -> None:
        events.append(("named", source.stat().st_size))
        replace(source, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "replace", replaced)
    write_atomically(tmp_path / "new", iter([b"a few ", b"bytes"]))
    assert events == [("synced", 11), ("named", 11)]


def test_an_interruption_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", interrupt)
        with pytest.raises(KeyboardInterrupt):
            write_atomically(tmp_path / "new", b"new")
    assert os.listdir(tmp_path) == []


# Piece by piece -------------------------------------------------------------------------------------------------------


def test_content_may_come_in_pieces(tmp_path: Path) -> None:
    pieces = [b"one ", bytearray(b"two "), memoryview(b"three")]
    write_atomically(tmp_path / "new", iter(pieces))
    assert (tmp_path / "new").read_bytes() == b"one two three"


def test_pieces_that_fail_leave_the_old_file(tmp_path: Path) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"new"
        raise ZeroDivisionError

    path = tmp_path / "old"
    path.write_bytes(b"old")
    with pytest.raises(ZeroDivisionError):
        write_atomically(path, pieces())
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["old"]


def forbid_links(patched: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise PermissionError(errno.EPERM, "no links here")

    patched.setattr(os, "link", fail)


def forbid_nameless_files(patched: pytest.MonkeyPatch) -> None:
    patched.setattr(atomic, "_NAMELESS", 0)


def know_no_nameless_files(patched: pytest.MonkeyPatch) -> None:
    """As on a network drive: the system has them, the file system has not."""
    real = os.open

    def fail(path: object, flags: int, *mode: int) -> int:
        if flags & os.O_TMPFILE == os.O_TMPFILE:
            raise OSError(errno.EOPNOTSUPP, os.strerror(errno.EOPNOTSUPP))
        return real(path, flags, *mode)  # type: ignore[arg-type]

    patched.setattr(os, "open", fail)


@pytest.mark.parametrize("forbid", [forbid_links, forbid_nameless_files, know_no_nameless_files])
def test_without_links_or_nameless_files_it_works_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, forbid: Callable[[pytest.MonkeyPatch], None]
) -> None:
    forbid(monkeypatch)
    path = tmp_path / "new"
    for content in (b"first", b"second"):
        write_atomically(path, iter([content, bytes(3_000_000)]))
        assert path.read_bytes() == content + bytes(3_000_000)
    assert os.listdir(tmp_path) == ["new"]


# Killed ---------------------------------------------------------------------------------------------------------------

SIZE = 8_000_000
SAVING = f"""
import itertools, sys
from pathlib import Path
from nnstudio.files import atomic
if sys.argv[2] == "named":
    atomic._NAMELESS = 0
print("ready", flush=True)
for letter in itertools.cycle([b"A", b"B"]):
    atomic.write_atomically(Path(sys.argv[1]), [letter * {SIZE // 8}] * 8)
"""


@pytest.mark.slow
@pytest.mark.parametrize("files", ["nameless", "named"])
def test_killed_at_any_moment_the_file_is_whole_and_the_next_save_clears_up(tmp_path: Path, files: str) -> None:
    path, moments = tmp_path / "target", random.Random(3)
    path.write_bytes(b"old")
    wholes = (b"old", b"A" * SIZE, b"B" * SIZE)
    parts = 0
    for _ in range(30):
        saving = subprocess.Popen([sys.executable, "-c", SAVING, str(path), files], stdout=subprocess.PIPE)
        assert saving.stdout
        assert saving.stdout.readline() == b"ready\n"
        time.sleep(moments.uniform(0, 0.06))
        saving.kill()
        saving.communicate()
        assert path.read_bytes() in wholes
        parts += sum(left.stat().st_size < SIZE for left in tmp_path.iterdir() if left != path)
    # Without a name nothing half written is ever seen: it gets one when it is whole, an instant before it moves on.
    assert parts == 0 if files == "nameless" else parts > 0
    write_atomically(tmp_path / "other", b"")
    assert sorted(os.listdir(tmp_path)) == ["other", "target"]


def test_only_what_the_dead_have_left_is_cleared_away(tmp_path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    kept = [
        f".nnstudio-{os.getpid()}-0123456789ab.tmp",
        f".nnstudio-{os.getppid()}-0123456789ab.tmp",
        f"nnstudio-{dead.pid}-0123456789ab.tmp",
        f".nnstudio-{dead.pid}-0123456789ab.tmp.txt",
        "new",
    ]
    for name in (*kept, f".nnstudio-{dead.pid}-0123456789ab.tmp", f".nnstudio-{10**30}-0123456789ab.tmp"):
        (tmp_path / name).write_bytes(b"")
    write_atomically(tmp_path / "new", b"new")
    assert sorted(os.listdir(tmp_path)) == sorted(kept)


# A place that is tried ------------------------------------------------------------------------------------------------


def unfit(path: Path) -> str:
    with pytest.raises(FileError) as caught:
        check_place(path)
    return str(caught.value)


def test_a_place_is_tried_without_a_trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "old").write_bytes(b"old")
    for name in ("old", "new", "x" * 255):
        check_place(tmp_path / name)
    assert os.listdir(tmp_path) == ["old"]
    assert (tmp_path / "old").read_bytes() == b"old"
    assert "too long" in unfit(tmp_path / ("x" * 256))
    assert "folder does not exist" in unfit(tmp_path / "nowhere" / "new")
    assert "not a folder" in unfit(tmp_path / "old" / "new")
    assert "it is a folder" in unfit(tmp_path)
    assert "device" in unfit(Path(os.devnull))
    with monkeypatch.context() as patched:
        patched.setattr(os, "access", lambda *_: False)  # root may do everything
        assert "write-protected" in unfit(tmp_path / "old")
    if Path("/proc/self").exists():
        assert "cannot be written" in unfit(Path("/proc/new"))
    assert os.listdir(tmp_path) == ["old"]
