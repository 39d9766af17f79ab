"""Twenty digits as somebody's hand would draw them, each digit twice and in another way: corners with a smooth line
through them, of different sizes and slants, somewhere on the pad, a little unsteady."""

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]

# Corners in the unit square, x to the right, y downwards; "|" lifts the pen.
_SHAPES = {
    "0 round": ".5,0 .22,.12 .12,.5 .22,.88 .5,1 .78,.88 .88,.5 .78,.12 .5,0",
    "0 open at the top": ".55,.05 .3,.1 .2,.5 .3,.93 .52,1 .74,.85 .78,.45 .68,.1 .48,.02",
    "1 a stroke": ".5,0 .5,.25 .5,.5 .5,.75 .5,1",
    "1 with a flag": ".36,.2 .44,.12 .53,0 .53,0 .53,.33 .53,.66 .53,1",
    "2 with a corner": ".14,.28 .24,.07 .5,0 .76,.09 .8,.3 .64,.55 .38,.78 .12,1 .12,1 .5,.99 .88,1",
    "2 with a loop": ".16,.2 .34,.03 .62,.02 .78,.2 .7,.46 .46,.74 .22,.94 .14,.86 .28,.8 .52,.92 .86,.96",
    "3 round": ".16,.12 .42,0 .72,.06 .76,.26 .62,.44 .38,.48 .38,.48 .7,.54 .84,.74 .72,.94 .42,1 .12,.9",
    "3 with a bar": ".16,.02 .5,.01 .8,.02 .8,.02 .6,.22 .44,.4 .44,.4 .72,.48 .82,.7 .7,.93 .42,1 .14,.9",
    "4 open": ".22,0 .16,.3 .16,.52 .16,.52 .5,.52 .84,.5|.74,.02 .72,.36 .68,.7 .66,1",
    "4 closed": ".64,0 .4,.32 .12,.66 .12,.66 .5,.66 .9,.66|.64,.02 .64,.5 .64,1",
    "5 with a cap": ".26,.03 .22,.24 .2,.44 .2,.44 .46,.36 .74,.46 .82,.68 .7,.92 .42,1 .14,.92|.26,.03 .54,.02 .84,0",
    "5 in one": ".82,0 .54,.01 .28,.02 .28,.02 .24,.22 .2,.42 .2,.42 .5,.38 .76,.52 .78,.76 .58,.97 .3,1 .1,.9",
    "6 with a long back": ".68,0 .44,.16 .26,.42 .2,.7 .3,.94 .54,1 .76,.86 .74,.64 .54,.54 .32,.62 .22,.78",
    "6 round": ".76,.1 .56,0 .32,.12 .18,.42 .18,.74 .34,.96 .6,.98 .8,.82 .78,.6 .58,.5 .34,.56 .2,.74",
    "7 plain": ".12,.03 .48,.02 .86,0 .86,0 .68,.34 .52,.68 .42,1",
    "7 with a slanting bar": ".14,.12 .5,.05 .84,.04 .84,.04 .74,.34 .62,.66 .56,1",
    "8 in one": ".74,.14 .5,0 .27,.12 .3,.32 .52,.48 .76,.66 .74,.9 .48,1 .24,.88 .26,.66 .5,.48 .72,.32 .76,.16",
    "8 of two rings": ".5,0 .28,.1 .28,.36 .5,.46 .72,.36 .72,.1 .5,0|.5,.46 .22,.58 .2,.88 .5,1 .8,.88 .78,.58 .5,.46",
    "9 with a straight tail": ".74,.18 .54,.02 .28,.1 .22,.32 .38,.5 .62,.44 .74,.2 .74,.2 .73,.5 .7,.75 .66,1",
    "9 with a hook": ".76,.14 .5,0 .26,.12 .24,.36 .46,.5 .7,.38 .77,.14 .77,.14 .78,.5 .7,.84 .5,1 .28,.92",
}
NAMES = tuple(_SHAPES)


def drawn_digit(name: str) -> tuple[int, list[Points]]:
    """The digit, and its strokes (n, 2) on a pad from 0 to 1."""
    number = NAMES.index(name)
    random = np.random.default_rng(number)
    size, slant, turn = random.uniform(0.35, 0.85), random.uniform(-0.1, 0.35), random.uniform(-0.1, 0.1)
    strokes = [
        _smooth(np.array([corner.split(",") for corner in part.split()], float)) for part in _SHAPES[name].split("|")
    ]
    matrix = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn) - slant, np.cos(turn)]])
    moved = [_unsteady(stroke - 0.5, random) @ matrix * size for stroke in strokes]
    low, high = np.min([s.min(axis=0) for s in moved], axis=0), np.max([s.max(axis=0) for s in moved], axis=0)
    place = random.uniform(0.06 - low, 0.94 - high)
    return int(name[0]), [stroke + place for stroke in moved]


def _smooth(corners: Points) -> Points:
    """A Catmull-Rom line through the corners, twelve points from each to the next; one that comes twice stays sharp."""
    padded = np.concatenate((corners[:1], corners, corners[-1:]))
    t = np.linspace(0, 1, 12, endpoint=False)[:, None]
    pieces: list[Points] = []
    for before, start, end, after in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        if (start == end).all():
            continue
        leaving = (end - before if not (before == start).all() else end - start) / 2
        coming = (after - start if not (after == end).all() else end - start) / 2
        pieces.append(
            (2 * t**3 - 3 * t**2 + 1) * start
            + (t**3 - 2 * t**2 + t) * leaving
            + (3 * t**2 - 2 * t**3) * end
            + (t**3 - t**2) * coming
        )
    return np.concatenate((*pieces, corners[-1:]))


def _unsteady(points: Points, random: np.random.Generator) -> Points:
    """Slow waves along the line, two of a hundredth each way."""
    along = np.linspace(0, 2 * np.pi, len(points))[:, None]
    waves = [0.02 * random.normal() * np.sin(k * along + random.uniform(0, 6, 2)) / k for k in (1, 2, 3)]
    return points + np.sum(waves, axis=0)
