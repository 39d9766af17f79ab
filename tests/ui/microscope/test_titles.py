"""The titles above the columns of the network in the smallest window: short where there is no room, never over one
another."""

from dataclasses import replace
from itertools import pairwise

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QGraphicsSimpleTextItem
from pytestqt.qtbot import QtBot

from nnstudio.core.experiment import DenseSpec, Experiment
from nnstudio.core.experiment.choices import ActivationKind, DatasetKind
from nnstudio.core.presets import default_experiment
from nnstudio.ui.main_window import MainWindow
from nnstudio.ui.microscope.columns import TOP
from nnstudio.ui.microscope.microscope import Microscope

LAYERS = 6


@pytest.fixture
def experiment() -> Experiment:
    tanh = DenseSpec(units=2, activation=ActivationKind.TANH)
    return replace(default_experiment(DatasetKind.XOR4), layers=(tanh,) * LAYERS)


def titles(page: Microscope) -> list[tuple[str, QRectF]]:
    """From left to right, each with where it stands."""
    words = (item for item in page.network.scene().items() if isinstance(item, QGraphicsSimpleTextItem))
    found = [(item.text(), item.sceneBoundingRect()) for item in words if item.isVisible() and item.text()]
    return sorted(((text, box) for text, box in found if box.bottom() < TOP), key=lambda t: t[1].left())


def check(page: Microscope) -> list[str]:
    found = titles(page)
    assert len(found) == LAYERS + 3, "the input, the layers, the loss"
    assert not [text for text, _ in found if "…" in text]
    for (_, before), (_, behind) in pairwise(found):
        assert before.right() < behind.left()
    assert found[-1][1].right() <= page.network.width()
    return [text for text, _ in found]


def test_many_layers_in_the_smallest_window(window: MainWindow, page: Microscope, qtbot: QtBot) -> None:
    window.resize(1100, 720)
    qtbot.waitUntil(lambda: page.width() < 1100)
    page.to_end(False)
    page.step(1)
    assert check(page)[:3] == ["Input", "Dense 1 · tanh", "Dense 2 · tanh"], "a neighbour has room for all of it"
    window.commands["larger_text"].trigger()
    page.renew()
    assert check(page) == ["Input", "Dense 1 · tanh", "Dense 2", "D3", "D4", "D5", "D6", "Out", "Loss"]
