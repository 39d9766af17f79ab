"""How the boundary has grown, as a picture that moves: APNG or GIF.

The moments lie evenly over the run so far. Each is trained again from the state that is kept before it where that makes
the same bits, which it does as long as nobody changed anything in between and the way is short; otherwise it is the
nearest kept state itself. Pillow draws and writes; it is imported when it is needed.
"""

import io
from collections.abc import Generator, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.counting import grouped
from nnstudio.core.data.dataset import Dataset
from nnstudio.core.data.plane import Plane
from nnstudio.core.experiment.choices import Task
from nnstudio.core.network.predict import predict
from nnstudio.core.run.commands import Recalled
from nnstudio.core.training.state import RunState
from nnstudio.core.training.trainer import Trainer
from nnstudio.files.atomic import write_atomically
from nnstudio.files.errors import FileError
from nnstudio.files.paper_colors import DIM, LINE, coloured

ENDINGS = {".png": "Animated PNG", ".gif": "GIF"}
MOMENTS = 48
"""The most that are shown."""
SIZE, FOOT = 360, 26
"""Pixels of the plane's side, and below it."""
MILLISECONDS, REST = 100, 1600
"""How long each moment is seen, and the last one."""
SHORT = 600
"""Updates that are made again at most for a moment; states are kept every 512."""
_MOST_POINTS = 600
_FINER = 4
"""So many times finer the points are drawn than seen, for round edges."""
_COARSER = 2
"""So many times coarser the network is asked than the plane is drawn."""
_SAMPLED = 6
"""Frames that the palette is made from."""
_SHADES = 40
"""Steps of an answer from 0 to 1 that are told apart: finer ones are not seen, and make the file far larger."""

_NOT_A_PLANE = "Only data on the plane have a boundary that can be seen. Nothing was written; choose such data first."
_NO_TIME = "Nothing has been trained so far, so nothing has grown. Nothing was written; train first."


def writing(path: Path, found: Recalled, size: int = SIZE, moments: int = MOMENTS) -> Iterator[float]:
    """Write the growth of a run to `path`, a .png or a .gif, whole or not at all; yields how much is done, from 0 to 1.
    Raises `FileError` for data that are no plane, and for a run of no updates."""
    frames: list[Any] = []
    for share, frame in drawing(found, size, moments):
        frames.append(frame)
        yield 0.9 * share
    write_atomically(path, encoded(frames, path.suffix.lower()))
    yield 1.0


def drawing(found: Recalled, size: int = SIZE, moments: int = MOMENTS) -> Iterator[tuple[float, Any]]:
    """The frames one after the other, as images of Pillow, each with how many of all are there."""
    from PIL import Image

    domain = found.dataset.domain
    if not isinstance(domain, Plane):
        raise FileError(_NOT_A_PLANE)
    end = found.now.updates
    places = _shown(found, moments)
    if len(places) < 2:
        raise FileError(_NO_TIME)
    points = _points(found.dataset, domain, size)
    for number, trainer in enumerate(_standing(found, places), start=1):
        frame = Image.new("RGB", (size, size + FOOT), "white")
        frame.paste(Image.fromarray(_plane(trainer, domain, size)))
        frame.paste(points, (0, 0), points)
        _write_below(frame, trainer, trainer.updates / end, size)
        yield number / len(places), frame


def encoded(frames: Sequence[Any], ending: str) -> bytes:
    """The whole file, as its ending says."""
    from PIL import Image

    packed, (width, height) = io.BytesIO(), frames[0].size
    chosen = [frames[place] for place in np.linspace(0, len(frames) - 1, _SAMPLED).astype(int)]
    sheet = Image.new("RGB", (width * len(chosen), height))
    for number, frame in enumerate(chosen):
        sheet.paste(frame, (number * width, 0))
    palette = sheet.quantize(256, dither=Image.Dither.NONE)  # one for all, or the plane would flicker
    drawn = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames]
    durations = [MILLISECONDS] * (len(drawn) - 1) + [REST]
    kind = "GIF" if ending == ".gif" else "PNG"
    drawn[0].save(packed, format=kind, save_all=True, append_images=drawn[1:], duration=durations, loop=0)
    return packed.getvalue()


def _kept(found: Recalled) -> list[RunState]:
    """The states of the run on the data of now, oldest first, the present one last."""
    states: list[RunState] = []
    for state in (*found.past, found.now):
        if state.experiment.dataset != found.now.experiment.dataset:
            states.clear()
        elif not states or state.updates > states[-1].updates:
            states.append(state)
        else:  # an edit between two updates
            states[-1] = state
    return states


