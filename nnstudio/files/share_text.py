"""An experiment, with the weights of a small network, as one line of text that survives chat and mail.

    nnstudio1:eNqrVs…   the version, then base64url of: SHA-256 (8 bytes) of what follows, and that, deflated

Inside lies a line of JSON that says what it is, and behind it the numbers as they are, bit by bit. Line breaks, quote
marks of mails and spaces that came in on the way are left out again. Nothing is believed of a text: it unpacks to no
more than `limits` allow, its checksum must be right, and what it announces must be there to the byte.
"""

import binascii
import re
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import Annotated, Any, Literal

import msgspec
import numpy as np

from nnstudio.core.array import Array
from nnstudio.core.network.weights import Weights
from nnstudio.files import limits
from nnstudio.files.errors import FileError, printable
from nnstudio.files.experiment_json import experiment_from_plain, experiment_to_json
from nnstudio.files.project import Project

MARK, VERSION = "nnstudio", 1
_CHECKSUM = 8
_AROUND = " \t\r\n\"'`<>*"
"""What comes in around a text, or at the beginnings of its lines, on its way through mails and chats."""
_BEGINNING = re.compile(rf"{MARK}(\d{{1,6}}):")
_Count = Annotated[int, msgspec.Meta(ge=0)]


class _About(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    experiment: dict[str, Any]
    kind: Literal["<f4", "<f8", ""] = ""
    params: _Count = 0
    statistics: _Count | None = None
    off: dict[_Count, tuple[_Count, ...]] | None = None


def is_share_text(text: str) -> bool:
    """Whether it begins like one."""
    return _BEGINNING.match(text.lstrip(_AROUND)) is not None


def carries_weights(project: Project) -> bool:
    """Whether a share text of it holds what was learned: something was, and the network is small enough."""
    weights = weights_of(project)
    return weights is not None and _size(weights) <= limits.SHARED_WEIGHTS


def weights_of(project: Project) -> Weights | None:
    """What it predicts with; None if nothing was trained."""
    if project.state is not None:
        return Weights(project.state.params, project.state.statistics, project.state.off)
    return project.weights


def share_text(project: Project) -> str:
    """The line. Of a larger network it holds the experiment alone. Raises `FileError` if that is too long."""
    about = _About(msgspec.json.decode(experiment_to_json(project.experiment)))
    arrays: list[Array] = []
    weights = weights_of(project)
    if weights is not None and carries_weights(project):
        kind: Any = weights.params.dtype.newbyteorder("<").str
        count = None if weights.statistics is None else weights.statistics.size
        about = _About(
            about.experiment, kind, weights.params.size, count, None if weights.off is None else {**weights.off}
        )
        arrays = [weights.params, *([] if weights.statistics is None else [weights.statistics])]
    content = b"".join((msgspec.json.encode(about), b"\n", *(array.astype(about.kind).tobytes() for array in arrays)))
    packed = zlib.compress(content, 9)
    text = f"{MARK}{VERSION}:{urlsafe_b64encode(_checksum(packed) + packed).decode().rstrip('=')}"
    if len(text) > limits.SHARE_TEXT or len(content) > limits.SHARED:
        raise FileError("This experiment is too large for a text: it holds many points. Save it as a project instead.")
    return text


def project_of(text: str) -> Project:
    """What a text holds. Raises `FileError`, for a wrong field of the experiment `ExperimentError`."""
    if len(text) > 2 * limits.SHARE_TEXT:
        raise _unusable("it is far too long")
    plain = "".join(line.lstrip(_AROUND) for line in text.splitlines()).translate({ord(each): None for each in _AROUND})
    plain = "".join(each for each in plain if each.isprintable())
    found = _BEGINNING.match(plain)
    if found is None:
        raise _unusable(f"it does not begin with {MARK}{VERSION}:")
    if int(found[1]) != VERSION:
        raise _unusable(f"it was made by a newer version (format {int(found[1])}); update the program")
    about, numbers = _unpacked(plain[found.end() :])
    experiment = experiment_from_plain(about.experiment)
    if not about.kind:
        return Project(experiment)
    return Project(experiment, weights=_weights(about, numbers))


def _unpacked(letters: str) -> tuple[_About, bytes]:
    try:
        raw = urlsafe_b64decode(letters.rstrip("=").encode("ascii") + b"=" * (-len(letters.rstrip("=")) % 4))
    except (ValueError, binascii.Error) as error:
        raise _unusable("a part of it is missing or was changed on the way", str(error)) from error
    checksum, packed = raw[:_CHECKSUM], raw[_CHECKSUM:]
    if checksum != _checksum(packed):
        raise _unusable("a part of it is missing or was changed on the way")
    try:
        inflating = zlib.decompressobj()
        content = inflating.decompress(packed, limits.SHARED)
        if not inflating.eof or inflating.unused_data:
            raise _unusable("it would unpack to far more than such a text holds")
        line, _, numbers = content.partition(b"\n")
        return msgspec.json.decode(line, type=_About), numbers
    except (zlib.error, msgspec.MsgspecError, RecursionError, UnicodeError) as error:
        raise _unusable("it is no experiment", str(error)) from error


def _weights(about: _About, numbers: bytes) -> Weights:
    kind = np.dtype(about.kind)
    if len(numbers) != (about.params + (about.statistics or 0)) * kind.itemsize:
        raise _unusable("it announces other numbers than it holds")
    values = np.frombuffer(numbers, kind)
    if not np.isfinite(values).all():
        raise _unusable("it holds numbers that are not finite")
    params, statistics = values[: about.params], values[about.params :]
    return Weights(params, None if about.statistics is None else statistics, about.off)


def _size(weights: Weights) -> int:
    return weights.params.nbytes + (0 if weights.statistics is None else weights.statistics.nbytes)


def _checksum(packed: bytes) -> bytes:
    return sha256(packed).digest()[:_CHECKSUM]


def _unusable(why: str, details: str = "") -> FileError:
    return FileError(
        f"This text cannot be opened: {printable(why)}. Nothing was changed; copy the whole line once more.", details
    )
