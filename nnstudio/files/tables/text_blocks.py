"""A file of text as blocks of whole lines, and each block read on a thread of its own.

pandas gives the interpreter away while it takes cells apart, so two threads take half as long as one.
"""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import IO, TypeVar

from nnstudio.files.tables.scan import count

LEAST, MOST, PARTS = 2**16, 2**21, 20
"""Bytes of a block: so many that to begin one costs little, and so few that they never stand in memory; between them a
file has so many blocks."""
THREADS = 2
Read = TypeVar("Read")


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Lines of a file, how many stand before them, and where the next one begins (bytes)."""

    content: bytes
    before: int
    end: int


def blocks(stream: IO[bytes], header: int, size: int) -> Iterator[Block]:
    """All lines behind the first `header` ones of a file of so many bytes; none is cut."""
    room = min(max(size // PARTS, LEAST), MOST)
    before = header
    for _ in range(header):
        stream.readline()
    while content := stream.read(room):
        content += stream.readline()
        yield Block(content, before, stream.tell())
        before += count(content, b"\n")


def in_order(
    found: Iterator[Block], read: Callable[[Block], Read], threads: int = THREADS
) -> Iterator[tuple[Block, Read]]:
    """Each block with what `read` makes of it, in their order; one more than there are threads waits its turn."""
    with ThreadPoolExecutor(threads, "table") as pool:
        under_way = deque(
            (block, pool.submit(read, block)) for _, block in zip(range(threads + 1), found, strict=False)
        )
        while under_way:
            block, reading = under_way.popleft()
            done = reading.result()
            if (following := next(found, None)) is not None:
                under_way.append((following, pool.submit(read, following)))
            yield block, done
