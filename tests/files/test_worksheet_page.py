"""Worksheets as a web page: what is asked for, where the answers stand, and that nothing gets out of its place."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from nnstudio.core.data.dataset import Dataset, build
from nnstudio.core.experiment import DenseSpec, Experiment
from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.presets import PRESETS, default_experiment
from nnstudio.core.trace.worksheet import Worksheet, sheets_of
from nnstudio.core.training.phases import Phase
from nnstudio.files.errors import FileError
from nnstudio.files.worksheet import save_worksheets, worksheets_html

XOR = PRESETS["xor-two-units"].experiment
CIRCLE = default_experiment(DatasetKind.CIRCLE)


class Page(HTMLParser):
    """The sections of a page: what is written in each, its boxes and its answers; and the order of all tags."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.sections: list[dict[str, list[str]]] = []
        self.tags: list[str] = []
        self._open: list[tuple[str, str]] = []
        self.feed(html)
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.tags.append(tag)
        if tag == "section":
            self.sections.append({"name": [named["id"] or ""], "text": [], "gap": [], "answer": []})
        if tag not in ("meta",):
            self._open.append((tag, named.get("class") or ""))
        if named.get("class") == "gap":
            self.sections[-1]["gap"].append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        if self.sections and self._open:
            self.sections[-1]["text"].append(data)
            if self._open[-1][1] == "answer":
                self.sections[-1]["answer"].append(data)


def sheets(experiment: Experiment, count: int = 1, seed: int = 7, until: Phase = Phase.UPDATE) -> list[Worksheet]:
    return [*sheets_of(experiment, build(experiment.dataset), seed, count, 2, until)]


@pytest.mark.parametrize("experiment", [XOR, CIRCLE])
@pytest.mark.parametrize("until", [Phase.FORWARD, Phase.UPDATE])
def test_each_gap_has_a_box_and_its_answer_stands_with_the_solution_alone(experiment: Experiment, until: Phase) -> None:
    made = sheets(experiment, 3, until=until)
    page = Page(worksheets_html(made))
    names = [section["name"][0] for section in page.sections]
    assert names == [f"{kind}-{seed}" for kind in ("sheet", "solution") for seed in (7, 8, 9)]
    for place, sheet in enumerate(made):
        pupils, solution = page.sections[place], page.sections[place + 3]
        gaps = [*sheet.gaps]
        assert len(pupils["gap"]) == len(gaps)
        assert pupils["answer"] == solution["gap"] == []
        assert solution["answer"] == [gap.answer for gap in gaps]
        printed = set(re.findall(r"[−\d.e]+", " ".join(pupils["text"])))
        given = {sheet.weight(layer, name, at) for layer in sheet.trace.layers for name, at in _places(layer.arrays)}
        # Four digits that are not those of a weight are somebody's answer.
        told = {gap.answer for gap in gaps if len(gap.answer) > 4} - given
        assert told
        assert not told & printed


def _places(arrays: dict[str, np.ndarray]) -> list[tuple[str, tuple[int, ...]]]:
    return [(name, at) for name, values in arrays.items() for at in np.ndindex(values.shape)]


def test_everything_given_is_on_the_pupils_page() -> None:
    (sheet,) = sheets(CIRCLE)
    text = " ".join(Page(worksheets_html([sheet])).sections[0]["text"])
    for layer in sheet.trace.layers:
        for name, at in _places(layer.arrays):
            assert sheet.weight(layer, name, at) in text
    for name, value in (*sheet.inputs, *sheet.targets):
        assert f"{name} = {value}" in text
    assert all(rule in text for _, rule in sheet.rules)
    assert "seed 7 · example 2" in text


def test_the_same_seed_gives_the_same_bytes_and_another_another_page(tmp_path: Path) -> None:
    for name, seed in (("a", 7), ("b", 7), ("c", 8)):
        save_worksheets(tmp_path / name, sheets(CIRCLE, 2, seed))
    a, b, c = ((tmp_path / name).read_bytes() for name in "abc")
    assert a == b
    assert a != c


def test_nothing_is_fetched_from_elsewhere() -> None:
    html = worksheets_html(sheets(CIRCLE))
    assert not re.search(r"\b(href|src|url)\b|@import|<script", html)
    assert re.findall(r"https?://[^\"]+", html) == ["http://www.w3.org/2000/svg"] * 2


def hostile() -> tuple[Experiment, Dataset]:
    bad = ["<script>alert(1)</script>", '"><img src=x onerror=alert(2)>', "a & b </title></style>"]
    rows = np.random.default_rng(1).normal(size=(30, 3))
    truth = np.arange(30) % 3
    dataset = Dataset.from_arrays(rows, truth, class_names=bad, input_names=bad, name="</title><script>3</script>")
    return replace(CIRCLE, dataset=dataset.spec, layers=(DenseSpec(units=2),)), dataset


def test_names_from_data_are_text_and_nothing_else() -> None:
    experiment, dataset = hostile()
    page = Page(worksheets_html([Worksheet.of(experiment, dataset, 7)]))
    assert not {"script", "img"} & set(page.tags)
    assert page.tags.count("style") == page.tags.count("title") == 1
    text = "".join(page.sections[0]["text"])
    assert "</title><script>3</script>" in text
    assert '"><img src=x onerror=alert(2)>' in text


def test_a_place_that_cannot_be_written_is_said_and_nothing_is_left(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="was not written"):
        save_worksheets(tmp_path / "nowhere" / "sheet.html", sheets(XOR))
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize("layers", [(), (8,), (1, 1, 1), (2, 3, 4), (9,)])
def test_nothing_of_the_drawing_lies_outside_or_over_something_else(layers: tuple[int, ...]) -> None:
    experiment = replace(CIRCLE, layers=tuple(DenseSpec(units=units) for units in layers if units < 9))
    (sheet,) = sheets(experiment)
    html = worksheets_html([sheet])
    for svg in re.findall(r"<svg.*?</svg>", html, re.DOTALL):
        width, height = map(float, re.findall(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)[0])
        found = re.findall(r'<rect x="([-\d.]+)" y="([-\d.]+)" width="([-\d.]+)" height="([-\d.]+)" rx="5"', svg)
        boxes = [tuple(map(float, box)) for box in found]
        assert len(boxes) == 2 + sum(len(layer.z) for layer in sheet.trace.layers)
        for x, y, w, h in boxes:
            assert x >= 0.5
            assert y >= 0.5
            assert x + w <= width - 0.5
            assert y + h <= height - 0.5
        for place, (x, y, w, h) in enumerate(boxes):
            for other, top, wide, high in boxes[place + 1 :]:
                assert x + w <= other or other + wide <= x or y + h <= top or top + high <= y
