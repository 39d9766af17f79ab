"""Share texts: to the bit and back, through whatever chats and mails do to a line, and nothing believed."""

import zlib
from base64 import urlsafe_b64encode
from contextlib import suppress
from hashlib import sha256
from textwrap import fill
from time import perf_counter

import msgspec
import numpy as np
import pytest
from exports_cases import BLOBS, IMAGES, NORMALISED, network, stack
from hypothesis import given, settings
from hypothesis import strategies as st

from nnstudio.cli.arguments import load
from nnstudio.cli.trainer import trainer_of
from nnstudio.core.experiment import Experiment
from nnstudio.core.experiment.choices import ActivationKind
from nnstudio.core.presets import PRESETS
from nnstudio.files import limits
from nnstudio.files.errors import FileError
from nnstudio.files.experiment_json import experiment_to_json
from nnstudio.files.project import Project
from nnstudio.files.share_text import carries_weights, is_share_text, project_of, share_text


@pytest.fixture(scope="module")
def project() -> Project:
    trainer = network(BLOBS, NORMALISED, off={1: (0, 3)})
    return Project(trainer.experiment, trainer.state())


def packed(content: bytes, version: int = 1) -> str:
    deflated = zlib.compress(content, 9)
    letters = urlsafe_b64encode(sha256(deflated).digest()[:8] + deflated).decode().rstrip("=")
    return f"nnstudio{version}:{letters}"


def test_it_comes_back_to_the_bit(project: Project) -> None:
    again = project_of(share_text(project))
    assert project.state is not None
    assert again.weights is not None
    assert again.experiment == project.experiment
    assert again.weights.params.tobytes() == project.state.params.tobytes()
    assert again.weights.statistics is not None
    assert again.weights.statistics.tobytes() == project.state.statistics.tobytes()
    assert again.weights.off == {1: (0, 3)}
    one, two = (trainer_of(each, each.experiment, "x") for each in (project, again))
    raw = one.dataset.test.raw
    assert one.predict(raw).tobytes() == two.predict(raw).tobytes()
    assert share_text(again) == share_text(project)


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_can_be_shared(name: str) -> None:
    text = share_text(Project(PRESETS[name].experiment))
    again = project_of(text)
    assert (again.experiment, again.state, again.weights) == (PRESETS[name].experiment, None, None)
    assert is_share_text(text)
    assert "\n" not in text


def test_what_was_trained_in_64_bits_stays_so() -> None:
    trainer = network(BLOBS, stack(ActivationKind.TANH), dtype=np.float64)
    again = project_of(share_text(Project(trainer.experiment, trainer.state())))
    assert again.weights is not None
    assert again.weights.params.tobytes() == trainer.network.params.tobytes()


def test_of_a_large_network_the_experiment_alone_is_shared() -> None:
    trainer = network(IMAGES, stack(ActivationKind.RELU) * 2)
    small = Project(trainer.experiment, trainer.state())
    assert carries_weights(small)
    trainer = network(IMAGES, (*stack(ActivationKind.RELU), *(each for _ in range(2) for each in wide())))
    large = Project(trainer.experiment, trainer.state())
    assert not carries_weights(large)
    again = project_of(share_text(large))
    assert (again.experiment, again.weights) == (trainer.experiment, None)


def wide() -> tuple:
    from nnstudio.core.experiment import DenseSpec

    return (DenseSpec(units=200),)


@pytest.mark.parametrize(
    "way",
    [
        lambda text: fill(text, 76, break_on_hyphens=False),
        lambda text: "\r\n".join(f"> > {line}" for line in fill(text, 60, break_on_hyphens=False).splitlines()),
        lambda text: f"  `{text}`\n",
        lambda text: f"«{text}»"[1:-1] + "\u200b",
        lambda text: f'"{text}"',
        lambda text: f"{text}==",
    ],
)
def test_it_survives_chat_and_mail(project: Project, way) -> None:
    again = project_of(way(share_text(project)))
    assert again.weights is not None
    assert project.state is not None
    assert again.weights.params.tobytes() == project.state.params.tobytes()


def refusal(text: str) -> str:
    begin = perf_counter()
    with pytest.raises(FileError) as caught:
        project_of(text)
    assert perf_counter() - begin < 5
    assert "Nothing was changed" in str(caught.value)
    return str(caught.value)


def test_hostile_texts_are_refused_in_a_sentence(project: Project) -> None:
    text, about = share_text(project), {"experiment": msgspec.json.decode(experiment_to_json(Experiment()))}
    assert "a part of it is missing" in refusal(text[:-5])
    assert "a part of it is missing" in refusal(text[:100] + ("A" if text[100] != "A" else "B") + text[101:])
    assert "does not begin with" in refusal("hello")
    assert "newer version (format 7)" in refusal(packed(b"{}", 7))
    assert "far more than" in refusal(packed(b" " * (limits.SHARED + 1)))
    assert "far too long" in refusal("nnstudio1:" + "A" * (2 * limits.SHARE_TEXT))
    assert "no experiment" in refusal(packed(b"[" * 100_000))
    assert "no experiment" in refusal(packed(b"\xff\xfe"))
    assert "no experiment" in refusal(packed(msgspec.json.encode({"experiment": {}, "code": "x"})))
    more = about | {"kind": "<f4", "params": 10**12}
    assert "other numbers than it holds" in refusal(packed(msgspec.json.encode(more) + b"\n" + bytes(8)))
    bad = np.full(3, np.nan, np.float32).tobytes()
    more = about | {"kind": "<f4", "params": 3}
    assert "not finite" in refusal(packed(msgspec.json.encode(more) + b"\n" + bad))
    wrong = about | {"experiment": about["experiment"] | {"seed": -1}}
    assert "seed" in refusal(packed(msgspec.json.encode(wrong) + b"\n"))
    assert "no experiment" in refusal(
        packed(msgspec.json.encode(about | {"kind": "|O", "params": 1}) + b"\n" + bytes(8))
    )


@given(st.data())
@settings(max_examples=150)
def test_no_damage_does_anything_but_say_so(data: st.DataObject) -> None:
    text = share_text(Project(PRESETS["xor-two-units"].experiment))
    place = data.draw(st.integers(0, len(text) - 1))
    changed = text[:place] + data.draw(st.text(max_size=3)) + text[place + data.draw(st.integers(0, 2)) :]
    with suppress(FileError):
        assert project_of(changed).experiment == PRESETS["xor-two-units"].experiment


def test_the_command_line_takes_a_text_for_a_project(project: Project) -> None:
    again = load(share_text(project))
    assert again.experiment == project.experiment
    assert again.weights is not None
    with pytest.raises(FileError, match="copy the whole line once more"):
        load(share_text(project)[:200])
