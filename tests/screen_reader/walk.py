"""What a screen reader finds in the living window: walked with an AT-SPI client, by Debian's own Python.

It presses real keys, reads names and values of what stands for the selected neuron, link and cell and of a table's
cells, and descends into everything there is. `.ci/screen-reader` starts it; it ends with 1 when something is missing,
or when the program died of being read.

    /usr/bin/python3 walk.py PID     of a window with the data set sketched-digits or spirals
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pyatspi

PATIENCE = 20.0
pyatspi.setTimeout(5000, 15000)


def press(keys: str) -> None:
    """Real keys, such as Tab or shift+Down."""
    subprocess.run(["xdotool", "key", "--clearmodifiers", keys], check=True)
    time.sleep(0.1)


def focus(title: str) -> None:
    """Give the keys to the window that is called so; on a screen without a window manager nobody else does."""
    found = ["xdotool", "search", "--onlyvisible", "--name", title]
    waited(f"a window «{title}»", lambda: subprocess.run(found, check=False, capture_output=True).stdout)
    subprocess.run([*found, "windowfocus", "--sync"], check=True)


def below(place: pyatspi.Accessible) -> Iterator[pyatspi.Accessible]:
    """It and all that it is made of."""
    place.clearCache()
    yield place
    for child in place:
        if child is not None:
            yield from below(child)


def waited(what: str, found: Callable[[], Any]) -> Any:
    """What comes in time."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        answer = found()
        if answer:
            return answer
        time.sleep(0.2)
    raise SystemExit(f"missing: {what}")


def program(pid: int) -> pyatspi.Accessible | None:
    """The application, as the registry knows it."""
    return next(
        (app for app in pyatspi.Registry.getDesktop(0) if app is not None and app.get_process_id() == pid), None
    )


class Walk:
    """One walk through one window."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.app = waited("the program on the accessibility bus", lambda: program(pid))

    def named(self, name: str, role: int) -> pyatspi.Accessible | None:
        """The first thing of this role that is called so, and can be seen."""
        for place in below(self.app):
            if place.getRole() == role and place.name == name and place.getState().contains(pyatspi.STATE_SHOWING):
                return place
        return None

    def tab_to(self, name: str) -> pyatspi.Accessible:
        """Press Tab until the picture of this name has the keys."""
        picture = waited(f"the picture {name}", lambda: self.named(name, pyatspi.ROLE_FILLER))
        for times in range(1, 150):
            press("Tab")
            picture.clearCache()
            if picture.getState().contains(pyatspi.STATE_FOCUSED):
                print(f"{name} has the keys after {times} × Tab")
                return picture
        raise SystemExit(f"missing: {name} cannot be reached by Tab")

    def selected(self, picture: pyatspi.Accessible, *begins: str) -> float:
        """The value of what stands for the selected place, once that is called so."""

        def find() -> pyatspi.Accessible | None:
            for place in below(picture):
                showing = place.getState().contains(pyatspi.STATE_SHOWING)
                if place.getRole() == pyatspi.ROLE_SPIN_BUTTON and showing and place.name.startswith(begins):
                    return place
            return None

        control = waited(f"«{begins[0]}…» in {picture.name}", find)
        assert control.getState().contains(pyatspi.STATE_FOCUSED), f"{control.name} has the keys and does not say so"
        value = control.queryValue().currentValue
        print(f"{control.name} = {value:g}  ({control.description})")
        return value

    def everything(self) -> int:
        """Read all there is; returns how much."""
        count = 0
        for place in below(self.app):
            _ = place.name, place.description, place.getRoleName(), place.getState().getStates()
            with suppress(NotImplementedError):
                _ = place.queryValue().currentValue
            count += 1
        os.kill(self.pid, 0)
        return count

    def shown_table(self) -> pyatspi.Accessible | None:
        """A table that can be seen; pages that are not open have some as well."""
        tables = (place for place in below(self.app) if place.getRole() == pyatspi.ROLE_TABLE)
        return next((table for table in tables if table.getState().contains(pyatspi.STATE_SHOWING)), None)

    def table(self, title: str) -> None:
        """Ctrl+T opens the picture's numbers; every cell of its first rows can be read."""
        press("ctrl+t")
        focus(f"^{title}, update")
        table = waited("a table", self.shown_table)
        cells = table.queryTable()
        assert cells.nRows > 1, "the table is empty"
        assert cells.nColumns > 1, "the table is empty"
        for row in range(min(cells.nRows, 3)):
            words = [cells.getAccessibleAt(row, column).name for column in range(min(cells.nColumns, 5))]
            print(table.name, row + 1, words)
            assert all(words), "a cell of the table says nothing"
        press("Escape")
        waited("the table closed", lambda: self.shown_table() is None)
        focus("NN Studio$")


def main() -> None:
    walk = Walk(int(sys.argv[1]))
    digits = sys.argv[2] == "sketched-digits"
    print(f"{walk.everything()} things to read")
    focus("NN Studio$")
    network = walk.tab_to("Network")
    press("Right")
    if not digits:
        press("Right")
        walk.selected(network, "Dense 1, neuron ")
        press("shift+Down")
        walk.selected(network, "Weight, x₁ → Dense 1, neuron ")
    walk.table("Network")
    press("Escape")
    picture = walk.tab_to("Confusion matrix" if digits else "Decision boundary")
    press("Right")
    value = walk.selected(picture, *(("4 recognised",) if digits else ("x₁", "Example")))
    assert value >= 0, "a count or a probability"
    walk.table("Output")
    walk.tab_to("Loss curves")
    print(f"{walk.everything()} things to read, and all of them were read")


if __name__ == "__main__":
    main()