def _shown(found: Recalled, moments: int) -> list[tuple[RunState, int]]:
    """Which update is shown from which state on."""
    states = _kept(found)
    first, last = states[0].updates, states[-1].updates
    shown = dict[int, RunState]()
    for wanted in np.unique(np.linspace(first, last, moments).round().astype(int)).tolist():
        before = max((state for state in states if state.updates <= wanted), key=lambda state: state.updates)
        if wanted - before.updates <= SHORT and _goes_on(states, before):
            shown[wanted] = before
        else:
            nearest = min(states, key=lambda state: abs(state.updates - wanted))
            shown[nearest.updates] = nearest
    return [(state, update) for update, state in sorted(shown.items())]


def _goes_on(states: list[RunState], state: RunState) -> bool:
    """Whether nobody has changed anything between this state and the next one that is kept."""
    after = next((later for earlier, later in pairwise(states) if earlier is state), state)
    return (after.experiment, after.marks) == (state.experiment, state.marks)


def _standing(found: Recalled, places: Sequence[tuple[RunState, int]]) -> Generator[Trainer, None, None]:
    """A trainer that stands at each of these moments, one after the other."""
    trainer, origin = None, None
    for state, update in places:
        if trainer is None or state is not origin:
            trainer, origin = Trainer.resumed(state, dataset=found.dataset), state
        while trainer.updates < update:
            trainer.step()
        yield trainer


def _plane(trainer: Trainer, domain: Plane, size: int) -> NDArray[np.uint8]:
    """What the network says all over the plane, in colours (size, size, 3)."""
    from PIL import Image

    side, model = size // _COARSER, trainer.model()
    answers = predict(model, domain.grid(side)).astype(np.float32).reshape(side, side, -1)
    maps = [Image.fromarray(each).resize((size, size), Image.Resampling.BICUBIC) for each in np.moveaxis(answers, 2, 0)]
    finer = np.stack([np.asarray(each, np.float64).ravel() for each in maps], axis=1)
    return coloured(np.round(finer * _SHADES) / _SHADES, model.task).reshape(size, size, 3)


def _points(dataset: Dataset, domain: Plane, size: int) -> Any:
    """The examples that are learned, as an image that is clear everywhere else."""
    from PIL import Image, ImageDraw

    left, right, bottom, top = domain.extent
    train = dataset.train
    shown = slice(None, None, -(-len(train.raw) // _MOST_POINTS))
    targets = train.targets[shown].astype(np.float64)
    inks = coloured(targets, dataset.task).tolist()
    image = Image.new("RGBA", (size * _FINER, size * _FINER), (255, 255, 255, 0))
    pen, radius = ImageDraw.Draw(image), size * _FINER / 110
    for (x1, x2), ink in zip(np.asarray(train.raw[shown], float).tolist(), inks, strict=True):
        x, y = (x1 - left) / (right - left), (top - x2) / (top - bottom)
        box = [side * size * _FINER + radius * way for way in (-1, 1) for side in (x, y)]
        pen.ellipse(box, fill=(*ink, 255), outline=(255, 255, 255, 255), width=_FINER)
    return image.resize((size, size), Image.Resampling.LANCZOS)


def _write_below(frame: Any, trainer: Trainer, share: float, size: int) -> None:
    """How far the run has come, in words and as a bar."""
    from PIL import ImageDraw, ImageFont

    pen, metrics = ImageDraw.Draw(frame), trainer.evaluate()
    font = ImageFont.load_default(13)
    pen.rectangle((0, size, size - 1, size + 3), fill=LINE)
    pen.rectangle((0, size, round(share * (size - 1)), size + 3), fill=DIM)
    pen.text((6, size + 7), f"update {_plain(trainer.updates)}", fill=DIM, font=font)
    good = f"loss {metrics.test_loss:.3f}"
    if metrics.test_accuracy is not None and trainer.dataset.task is not Task.REGRESSION:
        good += f", {100 * metrics.test_accuracy:.0f} % right"
    pen.text((size - 6, size + 7), good, fill=DIM, font=font, anchor="ra")


def _plain(count: int) -> str:
    """A count in signs that every font has."""
    return grouped(count).replace("\N{NARROW NO-BREAK SPACE}", " ").replace("\N{NO-BREAK SPACE}", " ")
