"""What ARCHITECTURE.md and docs/words.md name is there: words are names in the code, rooms lie where it says."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
WORDS = (ROOT / "docs" / "words.md").read_text("utf-8")


def section(title: str) -> str:
    """What stands under a heading."""
    return TEXT.partition(f"## {title}\n")[2].partition("\n## ")[0]


@pytest.mark.slow
def test_every_word_is_a_name_in_the_code() -> None:
    defined: set[str] = set()
    for path in (ROOT / "nnstudio").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.Name(id=name):
                    defined.add(name)
                case _:
                    pass
    words = set(re.findall(r"`([A-Z]\w+)`", TEXT + WORDS)) - {"W", "QMainWindow"}
    assert len(words) > 40
    assert not words - defined


def test_every_room_is_there() -> None:
    lines = re.findall(r"^( *)([\w./]+)", section("Rooms").partition("```\n")[2].partition("```")[0], re.MULTILINE)
    above: list[str] = []
    for indent, name in (line for line in lines if len(line[0]) <= 4):
        above = [*above[: len(indent) // 2], name]
        assert (ROOT / "/".join(above)).exists(), name


def test_a_page_is_a_page() -> None:
    lines = TEXT.splitlines()
    assert len(lines) <= 140
    assert max(map(len, lines)) <= 130
