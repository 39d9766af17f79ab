"""What the window costs the training, how smoothly it moves meanwhile, and how soon it answers the hand.

Four networks train at full speed behind the window with all cards visible, each in a process of its own, two at once
on the page that compares them, and one while other processes train its seeds; at last, without a window, how soon the
worker obeys in the middle of something long. "Lent" is what the host of a virtual machine gave to others meanwhile.
"""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass

from benchmarks import latency


@dataclass(frozen=True)
class Floor:
    """What a scene has to reach: pictures a second, the interval (s) that 99 % of them keep, the share of the bare
    trainer's updates; at this scale of the screen."""

    scene: str
    frames: float
    interval: float
    share: float
    scale: int = 1
    first: float = float("inf")
    """Seconds from the start of the program to its first picture, warm."""


FLOORS = (
    Floor("2-8-8-1", 50, 0.025, 0.75, first=1.0),
    Floor("2-32-32-32-1", 50, 0.025, 0.65),
    Floor("784-128-64-10", 50, 0.025, 0.85),
    Floor("convolutions", 50, 0.033, 0.85),
    Floor("2-8-8-1", 30, 1.0, 0.0, scale=2),
    Floor("two of 2-8-8-1", 50, 0.025, 0.6),
    Floor("two of 784-128-64-10", 50, 0.025, 0.6),
    Floor("2-8-8-1 and seeds", 50, 0.025, 0.0),
)
LONG_RUNS = (("2-8-8-1", 5_000_000), ("784-128-64-10", 20 * 938))
"""The second one is 20 epochs of MNIST."""
PICTURE = 0.050
"""Seconds after which half of the snapshots of a long run are on the screen."""
CORE, PIXELS = 0.020, 0.040
"""Seconds after which half of a slider's moves have reached the core, and the screen."""


def main(seconds: float) -> int:
    """Print the figures; 0 if all goals are met."""
    print(f"{'':22}{'frames/s':>10}{'99 % within':>13}{'of bare':>9}{'slider: core':>14}{'pixels':>9}", end="")
    print(f"{'first':>9}{'lent':>7}")
    met = [_measure(floor, seconds) for floor in FLOORS]
    return 0 if latency.main() and all(met) else 1


def look_back(scene: str, updates: int) -> bool:
    """Print how soon a moment of such a long run is on the screen; whether the goals are met."""
    command = [sys.executable, "-m", "benchmarks.history", scene, str(updates)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=3600, check=False)
    if done.returncode:
        print(f"{scene}: {done.stderr.strip().splitlines()[-1:]}")
        return False
    figures = json.loads(done.stdout.splitlines()[-1])
    median, worst, exact = (f"{figures[name] * 1e3:.0f} ms" for name in ("median", "worst", "exact"))
    memory = f"{figures['states']} states, {figures['megabytes']:.1f} of {figures['maximum']:.0f} MB"
    print(f"{scene:16}{updates:>10} updates: snapshot {median} (worst {worst}), to the bit {exact}; {memory}")
    return figures["median"] <= PICTURE and figures["megabytes"] <= figures["maximum"]


def _measure(floor: Floor, seconds: float) -> bool:
    environment = {**os.environ, "QT_SCALE_FACTOR": str(floor.scale)}
    command = [sys.executable, "-m", "benchmarks.window", floor.scene, str(seconds), str(time.time())]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=300, check=False)
    if done.returncode:
        print(f"{floor.scene}: {done.stderr.strip().splitlines()[-1:]}")
        return False
    figures = json.loads(done.stdout.splitlines()[-1])
    name = floor.scene + (f", {floor.scale}00 %" if floor.scale > 1 else "")
    print(
        f"{name:22}{figures['frames']:10.1f}{figures['interval'] * 1000:10.0f} ms{figures['share']:9.1%}"
        f"{figures['core'] * 1000:11.1f} ms{figures['pixels'] * 1000:6.0f} ms{figures['first']:7.2f} s"
        f"{figures['lent']:7.1%}"
    )
    goals = {
        f"{floor.frames:.0f} frames/s": figures["frames"] >= floor.frames,
        f"99 % within {floor.interval * 1000:.0f} ms": figures["interval"] <= floor.interval,
        f"{floor.share:.0%} of the bare trainer": figures["share"] >= floor.share,
        "core within 20 ms": figures["core"] <= CORE,
        "pixels within 40 ms": figures["pixels"] <= PIXELS,
        f"first picture within {floor.first:.0f} s": figures["first"] <= floor.first,
    }
    missed = [goal for goal, reached in goals.items() if not reached]
    if missed:
        print(f"{'':22}missed: {', '.join(missed)}")
    return not missed
