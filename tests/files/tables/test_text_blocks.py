"""Plain tables are read block by block, on two threads: the same numbers, the same words, the same sentences as in one
go."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path
from threading import Barrier, active_count, get_ident

import numpy as np
import pytest

from nnstudio.core.data.columns import Columns, Words
from nnstudio.files.errors import FileError
from nnstudio.files.tables import text_blocks
from nnstudio.files.tables.scan import Scan, scanning
from nnstudio.files.tables.source import read_to_the_end
from nnstudio.files.tables.text_blocks import Block, blocks, in_order
from nnstudio.files.tables.text_format import layout_of
from nnstudio.files.tables.text_reader import whole

ROWS = 20_000


def written(tmp_path: Path, end: str = "\n", odd: dict[int, str] | None = None) -> Path:
    """Numbers with gaps, words and whole numbers; `odd` are rows (counted as lines of the file) in place of others."""
    random = np.random.default_rng(1)
    numbers, kinds = random.normal(size=(ROWS, 2)), random.integers(3, size=ROWS)
    lines = [f"{a:.4f},{['red', 'green', 'blue'][k]},{b:.3e},{k}" for (a, b), k in zip(numbers, kinds, strict=True)]
    lines[7::1000] = [line.replace(line.partition(",")[0], "NA") for line in lines[7::1000]]
    lines = ["size,colour,weight,number", *lines]
    for line, text in (odd or {}).items():
        lines[line - 1] = text
    path = tmp_path / "table.csv"
    path.write_text(end.join(lines) + end, newline="")
    return path


def read(path: Path, scan: Scan) -> Columns:
    return read_to_the_end(whole(path, layout_of(path, scan), scan))


def scanned(path: Path) -> Scan:
    return read_to_the_end(scanning(path))


def same(one: Columns, other: Columns) -> bool:
    assert list(one.by_name) == list(other.by_name)
    for mine, theirs in zip(one.by_name.values(), other.by_name.values(), strict=True):
        if isinstance(mine, Words):
            assert isinstance(theirs, Words)
            assert mine.words == theirs.words
            assert mine.codes.tolist() == theirs.codes.tolist()
        else:
            assert not isinstance(theirs, Words)
            assert mine.values.tobytes() == theirs.values.tobytes()
            assert mine.unread == theirs.unread
    return True


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_same_table_as_in_one_go(end: str, tmp_path: Path) -> None:
    scan = scanned(path := written(tmp_path, end, {5: "", 9000: "", ROWS + 1: ""}))
    assert scan.plain
    assert scan.size > 4 * text_blocks.LEAST, "more blocks than wait at once"
    table = read(path, scan)
    assert len(table) == ROWS - 3
    assert same(table, read(path, replace(scan, plain=False)))


@pytest.mark.parametrize("row", ["1.5, red,2,1", " NA,red,  2,1", "1.5,red,2, NA"])
def test_blanks_before_cells_mean_nothing_in_whichever_block(row: str, tmp_path: Path) -> None:
    scan = scanned(path := written(tmp_path, odd={15_000: row}))
    table = read(path, scan)
    assert same(table, read(path, replace(scan, plain=False)))
    assert [column.unread for column in table.by_name.values() if not isinstance(column, Words)] == [0, 0, 0]
    colours = table.by_name["colour"]
    assert isinstance(colours, Words)
    assert set(colours.words or ()) == {"red", "green", "blue"}


def test_blanks_between_tabs_mean_nothing(tmp_path: Path) -> None:
    path = tmp_path / "table.tsv"
    lines = ["a\tb", *[f"{number}.5\t{-number}" for number in range(ROWS)]]
    lines[15_000] = " NA\t 3"
    path.write_text("\n".join(lines))
    first, second = read(path, scanned(path)).by_name.values()
    assert not isinstance(first, Words)
    assert not isinstance(second, Words)
    assert np.flatnonzero(np.isnan(first.values)).tolist() == [14_999]
    assert second.values[14_999] == 3
    assert first.unread == 0


def test_what_is_quoted_is_read_in_one_go(tmp_path: Path) -> None:
    scan = scanned(path := written(tmp_path, odd={9000: '1,"red\nor green",2,1'}))
    assert not scan.plain
    colours = read(path, scan).by_name["colour"]
    assert isinstance(colours, Words)
    assert "red or green" in " ".join(" ".join(colours.words or ()).split())


@pytest.mark.parametrize("plain", [True, False])
def test_a_row_that_is_too_long_is_named_by_its_line(plain: bool, tmp_path: Path) -> None:
    path = written(tmp_path, odd={15_000: "1,red,2,1,5,6,7"})
    before = active_count()
    with pytest.raises(FileError, match=r"line 15000 has 7 cells, more than the table has columns"):
        read(path, replace(scanned(path), plain=plain))
    assert active_count() == before, "no thread goes on"


@pytest.mark.parametrize("separator", [",", " "])
@pytest.mark.parametrize(("row", "cells"), [("1,2,,4", 4), ("1,2,3,4", 4), ("1,2,3,4,5", 5)])
@pytest.mark.parametrize("blank", [0, 2])
def test_a_row_that_is_too_long_is_named_also_where_a_block_begins(
    row: str, cells: int, blank: int, separator: str, tmp_path: Path
) -> None:
    path = tmp_path / "table.csv"
    rows = text_blocks.LEAST // 4 + 1
    text = "a,b\n" + "1,2\n" * rows + "\n" * blank + row.replace(",,", ",3,") + "\n" + "1,2\n" * 9
    path.write_text((text if separator == " " else text.replace(",3,4\n", ",,4\n")).replace(",", separator))
    assert len(list(blocks(BytesIO(path.read_bytes()), 1, path.stat().st_size))) == 2
    with pytest.raises(FileError, match=rf"line {rows + blank + 2} has {cells} cells, more than the table has"):
        read(path, scanned(path))


def test_lines_are_named_with_those_that_are_blank(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("a,b\n" + "1,2\n\n" * text_blocks.LEAST + "1,2,3\n")
    with pytest.raises(FileError, match="about line") as why:
        read(path, scanned(path))
    named = int(str(why.value).partition("about line ")[2].split()[0])
    assert named == pytest.approx(2 * text_blocks.LEAST + 2, rel=0.1)


def test_a_cell_too_many_is_named_about_its_line(tmp_path: Path) -> None:
    path = written(tmp_path, odd={15_000: "1,red,2,1,5"})
    with pytest.raises(FileError, match=r"about line 15000 there are 5 cells, but the table has 4 columns"):
        read(path, scanned(path))


def test_a_header_without_rows(tmp_path: Path) -> None:
    path = tmp_path / "header.csv"
    path.write_text("a,b\n1,2\n")
    scan = scanned(path)
    layout = layout_of(path, scan)
    path.write_text("a,b\n\n")
    with pytest.raises(FileError, match="it has no rows"):
        read_to_the_end(whole(path, layout, scan))


def test_no_line_is_cut_and_none_is_lost() -> None:
    lines = [b"%d,%s\n" % (number, b"x" * (number % 300)) for number in range(4000)]
    found = list(blocks(BytesIO(b"".join(lines)), 2, 5 * text_blocks.LEAST))
    assert len(found) > 3
    assert b"".join(block.content for block in found) == b"".join(lines[2:])
    assert all(block.content.endswith(b"\n") for block in found)
    assert [block.before for block in found] == [int(block.content.partition(b",")[0]) for block in found]
    assert found[-1].end == sum(map(len, lines))


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_blocks_come_in_their_order_and_a_failure_ends_them(threads: int) -> None:
    several = [Block(b"%d" % number, number, number) for number in range(9)]
    readers: set[int] = set()
    together = Barrier(threads)

    def read(block: Block) -> int:
        readers.add(get_ident())
        if block.before < threads:
            together.wait(20)
        return int(block.content)

    assert [found for _, found in in_order(iter(several), read, threads)] == list(range(9))
    assert len(readers) == threads
    before = active_count()
    with pytest.raises(ZeroDivisionError):
        list(in_order(iter(several), lambda block: 1 // (4 - int(block.content)), threads))
    assert active_count() == before
