"""Folders of images as people have them."""

from pathlib import Path

import numpy as np
from PIL import Image

CLASSES = {"cat": slice(0, 5), "dog": slice(5, 10), "owl": slice(10, 16)}
COUNTS = {"cat": 30, "dog": 24, "owl": 8}


def shapes(folder: Path, name: str = "shapes", seed: int = 3) -> Path:
    """62 images of 16×12 pixels, PNG and JPEG: a bright bar where the class has its own; one in colour, one of another
    size, one with 16 bits, and one that is none."""
    random = np.random.default_rng(seed)
    place = folder / name
    for kind, columns in CLASSES.items():
        (place / kind).mkdir(parents=True)
        for number in range(COUNTS[kind]):
            pixels = random.integers(0, 60, (12, 16)).astype(np.uint8)
            pixels[:, columns] += 150
            image = Image.fromarray(pixels)
            if (kind, number) == ("cat", 1):
                image = image.convert("RGB")
            if (kind, number) == ("dog", 3):
                image = image.resize((32, 24))
            if (kind, number) == ("owl", 1):
                image = Image.fromarray(pixels.astype(np.uint16) << 8)
            image.save(place / kind / f"{number}.{'png' if number % 2 else 'jpg'}")
    (place / "cat" / "broken.png").write_bytes(b"none")
    return place
