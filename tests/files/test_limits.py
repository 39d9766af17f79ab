"""Files that lie about themselves: refused in a sentence, within a second and 200 MB."""

import gzip
import io
import random
import struct
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from nnstudio.cli.arguments import load
from nnstudio.core.experiment import DenseSpec, Experiment
from nnstudio.core.network.weights import Weights
from nnstudio.core.run.frame import Frame, Probe
from nnstudio.core.run.observe import Observer
from nnstudio.core.training.trainer import Trainer
from nnstudio.files import limits
from nnstudio.files.archive import open_archive, pack
from nnstudio.files.errors import FileError
from nnstudio.files.experiment_json import experiment_to_json
from nnstudio.files.idx import read_idx
from nnstudio.files.project import Project, load_project, save_project
from nnstudio.files.weights import export_weights, import_weights

EXPERIMENT = Experiment(layers=(DenseSpec(units=3),))
TEXT = experiment_to_json(EXPERIMENT).encode()
ABOUT = b'{"program": "nnstudio", "version": 1}'


def a_frame() -> Frame:
    return Observer(Trainer(EXPERIMENT), 1).frame(Probe.NOTHING)


# Bombs ----------------------------------------------------------------------------------------------------------------


def idx(*sides: int, body: bytes = b"") -> bytes:
    return bytes((0, 0, 8, len(sides))) + struct.pack(f">{len(sides)}I", *sides) + body


def array_of(shape: tuple[int, ...], body: bytes = b"", kind: str = "<f8") -> bytes:
    stream = io.BytesIO()
    np.lib.format.write_array_header_1_0(stream, {"descr": kind, "fortran_order": False, "shape": shape})
    return stream.getvalue() + body


