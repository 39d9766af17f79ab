"""Files of weights that are broken, or made to do harm, are refused in a sentence."""

import io
import os
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from weight_files import SUFFIXES, arrays_of, changed, refusal, saved, small_frame

from nnstudio.files import limits
from nnstudio.files.errors import FileError
from nnstudio.files.weights import import_weights


@pytest.fixture(params=SUFFIXES)
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return tmp_path / f"weights{request.param}"


def test_objects_are_refused_without_unpickling(tmp_path: Path) -> None:
    path, trap = tmp_path / "weights.npz", tmp_path / "sprung"

    class Trap:
        def __reduce__(self) -> tuple[Any, ...]:
            return os.mkdir, (str(trap),)

    frame = small_frame()
    np.savez(path, **changed(frame, layer1__bias=np.array([Trap(), 1, 2], object)))  # type: ignore[arg-type]
    assert "layer1/bias has the type |O" in refusal(path, frame)
    path.write_bytes(pickle.dumps(Trap()))
    assert "broken or another kind" in refusal(path, frame)
    assert not trap.exists()


def npy(header: str, data: bytes = b"", version: bytes = b"\x01\x00", length: int | None = None) -> bytes:
    size = (len(header) if length is None else length).to_bytes(2 if version[0] == 1 else 4, "little")
    return b"\x93NUMPY" + version + size + header.encode() + data


HEADER = "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }\n"

BROKEN_ARRAYS = [
    b"",
    b"\x93NUMPY",
    npy(HEADER),
    npy(HEADER, bytes(13)),
    npy(HEADER, bytes(12), version=b"\x03\x00"),
    npy(HEADER, bytes(12), version=b"\x02\x00", length=2**32 - 1),
    npy("{'descr': '<f4', 'fortran_order': False, 'shape': __import__('os'), }"),
    npy("(" * 60_000),
    npy("{'descr': '<f4', 'fortran_order': False, 'shape': (" + "1" * 60_000 + "x"),
    npy(HEADER.replace("3,", "9" * 100)),
]


@pytest.mark.parametrize("content", BROKEN_ARRAYS, ids=map(str, range(len(BROKEN_ARRAYS))))
def test_broken_arrays_within_a_sound_archive(tmp_path: Path, content: bytes) -> None:
    frame = small_frame()
    path = saved(tmp_path / "weights.npz", changed(frame, layer1__bias=None))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("layer1/bias.npy", content)
    refusal(path, frame)


def test_version_two_arrays_are_read(tmp_path: Path) -> None:
    frame = small_frame()
    path = saved(tmp_path / "weights.npz", changed(frame, layer1__bias=None))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("layer1/bias.npy", npy(HEADER, np.float32([1, 2, 3]).tobytes(), version=b"\x02\x00"))
    assert import_weights(path, frame).params[6:9].tolist() == [1, 2, 3]


def test_a_header_is_as_long_as_it_may_be(tmp_path: Path) -> None:
    frame = small_frame()
    path = tmp_path / "weights.npz"
    for length in (limits.ARRAY_HEADER, limits.ARRAY_HEADER + 1):
        saved(path, changed(frame, layer1__bias=None))
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr("layer1/bias.npy", npy(HEADER.ljust(length), np.float32([1, 2, 3]).tobytes()))
        if length == limits.ARRAY_HEADER:
            assert import_weights(path, frame).params[6:9].tolist() == [1, 2, 3]
        else:
            assert "broken" in refusal(path, frame)


@pytest.mark.parametrize("bomb", ["data", "header"])
def test_bombs_are_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bomb: str) -> None:
    frame = small_frame()
    path = saved(tmp_path / "weights.npz", changed(frame, layer1__bias=None))
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        header = {} if bomb == "data" else {"version": b"\x02\x00", "length": 50 * 2**20}
        archive.writestr("layer1/bias.npy", npy(HEADER, bytes(15 * 2**20), **header))  # type: ignore[arg-type]
    largest: list[int] = []
    read = zipfile.ZipExtFile.read

    def watched(self: zipfile.ZipExtFile, size: int = -1) -> bytes:
        content = read(self, size)
        largest.append(len(content))
        return content

    monkeypatch.setattr(zipfile.ZipExtFile, "read", watched)
    assert "broken" in refusal(path, frame)
    assert max(largest) < 1000


@pytest.mark.parametrize("flag", ["locked", "method"])
def test_locked_and_unusual_archives(tmp_path: Path, flag: str) -> None:
    frame = small_frame()
    path = tmp_path / "weights.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA if flag == "method" else zipfile.ZIP_STORED) as archive:
        for name, array in arrays_of(frame).items():
            stream = io.BytesIO()
            np.save(stream, array)
            archive.writestr(f"{name}.npy", stream.getvalue())
    if flag == "locked":
        content = bytearray(path.read_bytes())
        start = content.index(b"PK\x01\x02")
        content[start + 8] |= 1
        path.write_bytes(content)
    assert "broken" in refusal(path, frame)


def test_cut_off_at_every_length(path: Path) -> None:
    frame = small_frame(units=(1,))
    sound = saved(path, arrays_of(frame)).read_bytes()
    for length in range(len(sound)):
        path.write_bytes(sound[:length])
        refusal(path, frame)


@pytest.mark.slow
def test_flipped_bits_never_raise_anything_else(path: Path) -> None:
    frame = small_frame(units=(1,))
    sound = saved(path, arrays_of(frame)).read_bytes()
    random = np.random.default_rng(11)
    outcomes = {"taken": 0, "refused": 0}
    for position in random.choice(8 * len(sound), 1500, replace=False):
        flipped = bytearray(sound)
        flipped[position // 8] ^= 1 << position % 8
        path.write_bytes(flipped)
        try:
            params = import_weights(path, frame).params
            assert np.isfinite(params).all()
            outcomes["taken"] += 1
            if path.suffix == ".npz":  # its checksums see to it; .safetensors has none
                assert params.tobytes() == frame.params.tobytes()
        except FileError:
            outcomes["refused"] += 1
    assert min(outcomes.values()) > 0


def test_noise_never_raises_anything_else(path: Path) -> None:
    frame = small_frame()
    random = np.random.default_rng(12)
    for start in (b"", b"PK\x03\x04", b"\x08\0\0\0\0\0\0\0{}", b"\xff" * 8):
        for length in random.integers(0, 200, 30):
            path.write_bytes(start + random.bytes(int(length)))
            refusal(path, frame)
