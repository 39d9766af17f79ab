"""MNIST from real and broken files: every way in which a folder can be wrong gets its own sentence."""

import gzip
import hashlib
import os
import struct
import time
from pathlib import Path

import numpy as np
import pytest

from nnstudio.files import mnist
from nnstudio.files.errors import FileError
from nnstudio.files.idx import read_idx
from nnstudio.files.mnist import FILE_NAMES, find_mnist, read_mnist

TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS = FILE_NAMES
DECOMPRESSED_SHA256 = {
    TRAIN_IMAGES: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    TRAIN_LABELS: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    TEST_IMAGES: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    TEST_LABELS: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}


def idx(array: np.ndarray) -> bytes:
    header = struct.pack(f">4B{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    return header + array.astype(np.uint8).tobytes()


def small_files() -> dict[str, bytes]:
    random = np.random.default_rng(3)
    return {
        TRAIN_IMAGES: idx(random.integers(0, 256, (20, 28, 28))),
        TRAIN_LABELS: idx(np.arange(20) % 10),
        TEST_IMAGES: idx(random.integers(0, 256, (5, 28, 28))),
        TEST_LABELS: idx(np.arange(5)),
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small but sound MNIST, gzipped."""
    for name, content in small_files().items():
        (tmp_path / f"{name}.gz").write_bytes(gzip.compress(content, mtime=0))
    return tmp_path


def replace(folder: Path, name: str, content: bytes) -> None:
    (folder / f"{name}.gz").write_bytes(gzip.compress(content, mtime=0))


def refusal(folder: Path) -> str:
    with pytest.raises(FileError) as caught:
        read_mnist(folder)
    assert "Nothing was changed" in str(caught.value)
    return str(caught.value)


def test_real_files_have_the_published_content(mnist_folder: Path) -> None:
    assert find_mnist() == mnist_folder
    start = time.perf_counter()
    images = read_mnist(mnist_folder)
    assert time.perf_counter() - start < 1.5  # 0.2 s on two idle cores
    assert images.train_pixels.shape == (60_000, 28, 28)
    assert images.test_pixels.shape == (10_000, 28, 28)
    assert images.classes == 10
    read_back = {
        TRAIN_IMAGES: idx(images.train_pixels),
        TRAIN_LABELS: idx(images.train_labels),
        TEST_IMAGES: idx(images.test_pixels),
        TEST_LABELS: idx(images.test_labels),
    }
    assert {name: hashlib.sha256(content).hexdigest() for name, content in read_back.items()} == DECOMPRESSED_SHA256


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("separator", ["-idx", ".idx"])
@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_all_usual_names_are_read_by_content(tmp_path: Path, packed: bool, separator: str, suffix: str) -> None:
    for name, content in small_files().items():
        path = tmp_path / (name.replace("-idx", separator) + suffix)
        path.write_bytes(gzip.compress(content) if packed else content)
    images = read_mnist(tmp_path)
    assert images.train_labels.tolist() == [*range(10)] * 2
    assert images.train_labels.dtype == np.int64
    assert idx(images.test_pixels) == small_files()[TEST_IMAGES]
    assert not images.train_pixels.flags.writeable


def test_find_looks_in_three_places_in_turn(folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("NNSTUDIO_DATA", raising=False)
    monkeypatch.setattr(mnist, "user_mnist_folder", lambda: tmp_path / "user")
    assert find_mnist() is None
    assert find_mnist(folder) == folder
    (tmp_path / "user").symlink_to(folder)
    assert find_mnist(folder) == tmp_path / "user"
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "mnist").symlink_to(folder)
    monkeypatch.setenv("NNSTUDIO_DATA", str(tmp_path / "data"))
    assert find_mnist(folder) == tmp_path / "data" / "mnist"
    (folder / f"{TEST_LABELS}.gz").unlink()
    assert find_mnist(folder) is None


def test_user_folder_follows_the_platform(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert mnist.user_mnist_folder().parts[-2:] == ("nnstudio", "mnist")


def header(*shape: int, kind: int = 8) -> bytes:
    return struct.pack(f">4B{len(shape)}I", 0, 0, kind, len(shape), *shape)


def outcome(path: Path) -> str:
    try:
        return str(read_idx(path, 1).tolist())
    except FileError:
        return "refused"


WRONG_CONTENT: list[tuple[str, bytes, str]] = [
    (TRAIN_IMAGES, b"", "empty"),
    (TRAIN_IMAGES, header(20, 28, 28)[:7], "cut off"),
    (TRAIN_IMAGES, header(20, 28, 28) + bytes(100), "only 100"),
    (TRAIN_IMAGES, header(20, 28, 28) + bytes(20 * 784 + 1), "holds more"),
    (TRAIN_IMAGES, header(20, 28, 28, kind=0x0D) + bytes(20 * 784), "another kind"),
    (TRAIN_IMAGES, small_files()[TRAIN_LABELS], "another kind"),
    (TRAIN_IMAGES, header(20, 32, 32) + bytes(20 * 1024), "32×32"),
    (TRAIN_IMAGES, header(0, 28, 28), "no images"),
    (TEST_IMAGES, header(4, 28, 28) + bytes(4 * 784), "5 labels for the 4 images"),
    (TRAIN_IMAGES, header(2**32 - 1, 2**32 - 1, 2**32 - 1), "far more"),
    (TEST_LABELS, header(5) + bytes((0, 1, 2, 3, 10)), "label 10"),
    (TEST_LABELS, header(0), "0 labels"),
]


@pytest.mark.parametrize(("name", "content", "says"), WRONG_CONTENT)
def test_wrong_content_is_named(folder: Path, name: str, content: bytes, says: str) -> None:
    replace(folder, name, content)
    message = refusal(folder)
    assert says in message
    assert name in message or says == "5 labels for the 4 images"


def test_a_file_may_hold_as_much_as_its_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nnstudio.files.limits.IDX", 60)
    for count in (60, 61):
        (tmp_path / f"{count}.idx").write_bytes(header(count) + bytes(count))
    assert len(read_idx(tmp_path / "60.idx", 1)) == 60
    with pytest.raises(FileError, match="announces 61 bytes, far more"):
        read_idx(tmp_path / "61.idx", 1)


def test_broken_gzip_at_every_place(folder: Path) -> None:
    path = folder / f"{TEST_LABELS}.gz"
    sound = path.read_bytes()
    for length in range(len(sound)):
        path.write_bytes(sound[:length])
        assert TEST_LABELS in refusal(folder)
    outcomes = set()
    for position in range(8 * len(sound)):
        flipped = bytearray(sound)
        flipped[position // 8] ^= 1 << position % 8
        path.write_bytes(flipped)
        outcomes.add(outcome(path))
    # A flip in the time stamp and the like does no harm; none changes a label unnoticed.
    assert outcomes == {"[0, 1, 2, 3, 4]", "refused"}


def test_gzip_bomb_is_not_unpacked(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replace(folder, TEST_IMAGES, small_files()[TEST_IMAGES] + bytes(200 * 2**20))
    largest: list[int] = []
    read = gzip.GzipFile.read

    def watched(self: gzip.GzipFile, size: int | None = -1) -> bytes:
        content = read(self, size)
        largest.append(len(content))
        return content

    monkeypatch.setattr(gzip.GzipFile, "read", watched)
    assert "holds more" in refusal(folder)
    assert max(largest) <= 20 * 784 + 1


def test_missing_empty_and_unreadable_folders(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "empty").mkdir()
    assert "no MNIST files" in refusal(tmp_path / "empty")
    assert "does not exist" in refusal(tmp_path / "nowhere")
    assert "not a folder" in refusal(folder / f"{TEST_LABELS}.gz")
    (folder / f"{TEST_LABELS}.gz").unlink()
    assert f"{TEST_LABELS}.gz is missing" in refusal(folder)
    (folder / f"{TEST_LABELS}.gz").mkdir()
    assert "folder or a device" in refusal(folder)


@pytest.mark.parametrize("call", ["open", "listdir"])
def test_no_permission(folder: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    def forbidden(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    target: object = os if call == "listdir" else Path
    monkeypatch.setattr(target, call, forbidden)
    assert "there is no permission" in refusal(folder)


def test_random_bytes_never_raise_anything_else(tmp_path: Path) -> None:
    random = np.random.default_rng(5)
    path = tmp_path / "noise"
    for start in (b"", b"\x1f\x8b\x08\x00", header(3), header(9)[:4]):
        for length in random.integers(0, 60, 100):
            path.write_bytes(start + random.bytes(int(length)))
            outcome(path)
