"""Images of somebody's own: a folder for each class, read as they are, or refused by name."""

import struct
import zlib
from collections.abc import Generator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nnstudio.files import limits
from nnstudio.files.errors import FileError
from nnstudio.files.pictures.arrays import labels_beside, npz_of, reading_idx, reading_npz
from nnstudio.files.pictures.folder import reading_folder
from nnstudio.files.pictures.pictures import Pictures
from nnstudio.files.pictures.source import are_pictures

RANDOM = np.random.default_rng(4)


def read(work: Generator[float, None, Pictures]) -> Pictures:
    while True:
        try:
            done = next(work)
        except StopIteration as end:
            return end.value
        assert 0 <= done <= 1


def refusal(folder: Path) -> str:
    with pytest.raises(FileError) as caught:
        read(reading_folder(folder))
    assert "Nothing was changed" in str(caught.value)
    return str(caught.value)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three cats and two dogs of 8 by 6 pixels, as PNG."""
    for name, count in (("dog", 2), ("cat", 3)):
        (tmp_path / name).mkdir()
        for number in range(count):
            Image.fromarray(RANDOM.integers(0, 256, (6, 8), np.uint8)).save(tmp_path / name / f"{number}.png")
    return tmp_path


def test_each_folder_is_a_class(folder: Path) -> None:
    (folder / "notes.txt").write_text("no class")
    (folder / "cat" / "notes.txt").write_text("no image")
    (folder / "empty").mkdir()
    found = read(reading_folder(folder))
    assert (found.names, found.labels.tolist()) == (("cat", "dog"), [0, 0, 0, 1, 1])
    assert found.sentence == "5 images of 8×6 pixels in 2 classes."
    np.testing.assert_array_equal(found.pixels[1], np.asarray(Image.open(folder / "cat" / "1.png")))


def test_colours_become_grey_and_sizes_one(folder: Path) -> None:
    Image.new("RGB", (16, 12), (255, 0, 0)).save(folder / "dog" / "red.jpg", quality=100)
    found = read(reading_folder(folder))
    assert found.pixels.shape == (6, 6, 8)
    assert found.sentence == "6 images of 8×6 pixels in 2 classes, of which 1 had another size."
    np.testing.assert_allclose(found.pixels[-1].astype(int), 76, atol=2)  # 0.299 of red
    assert read(reading_folder(folder, (3, 4))).pixels.shape == (6, 3, 4)


def test_another_pixel_is_another_digest(folder: Path) -> None:
    before = read(reading_folder(folder)).digest
    assert read(reading_folder(folder)).digest == before
    Image.new("L", (8, 6)).save(folder / "cat" / "1.png")
    assert read(reading_folder(folder)).digest != before


def png(width: int, height: int, pixels: bytes = b"") -> bytes:
    """A PNG whose header announces so many pixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(pixels)) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "broken or another kind"),
        (b"GIF89a and so on", "broken or another kind"),
        (png(100_000, 100_000), "far too"),
        (png(5000, 5000), "5000×5000 pixels, far too many"),
        (png(8, 6, b"\0" * 10), "broken or cut off"),
        (png(8, 6)[:40], "broken"),
    ],
    ids=["empty", "another kind", "bomb", "large", "cut off", "truncated"],
)
def test_an_image_that_is_none_is_named(folder: Path, content: bytes, why: str) -> None:
    (folder / "dog" / "9.png").write_bytes(content)
    found = read(reading_folder(folder))
    assert len(found.pixels) == 5, "the others are there"
    assert len(found.left_out) == 1
    assert found.left_out[0].startswith("dog/9.png cannot be read")
    assert why in found.left_out[0]
    for number in range(2):
        (folder / "dog" / f"{number}.png").unlink()
    assert refusal(folder).startswith("No image of dog can be read: dog/9.png")


def test_too_many_that_cannot_be_read_are_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "UNREADABLE_PICTURES", 2)
    for number in range(3, 6):
        (folder / "dog" / f"{number}.png").write_bytes(b"none")
    assert "More than 2 images cannot be read; the first: dog/3.png" in refusal(folder)
    monkeypatch.setattr(limits, "PICTURE_FILE", 20)
    assert "far too many" in refusal(folder)


