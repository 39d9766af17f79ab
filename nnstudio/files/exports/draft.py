"""An export that is made and lies nowhere yet: what would be written, and what another reader makes of these bytes.

What is proved is what is written, to the byte.
"""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from nnstudio.files.errors import FileError, printable
from nnstudio.files.exports.format import Files, Format, Proof, write_files
from nnstudio.files.exports.subject import Subject


@dataclass(frozen=True, slots=True, eq=False)
class Draft:
    """format, subject: what is made of what; name: of the file that was asked for; files: that one and those beside
    it; way: in which of the format's ways, empty where it has one alone."""

    format: Format
    subject: Subject
    name: str
    files: Files
    way: str = ""

    @classmethod
    def of(cls, chosen: Format, subject: Subject, name: str, way: str = "") -> "Draft":
        """Made for this name, in one of the format's ways, or in the one that suits. Raises `FileError`, `CannotHold`
        where the format has no words for the network."""
        way = way or chosen.suits(subject)
        return cls(chosen, subject, name, chosen.ways.get(way, chosen.make)(subject, name), way)

    def proof(self) -> Proof:
        """What another reader makes of it, in a folder that is gone afterwards."""
        try:
            with TemporaryDirectory(prefix="nnstudio-") as folder:
                write_files(self.files, Path(folder))
                return self.format.proof(self.subject, Path(folder) / self.name)
        except (FileError, OSError) as error:
            return Proof(f"not run here, because {printable(error, 300)}")

    def write(self, folder: Path) -> tuple[Path, ...]:
        """Write it there; returns the files, the one that was asked for last. Raises `FileError`."""
        return write_files(self.files, folder)
