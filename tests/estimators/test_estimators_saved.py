"""What leaves the notebook: a project that the window opens and trains on, a copy, a pickle of theirs."""

import copy
import pickle  # theirs: people put estimators into it, and the program itself never reads one
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import same_state
from pytestqt.qtbot import QtBot

from nnstudio import Classifier, Regressor, cli
from nnstudio.core.network.predict import predict
from nnstudio.estimators.network_estimator import NetworkEstimator
from nnstudio.files import limits
from nnstudio.files.library import library_of
from nnstudio.files.project import load_project
from nnstudio.ui.session import Session

RANDOM = np.random.default_rng(5)
X = RANDOM.normal(3, 2, (80, 3))
NAMES = np.array(["ash", "birch", "cedar"])[(X @ RANDOM.normal(0, 1, (3, 3))).argmax(axis=1)]
VALUES = 1000 + 50 * X[:, 0]
FRAME = pd.DataFrame(X, columns=["height (m)", "y", "age"])


def pickled(network: NetworkEstimator) -> NetworkEstimator:
    return pickle.loads(pickle.dumps(network))  # noqa: S301 our own, of a moment ago


SMALL = {"layers": "6 tanh, batch norm, dropout 0.1", "epochs": 3, "test_share": 0.25, "batch_size": 8}
CASES = {
    "classes": (Classifier, FRAME, NAMES),
    "two": (Classifier, X, NAMES == "ash"),
    "numbers": (Classifier, X, np.where(NAMES == "ash", -1.0, 1.0)),
    "strange": (Classifier, X, np.where(NAMES == "ash", "nan", " ")),
    "values": (Regressor, FRAME, VALUES),
    "names": (Regressor, pd.DataFrame(X, columns=["a/b", "..", "\n"]), VALUES),
}


@pytest.mark.parametrize("case", CASES)
def test_a_session_goes_on_with_it_to_the_bit(case: str, qtbot: QtBot, tmp_path: Path) -> None:
    kind, inputs, truth = CASES[case]
    network = kind(**SMALL).fit(inputs, truth)
    project = load_project(network.save(tmp_path / "p.nns"))
    assert project.state is not None
    assert project.state.params.tobytes() == network.trainer_.network.params.tobytes()
    assert project.recipe is not None
    assert project.recipe.scale.tobytes() == network.trainer_.dataset.recipe.scale.tobytes()
    library = library_of(project, tmp_path / "p.nns")
    session = Session(project.experiment, library, project.state, tmp_path / "p.nns", project.shelf)
    session.start()
    updates = network.trainer_.updates
    qtbot.waitUntil(lambda: session.up_to_date and session.frame is not None)
    assert session.frame is not None
    assert session.frame.updates == updates
    raw = network.trainer_.dataset.train.raw
    assert predict(session.frame.model, raw).tobytes() == network.trainer_.predict(raw).tobytes()
    session.step(8)
    qtbot.waitUntil(lambda: session.frame is not None and session.frame.updates == updates + 8)
    network.partial_fit(inputs, truth)  # sixty examples in mini-batches of eight
    assert session.frame.model.params.tobytes() == network.trainer_.network.params.tobytes()
    session.stop()


def test_the_command_line_reads_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    network = Classifier(**SMALL).fit(FRAME, NAMES)
    project = network.save(str(tmp_path / "p.nns"))
    FRAME.to_csv(tmp_path / "new.csv", index=False)
    assert cli.main(["predict", str(project), str(tmp_path / "new.csv"), "--out", str(tmp_path / "out.csv")]) == 0
    answers = pd.read_csv(tmp_path / "out.csv")
    assert answers["target"].tolist() == network.predict(FRAME).tolist()
    assert answers["P(birch)"].to_numpy(np.float32).tolist() == network.predict_proba(FRAME)[:, 1].tolist()
    assert cli.main(["train", str(project), "--updates", "5", "--save", str(tmp_path / "more.nns")]) == 0
    state = load_project(tmp_path / "more.nns").state
    assert state is not None
    assert state.updates == network.trainer_.updates + 5


def test_a_large_table_lies_beside_its_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    network = Classifier(**SMALL).fit(FRAME, NAMES)
    monkeypatch.setattr(limits, "STORED_TABLE", 1000)
    project = load_project(network.save(tmp_path / "p.nns"))
    assert project.table is None
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    for name in ("p.nns", "p-examples.npz"):
        (tmp_path / name).rename(moved / name)
    library = library_of(project, moved / "p.nns")
    columns = library(project.experiment.dataset)
    assert columns.names == ("height (m)", "y", "age", "target")


@pytest.mark.slow
def test_after_a_stream_the_project_has_the_examples_that_the_scaling_is_of(qtbot: QtBot, tmp_path: Path) -> None:
    network = Regressor(layers="6 tanh", epochs=2).fit(X[:50], VALUES[:50])
    network.partial_fit(X[50:] * 3, VALUES[50:])
    project = load_project(network.save(tmp_path / "p.nns"))
    session = Session(project.experiment, library_of(project), project.state)
    session.start()
    qtbot.waitUntil(lambda: session.up_to_date and session.frame is not None)
    assert session.frame is not None
    assert len(session.frame.dataset.train) == 50
    assert predict(session.frame.model, X)[:, 0].tobytes() == network.predict(X).tobytes()
    session.step(1)
    qtbot.waitUntil(lambda: session.frame is not None and session.frame.updates == network.trainer_.updates + 1)
    session.stop()


@pytest.mark.slow
def test_the_window_opens_on_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    network = Classifier(**SMALL).fit(FRAME, NAMES)
    picture = tmp_path / "window.png"
    process = network.open("--screenshot", str(picture), "--size", "900x600")
    assert process.wait(timeout=60) == 0
    assert picture.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("way", [copy.deepcopy, pickled])
@pytest.mark.parametrize("case", ["classes", "values"])
def test_a_pickled_one_answers_and_goes_on_to_the_bit(case: str, way: object, tmp_path: Path) -> None:
    kind, inputs, truth = CASES[case]
    network = kind(**SMALL).fit(inputs, truth)
    other = way(network)  # type: ignore[operator]
    assert repr(other) == repr(network)
    assert other.predict(inputs).tobytes() == network.predict(inputs).tobytes()
    assert other.loss_curve_ == network.loss_curve_
    half = slice(0, 40)
    pieces = [(inputs, truth), (inputs[half], truth[half]), (inputs[half], truth[half])]
    for piece in pieces:
        network.partial_fit(*piece)
        other = way(other.partial_fit(*piece))  # type: ignore[operator]
        same_state.assert_same(*(replace(one.trainer_.state(), seconds=0.0) for one in (other, network)))
    kept = [load_project(one.save(tmp_path / "a.nns")) for one in (network, other)]
    assert kept[0].table == kept[1].table
    assert kept[0].experiment == kept[1].experiment


def test_one_that_has_not_learned_has_nothing_to_save(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="has not learned anything yet"):
        Classifier().save(tmp_path / "p.nns")
    assert repr(pickled(Classifier(epochs=3))) == "Classifier(epochs=3)"
