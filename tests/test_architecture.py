"""The rules that keep the house a house, and the proof that breaking one is noticed."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "nnstudio"
FILES = sorted(PACKAGE.rglob("*.py"))

# What stands in the violating file, by the id of the contract that must notice.
VIOLATIONS = {
    "house": ("files/planted.py", "import nnstudio.ui.theme"),
    "ui": ("ui/panels/planted.py", "import nnstudio.ui.views.view"),
    "views": ("ui/views/planted.py", "import nnstudio.ui.session"),
    "core": ("core/data/planted.py", "import nnstudio.core.training.trainer"),
    "shelves": ("core/network/layers/planted.py", "import nnstudio.core.network.network"),
    "numpy": ("core/planted.py", "import PySide6"),
    "threads": ("core/planted.py", "import threading"),
    "files": ("files/planted.py", "from PySide6.QtCore import QObject"),
}


def lint_imports(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_imports_go_one_way():
    result = lint_imports(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "Contracts: 8 kept, 0 broken." in result.stdout


@pytest.fixture(scope="module")
def copy_with_violations(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("copy")
    shutil.copy(ROOT / "pyproject.toml", folder)
    shutil.copytree(PACKAGE, folder / "nnstudio")
    (folder / "nnstudio/ui/session.py").touch()
    for place, line in VIOLATIONS.values():
        with (folder / "nnstudio" / place).open("a") as planted:
            planted.write(line + "\n")
    return folder


@pytest.mark.parametrize("contract", VIOLATIONS)
def test_a_planted_import_breaks_its_contract(copy_with_violations: Path, contract: str):
    result = lint_imports(copy_with_violations, "--contract", contract)
    assert result.returncode == 1, result.stdout + result.stderr
    assert "Contracts: 0 kept, 1 broken." in result.stdout
    assert "planted" in result.stdout


def roots_of_imports(tree: ast.Module) -> set[str]:
    """The first word of every module that a file imports, wherever in the file it does."""
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    return {name.split(".")[0] for name in names}


def calls(tree: ast.Module) -> set[str]:
    """What a file calls: `name` for name(...), `.name` for anything.name(...)."""
    functions = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    names = {function.id for function in functions if isinstance(function, ast.Name)}
    return names | {f".{function.attr}" for function in functions if isinstance(function, ast.Attribute)}


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), str(path))


def names_of(paths: list[Path]) -> list[str]:
    return [path.relative_to(ROOT).as_posix() for path in paths]


CORE = [path for path in FILES if path.is_relative_to(PACKAGE / "core")]
UI = [path for path in FILES if path.is_relative_to(PACKAGE / "ui")]


@pytest.mark.parametrize("path", CORE, ids=names_of(CORE))
def test_core_imports_numpy_and_the_standard_library(path: Path):
    assert roots_of_imports(parse(path)) <= sys.stdlib_module_names | {"numpy", "nnstudio"}


@pytest.mark.parametrize("path", FILES, ids=names_of(FILES))
def test_every_file_keeps_the_standards(path: Path):
    text = path.read_text("utf-8")
    tree = parse(path)
    assert len(text.splitlines()) <= 400
    assert ast.get_docstring(tree), "a file opens with what it does in the story of one training step"
    assert path.stem not in {"utils", "util", "helpers", "helper", "manager", "common", "misc"}
    assert not roots_of_imports(tree) & {"pickle", "marshal", "shelve"}
    assert not calls(tree) & {"eval", "exec"}
    assert not [node.lineno for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler) and not node.type]
    assert not [word for word in ("TODO", "FIXME", "XXX") if word in text]


def test_the_textbook_is_short():
    assert len((PACKAGE / "core/textbook.py").read_text("utf-8").splitlines()) <= 150


@pytest.mark.parametrize("path", UI, ids=names_of(UI))
def test_the_interface_never_waits(path: Path):
    assert not calls(parse(path)) & {"sleep", ".sleep", ".msleep", ".usleep", ".processEvents"}