def test_orientation_transparency_and_16_bits(folder: Path) -> None:
    pixels = RANDOM.integers(0, 256, (6, 8), np.uint8)
    Image.fromarray(pixels.astype(np.uint16) << 8).save(folder / "cat" / "5.png")
    upright = Image.fromarray(np.rot90(pixels))  # as a camera that was held upright stores it
    exif = upright.getexif()
    exif[0x0112] = 6
    upright.save(folder / "cat" / "6.jpg", exif=exif, quality=100)
    clear = Image.new("LA", (8, 6), (255, 0))
    clear.save(folder / "cat" / "7.png")
    found = read(reading_folder(folder))
    assert not found.others
    np.testing.assert_array_equal(found.pixels[3], pixels)
    np.testing.assert_allclose(found.pixels[4].astype(int), pixels, atol=4)
    assert not found.pixels[5].any(), "transparent is black"


def test_photographs_become_small_unless_somebody_says_otherwise(folder: Path) -> None:
    for number in range(6):
        Image.new("RGB", (640, 480), (number, 9, 9)).save(folder / "dog" / f"photo{number}.jpg")
    found = read(reading_folder(folder))
    assert (found.original, found.size, found.others) == ((480, 640), (48, 64), 5)
    assert read(reading_folder(folder, (480, 640))).size == (192, 256)


def test_npz_of_images_is_no_table(folder: Path, tmp_path: Path) -> None:
    pictures = read(reading_folder(folder))
    path = tmp_path / "images.npz"
    path.write_bytes(npz_of(pictures))
    assert are_pictures(path)
    again = read(reading_npz(path))
    np.testing.assert_array_equal(again.pixels, pictures.pixels)
    assert (again.names, again.labels.tolist()) == (pictures.names, pictures.labels.tolist())
    assert read(reading_npz(path, (3, 4))).pixels.shape == (5, 3, 4)
    np.savez(path, x=np.zeros((4, 2)), y=np.arange(4))
    assert not are_pictures(path)
    for images, labels, why in (
        (np.zeros((4, 3, 5)), np.arange(4), "must be bytes"),
        (np.zeros((4, 3, 5), np.uint8), np.arange(3), "one of labels"),
        (np.zeros((4, 3, 5), np.uint8), np.zeros(4, int), "1 classes"),
        (np.zeros((4, 3, 5), np.uint8), np.zeros(4), "whole numbers or text"),
    ):
        np.savez(path, images=images, labels=labels)
        with pytest.raises(FileError, match=why):
            read(reading_npz(path))


def test_a_folder_without_classes_is_refused(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "holds no images" in refusal(folder / "cat")
    assert "does not exist" in refusal(folder / "birds")
    monkeypatch.setattr(limits, "PIXELS", 100)
    assert "more than fit into memory" in refusal(folder)
    monkeypatch.setattr(limits, "PICTURES", 3)
    assert "more than 3 images" in refusal(folder)
    for path in (folder / "dog").iterdir():
        path.unlink()
    monkeypatch.undo()
    assert "one class alone, cat" in refusal(folder)


def test_idx_with_labels_beside(tmp_path: Path) -> None:
    pixels = RANDOM.integers(0, 256, (4, 3, 5), np.uint8)
    images, labels = tmp_path / "my-images-idx3-ubyte", tmp_path / "my-labels-idx1-ubyte"
    images.write_bytes(struct.pack(">IIII", 0x803, 4, 3, 5) + pixels.tobytes())
    with pytest.raises(FileError, match="no file of labels"):
        labels_beside(images)
    labels.write_bytes(struct.pack(">II", 0x801, 4) + bytes([7, 3, 3, 7]))
    assert labels_beside(images) == labels
    found = read(reading_idx(images, labels))
    assert (found.names, found.labels.tolist()) == (("3", "7"), [1, 0, 0, 1])
    assert found.pixels.tobytes() == pixels.tobytes()
    labels.write_bytes(struct.pack(">II", 0x801, 3) + bytes(3))
    with pytest.raises(FileError, match="3 labels for the 4 images"):
        read(reading_idx(images, labels))


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["png", "jpeg"])
def test_mutants(suffix: str, tmp_path: Path) -> None:
    for name in ("cat", "dog"):
        (tmp_path / name).mkdir()
        Image.fromarray(RANDOM.integers(0, 256, (16, 16), np.uint8)).save(tmp_path / name / f"1.{suffix}")
    path = tmp_path / "cat" / f"1.{suffix}"
    content, random, refused = path.read_bytes(), np.random.default_rng(6), 0
    for _ in range(5000):
        mutated = bytearray(content)
        for _ in range(random.integers(1, 8)):
            mutated[random.integers(0, len(mutated))] = random.integers(0, 256)
        if random.random() < 0.2:
            del mutated[random.integers(1, len(mutated)) :]
        path.write_bytes(mutated)
        try:
            assert len(read(reading_folder(tmp_path)).pixels) == 2
        except FileError:
            refused += 1  # its class has no other image
    assert refused > 100
