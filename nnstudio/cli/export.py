"""`nnstudio export PROJECT --to onnx,numpy,torch --out DIR`: a network in other programs' words."""

import argparse
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from nnstudio.cli.arguments import BadInput, load
from nnstudio.cli.output import Outlet, Parser
from nnstudio.cli.trainer import trainer_of
from nnstudio.core.data.dataset import DataError
from nnstudio.core.experiment.setting import SettingError
from nnstudio.core.network.layers.layer import ShapeError
from nnstudio.core.run.frame import Probe
from nnstudio.core.run.observe import Observer
from nnstudio.files.errors import LONGEST_MESSAGE, FileError, printable, reason
from nnstudio.files.exports import FORMATS, Format, Subject
from nnstudio.files.exports.format import CannotHold
from nnstudio.files.exports.numpy_script import BESIDE, INLINE

ALL = "all"
_WAYS = {"inline": INLINE, "beside": BESIDE}
FAILED, REFUSED = 1, 2
_ROOM = 60
"""Characters of a name that endings are put behind."""


def export(words: Sequence[str]) -> int:
    """Write what was asked for; returns the exit code."""
    options = _parser().parse_args(words)
    try:
        formats = _formats(options.to)
        way = _way(options.weights, formats)
        stem = _stem(options)
        subject = _subject(options.project)
        folder = _folder(options.out)
    except (BadInput, DataError, FileError, SettingError, ShapeError) as error:
        Outlet(sys.stderr).write(f"{printable(error, LONGEST_MESSAGE)}\n")
        return REFUSED
    except MemoryError:
        Outlet(sys.stderr).write("There is not enough memory to build this network. Nothing was written.\n")
        return REFUSED
    if options.to == ALL:
        formats = [one for one in formats if not _left_out(one, subject)]
    return max(_write(one, subject, folder / f"{stem}{one.ending}", way) for one in formats)


def _left_out(one: Format, subject: Subject) -> bool:
    """Whether the format cannot hold the network, which is said."""
    try:
        one.make(subject, f"x{one.ending}")
    except CannotHold as refusal:
        Outlet(sys.stdout).write(f"Left out: {refusal}\n")
        return True
    return False


def _write(one: Format, subject: Subject, path: Path, way: str) -> int:
    try:
        proof = one.write(subject, path, way)
    except FileError as error:
        Outlet(sys.stderr).write(f"{printable(error, LONGEST_MESSAGE)}\n")
        return REFUSED
    lacks = one.lacks(subject)
    said = f"Wrote {printable(path)}: {proof.sentence}.{f' {lacks}' if lacks else ''}\n"
    if proof.holds is False:
        Outlet(sys.stderr).write(f"{printable(said.strip(), LONGEST_MESSAGE)} Do not rely on this file.\n")
        return FAILED
    Outlet(sys.stdout).write(said)
    return 0


def _formats(text: str) -> list[Format]:
    """The formats that were named, each once."""
    names = list(FORMATS) if text == ALL else list(dict.fromkeys(name.strip().lower() for name in text.split(",")))
    for name in names:
        if name not in FORMATS:
            similar = get_close_matches(name[:40], FORMATS, n=1)
            advice = f"did you mean {similar[0]}?" if similar else f"there are {', '.join(FORMATS)}."
            raise BadInput(f"There is no format called {printable(name)!r}; {advice}")
    return [FORMATS[name] for name in names]


def _way(chosen: str | None, formats: Sequence[Format]) -> str:
    """What the formats call it; empty for what suits the network."""
    way = _WAYS[chosen] if chosen is not None else ""
    if way and not any(way in one.ways for one in formats):
        both = ", ".join(one.key for one in FORMATS.values() if way in one.ways)
        raise BadInput(f"--weights {chosen} says nothing about these formats: only {both} can be written either way.")
    return way


def _stem(options: argparse.Namespace) -> str:
    """What the files' names begin with."""
    stem = Path(options.project).stem if options.name is None else options.name
    if not stem.strip(". ") or Path(stem).name != stem or not stem.isprintable() or "\\" in stem:
        raise BadInput(f"--name {printable(stem)!r} is no name: it may not hold / or \\, nor be empty.")
    return stem[:_ROOM]


def _folder(folder: Path) -> Path:
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        why = "it is a file, not a folder" if isinstance(error, FileExistsError) else reason(error)
        raise BadInput(f"Nothing can be written to {printable(folder)}: {why}. Choose another folder.") from error
    return folder


def _subject(name: str) -> Subject:
    project = load(name)
    trainer = trainer_of(project, project.experiment, name)
    return Subject.of(Observer(trainer, 1).frame(Probe.NOTHING))


def _parser() -> argparse.ArgumentParser:
    rows = "\n".join(f"  {one.key:<12} {one.name}: {one.purpose}; for {one.needs}" for one in FORMATS.values())
    parser = Parser(
        prog="nnstudio export",
        usage="nnstudio export [-h] --to FORMATS --out DIR [--name NAME] [--weights {inline,beside}] PROJECT",
        description="Write a trained network in the words of other programs. Each file carries sample inputs and the\n"
        "answers to them; as soon as it is written another program computes these from it, where that is\n"
        "installed here, and the largest difference is printed.\n\n"
        f"formats:\n{rows}\n  {ALL:<12} every one that can hold the network",
        epilog="Exit codes: 0 written, 1 a file was written whose answers differ by too much, 2 the input cannot be\n"
        "used, or a format cannot hold the network or cannot be written; the others are all the same.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("project", metavar="PROJECT", help="a .nns project, an experiment as JSON, or a preset's name")
    parser.add_argument("--to", required=True, metavar="FORMATS", help="their names, with commas between them")
    parser.add_argument("--out", required=True, type=Path, metavar="DIR", help="the folder; made if it is not there")
    parser.add_argument("--name", metavar="NAME", help="what the files' names begin with (as PROJECT)")
    parser.add_argument(
        "--weights",
        choices=list(_WAYS),
        help="where the NumPy script has its numbers: inline, or in an .npz file beside it (as suits their count)",
    )
    return parser