def bomb(name: str, size: int, *, head: bytes = b"", **others: bytes) -> bytes:
    """An archive in which one member unpacks to `size` zeros."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for other, content in others.items():
            archive.writestr(other.replace("_", "."), content)
        with archive.open(name, "w") as member:
            member.write(head)
            for _ in range(size // 2**20):
                member.write(bytes(2**20))
    return stream.getvalue()


PROJECT = {"project_json": ABOUT, "experiment_json": TEXT}
HALF_GIGABYTE = 2**29
BOMBS: dict[str, Callable[[], bytes]] = {
    "hidden.idx": lambda: idx(0, 2**32 - 1, 2**32 - 1),
    "announced.idx": lambda: idx(2**32 - 1, 2**32 - 1, 2**32 - 1),
    "packed.idx": lambda: gzip.compress(idx(2**10, 2**10, 2**9) + bytes(2**29), 1),
    "full.idx": lambda: gzip.compress(idx(2**8, 2**9, 2**9) + bytes(2**26 + 1), 1),
    "long.json": lambda: TEXT + b" " * 10**8,
    "lists.json": lambda: b'{"schema": 1, "layers": [' + b"[]," * 10**7 + b"[]]}",
    "many.json": lambda: b'{"schema": 1, "layers": [' + b"[]," * 300_000 + b"[]]}",
    "digits.json": lambda: b'{"schema": 1, "seed": ' + b"1" * 1_000_000 + b"}",
    "params.nns": lambda: bomb("params.npy", HALF_GIGABYTE, head=array_of((HALF_GIGABYTE // 8,)), **PROJECT),
    "just.nns": lambda: bomb("params.npy", 15 * 2**20, head=array_of((15 * 2**17,)), **PROJECT, params_txt=b""),
    "liar.nns": lambda: bomb("params.npy", 2**20, head=array_of((2**60,)), **PROJECT),
    "empty.nns": lambda: bomb("params.npy", 0, head=array_of((0, 2**60)), **PROJECT),
    "text.nns": lambda: bomb("experiment.json", HALF_GIGABYTE, project_json=ABOUT),
    "weights.npz": lambda: bomb("layer1/weight.npy", HALF_GIGABYTE, head=array_of((HALF_GIGABYTE // 8,))),
    "liar.npz": lambda: bomb("layer1/weight.npy", 0, head=array_of((2**62, 2**62))),
    "header.npz": lambda: bomb("layer1/weight.npy", 0, head=b"\x93NUMPY\x02\x00\xff\xff\xff\x7f" + b" " * 10**6),
    "header.safetensors": lambda: struct.pack("<Q", 2**40) + b"{}",
    "spaces.safetensors": lambda: struct.pack("<Q", 5 * 10**7) + b"{" + b" " * (5 * 10**7 - 2) + b"}",
}
READING = """
import sys
from pathlib import Path
from time import process_time
from tests.files.test_limits import a_frame, read
def peak():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))
path, frame = Path(sys.argv[1]), a_frame()
begin, before = process_time(), peak()
message = read(path, frame)
print(process_time() - begin, peak() - before, message or "taken")
"""


def read(path: Path, frame: Frame) -> str:
    """Why the file is refused; empty if it is not."""
    try:
        match path.suffix:
            case ".idx":
                read_idx(path, 3)
            case ".json" | ".nns":
                load(str(path))
            case _:
                import_weights(path, frame)
    except FileError as error:
        return str(error)
    return ""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs to measure memory")
@pytest.mark.parametrize("name", BOMBS)
def test_bombs_do_not_go_off(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(BOMBS[name]())
    command, here = (sys.executable, "-c", READING, str(path)), Path(__file__).parents[2]
    done = subprocess.run(command, cwd=here, capture_output=True, text=True, check=True)
    seconds, megabytes, message = done.stdout.split(maxsplit=2)
    assert (message == "taken\n") is (name == "just.nns")
    assert float(seconds) < 1
    assert float(megabytes) < 200


def test_what_the_program_writes_is_far_from_its_limits(tmp_path: Path) -> None:
    # Weights that are all alike shrink to nothing, and still they come back.
    params = np.zeros(12_000_000, np.float32)
    save_project(tmp_path / "zeros.nns", Project(EXPERIMENT, weights=Weights(params)))
    loaded = load_project(tmp_path / "zeros.nns").weights
    assert loaded is not None
    assert np.array_equal(loaded.params, params)
    assert len(TEXT) < limits.EXPERIMENT / 100


def test_a_small_archive_may_unpack_to_so_many_bytes_and_not_to_one_more(tmp_path: Path) -> None:
    for more in (0, 1):
        (tmp_path / f"{more}.zip").write_bytes(b"".join(pack({"zeros.txt": bytes(limits.SMALL_EXPANSION + more)})))
    with open_archive(tmp_path / "0.zip") as archive:
        assert archive.namelist() == ["zeros.txt"]
    with pytest.raises(FileError, match="far more than it weighs"), open_archive(tmp_path / "1.zip"):
        pass


def test_an_archive_is_packed_piece_by_piece(tmp_path: Path) -> None:
    array = np.arange(5.0)
    members = {"text.json": b"{}", "array.npy": [b"head", memoryview(array)], "other.json": [b"[1,", bytearray(b"2]")]}
    pieces = list(pack(members))
    assert any(isinstance(piece, memoryview) and piece.obj is array for piece in pieces), "no copy is made"
    (tmp_path / "a.zip").write_bytes(b"".join(pieces))
    with open_archive(tmp_path / "a.zip") as archive:
        assert archive.testzip() is None
        assert {info.filename: info.compress_type for info in archive.infolist()} == {
            "text.json": zipfile.ZIP_DEFLATED,
            "array.npy": zipfile.ZIP_STORED,
            "other.json": zipfile.ZIP_DEFLATED,
        }
        assert {info.external_attr >> 16 for info in archive.infolist()} == {0o644}, "unpacked, anybody may read them"
        assert archive.read("array.npy") == b"head" + array.tobytes()
        assert archive.read("other.json") == b"[1,2]"
    assert b"".join(pack(members)) == b"".join(pieces)
    asked: list[int] = []
    packing = pack({"array.npy": (asked.append(number) or bytes(100) for number in range(9))})
    next(packing)
    assert asked == [0], "what was written is handed on before more is asked for"


# Fuzz -----------------------------------------------------------------------------------------------------------------

MUTANTS = 2000
LARGE = (b"\xff\xff\xff\xff", b"\x00\x00\x00\x00", b"\x7f\xff\xff\xff", b"\x80\x00\x00\x00", b"\x01")


def mutated(sound: bytes, chance: random.Random) -> bytes:
    """The bytes with some of them changed, cut out, doubled, moved or replaced."""
    content = bytearray(sound)
    for _ in range(chance.choice((1, 1, 1, 2, 4, 16))):
        place, length = chance.randrange(len(content) + 1), chance.choice((1, 2, 4, 16, 200))
        match chance.randrange(6):
            case 0 if place < len(content):
                content[place] ^= 1 << chance.randrange(8)
            case 1:
                del content[place : place + length]
            case 2:
                content[place:place] = content[place : place + length]
            case 3:
                patch = chance.choice(LARGE)
                content[place : place + len(patch)] = patch
            case 4:
                content[place : place + length] = chance.randbytes(length)
            case _:
                del content[max(place, len(content) - length) :]
    return bytes(content)


def samples(folder: Path, frame: Frame) -> dict[str, bytes]:
    export_weights(folder / "a.npz", frame)
    export_weights(folder / "a.safetensors", frame)
    save_project(folder / "a.nns", Project(EXPERIMENT, Trainer(EXPERIMENT).state()))
    (folder / "a.json").write_bytes(TEXT)
    (folder / "a.idx").write_bytes(idx(3, 4, 5, body=bytes(60)))
    return {path.suffix: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".idx", ".npz", ".safetensors", ".json", ".nns"])
def test_damaged_files_are_refused_or_read(suffix: str, tmp_path: Path) -> None:
    frame, chance = a_frame(), random.Random(suffix)
    sound, path = samples(tmp_path, frame)[suffix], tmp_path / f"damaged{suffix}"
    refused, slowest = 0, 0.0
    for number in range(MUTANTS):
        content = mutated(sound, chance)
        path.write_bytes(gzip.compress(content, 1) if suffix == ".idx" and number % 2 else content)
        begin = time.process_time()
        message = read(path, frame)
        slowest = max(slowest, time.process_time() - begin)
        refused += bool(message)
        assert message.isprintable()
        assert len(message) <= 1000
    assert slowest < 1
    assert refused > MUTANTS / 4
