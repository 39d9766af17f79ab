"""The pictures of a report, made of nothing but text: curves as SVG, the plane as PNG, the confusion matrix as a
table."""

import struct
import zlib
from base64 import b64encode
from collections.abc import Iterator
from html import escape
from math import log10

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.data.plane import Plane
from nnstudio.core.experiment.choices import Task
from nnstudio.core.network.predict import predict
from nnstudio.core.training.metrics import answers_of, confusion_matrix
from nnstudio.files.errors import printable
from nnstudio.files.exports.subject import Subject
from nnstudio.files.paper_colors import DIM, LINE, coloured

_RESOLUTION = 160
_WIDTH, _HEIGHT, _LEFT, _BELOW = 640, 220, 56, 24
_MOST_POINTS, _MOST_CLASSES = 400, 30


def curves(subject: Subject) -> str:
    """Training and test loss over the updates, on a logarithmic axis; empty before the first measurement."""
    history = subject.frame.history
    lines = [("training", history.train_loss, "#0877bd"), ("test", history.test_loss, "#d9760a")]
    there = [np.isfinite(loss) & (loss > 0) for _, loss, _ in lines]
    known = [
        (name, history.update[seen], loss[seen], ink) for (name, loss, ink), seen in zip(lines, there, strict=True)
    ]
    if not all(len(x) > 1 for _, x, _, _ in known):
        return ""
    low = min(log10(y.min()) for _, _, y, _ in known)
    high = max(max(log10(y.max()) for _, _, y, _ in known), low + 0.1)
    end = max(float(x[-1]) for _, x, _, _ in known) or 1.0
    parts = [f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="Loss over the updates">']
    decades = range(int(np.ceil(low + 0.1)), int(np.floor(high - 0.1)) + 1)
    for tick in (low, *decades, high):
        y = _down(tick, low, high)
        parts.append(f'<line x1="{_LEFT}" x2="{_WIDTH}" y1="{y:.1f}" y2="{y:.1f}" stroke="{LINE}" stroke-width=".5"/>')
        parts.append(_text(_LEFT - 6, y + 4, f"{10.0**tick:.2g}", "end"))
    for number, (name, x, loss, ink) in enumerate(known):
        chosen = np.unique(np.linspace(0, len(x) - 1, _MOST_POINTS).astype(int))
        places = " ".join(
            f"{_LEFT + (_WIDTH - _LEFT) * x[i] / end:.1f},{_down(log10(loss[i]), low, high):.1f}" for i in chosen
        )
        parts.append(f'<polyline points="{places}" fill="none" stroke="{ink}" stroke-width="1.5"/>')
        parts.append(_text(_WIDTH - 4, 14 + 16 * number, f"{name} {loss[-1]:.4g}", "end", ink))
    parts.append(_text(_LEFT, _HEIGHT - 4, "update 0") + _text(_WIDTH - 4, _HEIGHT - 4, f"{end:.0f}", "end"))
    return "".join([*parts, "</svg>"])


def _down(value: float, low: float, high: float) -> float:
    return 6 + (_HEIGHT - _BELOW - 12) * (high - value) / (high - low)


def _text(x: float, y: float, text: str, anchor: str = "start", ink: str = DIM) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{ink}" font-size="11">{escape(text)}</text>'


def plane(subject: Subject) -> str:
    """What the network says all over the plane, as a picture; empty where examples are no points."""
    domain = subject.frame.dataset.domain
    if not isinstance(domain, Plane):
        return ""
    answers = predict(subject.model, domain.grid(_RESOLUTION)).astype(np.float64)
    pixels = coloured(answers, subject.model.task).reshape(_RESOLUTION, _RESOLUTION, 3)
    picture = b64encode(png(pixels)).decode()
    left, right, bottom, top = domain.extent
    about = f"The answers for x1 from {left:g} to {right:g} and x2 from {bottom:g} to {top:g}"
    return f'<img alt="{about}" width="320" height="320" src="data:image/png;base64,{picture}"><p>{about}.</p>'


def png(pixels: NDArray[np.uint8]) -> bytes:
    """An RGB picture (height, width, 3) as PNG (ISO/IEC 15948), every row unfiltered."""
    height, width, _ = pixels.shape
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


def confusion(subject: Subject) -> str:
    """How often a class of the test examples was answered with which; empty where there are none or too many."""
    model, test = subject.model, subject.frame.dataset.test
    names = [printable(name) for name in model.target_names]
    if model.task not in (Task.BINARY, Task.MULTICLASS) or len(names) > _MOST_CLASSES:
        return ""
    counts = confusion_matrix(test.labels, answers_of(predict(model, test.raw).T), len(names))
    about = "<caption>Test examples: a row is what they are, a column what the network says</caption>"
    return f"<table>{about}{''.join(_table(counts, names))}</table>"


def _table(counts: NDArray[np.int64], names: list[str]) -> Iterator[str]:
    yield f"<tr><th></th>{''.join(f'<th>{escape(name)}</th>' for name in names)}</tr>"
    for number, (name, row) in enumerate(zip(names, counts.tolist(), strict=True)):
        cells = "".join(
            f"<td{' class=right' if column == number else ''}>{count}</td>" for column, count in enumerate(row)
        )
        yield f"<tr><th>{escape(name)}</th>{cells}</tr>"
