"""Written whole or not at all, whatever fails."""

import errno
import os
import resource
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from nnstudio.files.atomic import write_atomically
from nnstudio.files.errors import FileError


def refusal(path: Path, content: bytes = b"new") -> str:
    with pytest.raises(FileError) as caught:
        write_atomically(path, content)
    assert path.name in str(caught.value)
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


def test_an_interruption_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", interrupt)
        with pytest.raises(KeyboardInterrupt):
            write_atomically(tmp_path / "new", b"new")
    assert os.listdir(tmp_path) == []
