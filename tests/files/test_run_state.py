"""The state of a run comes back from its file to the last bit, whatever it is; what is no state is refused."""

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nnstudio.core.experiment import DenseSpec, Experiment, StoppingSpec, TrainingSpec
from nnstudio.core.experiment.choices import ScheduleKind
from nnstudio.core.experiment.layer_specs import BatchNormSpec, DropoutSpec
from nnstudio.core.network.surgery import Freeze, Switch
from nnstudio.core.network.weights import Weights
from nnstudio.core.training.batches import BatchesState
from nnstudio.core.training.history import COLUMNS, HistoryPrefix, HistoryState
from nnstudio.core.training.last_update import LayerUpdate
from nnstudio.core.training.optimizers import OptimizerState
from nnstudio.core.training.state import SETTING, WEIGHT, Mark, RunState
from nnstudio.core.training.stopping import Best, StoppingState
from nnstudio.core.training.trainer import Trainer
from nnstudio.files.archive import pack
from nnstudio.files.errors import FileError
from nnstudio.files.project import Project, load_project, save_project

EXPERIMENT = Experiment(
    layers=(DenseSpec(units=3), DropoutSpec(), BatchNormSpec()),
    training=TrainingSpec(schedule=ScheduleKind.PLATEAU),
    stopping=StoppingSpec(patience=50),
)


def there_and_back(path: Path, state: RunState) -> RunState:
    save_project(path, Project(state.experiment, state))
    loaded = load_project(path).state
    assert loaded is not None
    return loaded


WHOLE = st.integers(0, 2**63 - 1)
FINITE = st.floats(allow_nan=False, allow_infinity=False)
WORDS = st.text(st.characters(codec="utf-8"), max_size=20)
NAMES = st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=8)
GENERATORS = st.fixed_dictionaries(
    {
        "bit_generator": st.just("PCG64"),
        "state": st.fixed_dictionaries({"state": st.integers(0, 2**128 - 1), "inc": st.integers(0, 2**128 - 1)}),
        "has_uint32": st.integers(0, 1),
        "uinteger": st.integers(0, 2**32 - 1),
    }
)
UPDATES = st.builds(LayerUpdate, st.floats(min_value=0), st.none() | st.floats(min_value=0))


@st.composite
def states(draw: st.DrawFn) -> RunState:
    dtype = draw(st.sampled_from([np.float32, np.float64]))
    width = np.dtype(dtype).itemsize * 8
    size, statistics, rows, order = (draw(st.integers(0, 5)) for _ in range(4))

    def vector(length: int) -> np.ndarray:
        return draw(arrays(dtype, length, elements=st.floats(width=width, allow_nan=False, allow_infinity=False)))

    best = draw(st.sampled_from([None, Weights(vector(size)), Weights(vector(size), vector(statistics))]))
    return RunState(
        experiment=EXPERIMENT,
        updates=draw(WHOLE),
        params=vector(size),
        statistics=vector(statistics),
        noise=draw(st.dictionaries(WHOLE, GENERATORS, max_size=3)),
        optimizer=OptimizerState(
            {name: vector(size) for name in draw(st.lists(NAMES, max_size=3, unique=True))},
            draw(st.dictionaries(NAMES, FINITE, max_size=3)),
        ),
        batches=BatchesState(draw(WHOLE), draw(arrays(np.int64, order)), draw(WHOLE), draw(GENERATORS)),
        schedule=draw(st.lists(st.floats(allow_nan=False), max_size=3).map(tuple)),
        stopping=StoppingState(
            draw(st.frozensets(st.sampled_from(["updates", "loss", "accuracy"]))),
            Best(draw(st.floats(allow_nan=False)), draw(WHOLE), draw(WHOLE), best),
        ),
        history=HistoryState(
            HistoryPrefix(*draw(arrays(np.float64, (len(COLUMNS), rows), elements=st.floats()))),
            draw(WHOLE),
            draw(WHOLE),
        ),
        marks=draw(
            st.lists(st.builds(Mark, WHOLE, WORDS, st.sampled_from([SETTING, WEIGHT]), WORDS, WORDS), max_size=3).map(
                tuple
            )
        ),
        seconds=draw(FINITE),
        frozen=draw(st.none() | arrays(np.bool_, size)),
        off=draw(st.dictionaries(WHOLE, st.lists(WHOLE, max_size=3).map(tuple), max_size=3)),
        last_update=draw(st.dictionaries(WHOLE, UPDATES, max_size=3)),
    )


@pytest.mark.slow
@settings(max_examples=60)
@given(state=states())
def test_every_state_comes_back_to_the_bit(
    tmp_path_factory: pytest.TempPathFactory, assert_same: Callable[[Any, Any], None], state: RunState
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.nns"
    loaded = there_and_back(path, state)
    assert_same(loaded, state)
    assert_same(loaded.last_update, state.last_update)
    assert not loaded.params.flags.writeable
    again = there_and_back(path, loaded)
    assert_same(again, state)
    first = path.read_bytes()
    there_and_back(path, again)
    assert path.read_bytes() == first


def test_files_from_before_the_last_update_was_kept_open(
    tmp_path: Path, trained: Trainer, assert_same: Callable[[Any, Any], None]
) -> None:
    state = trained.state()
    assert len(state.last_update) == 2
    there_and_back(tmp_path / "a.nns", state)
    rewrite(tmp_path / "a.nns", put("last_update", put))
    old = load_project(tmp_path / "a.nns").state
    assert old is not None
    assert old.last_update == {}
    assert_same(old, state)


@pytest.fixture
def trained() -> Trainer:
    trainer = Trainer(EXPERIMENT)
    trainer.operate(Freeze(1, unit=0))
    trainer.operate(Switch(3, 2))
    for _ in range(30):
        trainer.step()
    return trainer


def test_anybody_can_look_inside(tmp_path: Path, trained: Trainer) -> None:
    path = tmp_path / "moons.nns"
    there_and_back(path, trained.state())
    with zipfile.ZipFile(path) as archive:
        plain = json.loads(archive.read("state.json"))
        assert plain["updates"] == 30
        with archive.open(plain["params"]) as stream:
            np.testing.assert_array_equal(np.load(stream, allow_pickle=False), trained.network.params)
        columns = [name for name in archive.namelist() if name.startswith("state/history/rows/")]
        assert len(columns) == len(COLUMNS)


def test_whole_numbers_that_not_every_reader_understands_are_text(tmp_path: Path, trained: Trainer) -> None:
    state = trained.state()
    for number, written in ((2**63 - 1, 2**63 - 1), (2**63, str(2**63)), (2**128 - 1, str(2**128 - 1))):
        random = state.batches.random | {"state": {"state": number, "inc": 1}}
        there_and_back(tmp_path / "a.nns", replace(state, batches=replace(state.batches, random=random)))
        with zipfile.ZipFile(tmp_path / "a.nns") as archive:
            assert json.loads(archive.read("state.json"))["batches"]["random"]["state"]["state"] == written


def test_files_from_before_there_were_locks_open(
    tmp_path: Path, trained: Trainer, assert_same: Callable[[Any, Any], None]
) -> None:
    path, state = tmp_path / "old.nns", trained.state()
    there_and_back(path, state)

    def older(plain: dict[str, Any]) -> None:
        del plain["frozen"], plain["off"]

    about = {"project.json": b'{"program": "nnstudio", "version": 2}'}
    rewrite(path, older, **about)
    loaded = load_project(path).state
    assert_same(loaded, replace(state, frozen=None, off={}))


def npy(array: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def announced(count: int) -> bytes:
    """An array that announces so many numbers and holds none."""
    stream = io.BytesIO()
    np.lib.format.write_array_header_1_0(stream, {"descr": "<f8", "fortran_order": False, "shape": (count,)})
    return stream.getvalue()


def put(path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    """A change of one place of the text."""

    def change(plain: dict[str, Any]) -> None:
        *way, last = path.split("/")
        for part in way:
            plain = plain[part]
        if value is put:
            del plain[last]
        else:
            plain[last] = value

    return change


WRONG_TEXTS: list[tuple[Callable[[dict[str, Any]], None], str]] = [
    (put("updates", put), "state has the fields"),
    (put("updatess", 3), "updatess"),
    (put("updates", 3.5), "Expected `int`"),
    (put("updates", "3"), "Expected `int`"),
    (put("updates", True), "Expected `int`"),
    (put("seconds", "soon"), "Expected `float`"),
    (put("seconds", "inf"), "NaN or infinite"),
    (put("schedule", {"a": 1}), "Expected `array`"),
    (put("schedule", [[1.0]]), "Expected `float`"),
    (put("params", "state/statistics.npy"), "should lie in state/params.npy"),
    (put("params", [1.0, 2.0]), "should lie in state/params.npy"),
    (put("optimizer/arrays/more", "state/optimizer/arrays/more.npy"), "more.npy is missing"),
    (put("optimizer/numbers", {"t": None}), "Expected `float`"),
    (put("optimizer/numbers", {"t": "nan"}), "NaN or infinite"),
    (put("noise", {"first": {}}), "Expected `int`"),
    (put("noise/2/bit_generator", "MT19937"), "MT19937"),
    (put("batches/random/state/inc", "9" * 40), "matching regex"),
    (put("batches/random/uinteger", -1), "uinteger"),
    (put("batches/random/more", 1), "unknown field"),
    (put("stopping/best", None), "Expected `object`"),
    (put("marks", [{"updates": 3}]), "has the fields"),
    (put("marks", put), "has the fields"),
    (put("marks", [{"updates": 3, "text": "Units", "kind": "other"}]), "Invalid enum value"),
    (put("frozen", [True]), "should lie in state/frozen.npy"),
    (put("off", {"1": 2}), "Expected `array`"),
    (put("off", {"one": [2]}), "Expected `int`"),
    (put("off", {"1": [0.5]}), "Expected `int`"),
    (put("last_update", {"1": {"gradient": 0.1}}), "has the fields"),
    (put("last_update", {"1": {"gradient": None, "ratio": None}}), "Expected `float`"),
    (put("last_update", {"first": {"gradient": 0.1, "ratio": None}}), "Expected `int`"),
]


def rewrite(path: Path, text: Callable[[dict[str, Any]], None] | bytes, **arrays: bytes) -> None:
    """The same project with another text and other arrays."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    if not isinstance(text, bytes):
        plain = json.loads(members["state.json"])
        text(plain)
        text = json.dumps(plain).encode()
    path.write_bytes(b"".join(pack(members | {"state.json": text} | arrays)))


def refusal(path: Path) -> str:
    with pytest.raises(FileError) as caught:
        load_project(path)
    assert "cannot be opened: the state of its training is broken" in str(caught.value)
    assert "Nothing was changed" in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(("change", "says"), WRONG_TEXTS, ids=map(str, range(len(WRONG_TEXTS))))
def test_wrong_texts(tmp_path: Path, trained: Trainer, change: Callable[[dict[str, Any]], None], says: str) -> None:
    path = tmp_path / "a.nns"
    there_and_back(path, trained.state())
    rewrite(path, change)
    assert says in refusal(path)


@pytest.mark.parametrize("text", [b"", b"null", b"[" * 100_000, b"\xff", b"[]", b'{"updates": 1e400}'])
def test_texts_that_are_none(tmp_path: Path, trained: Trainer, text: bytes) -> None:
    path = tmp_path / "a.nns"
    there_and_back(path, trained.state())
    rewrite(path, text)
    refusal(path)


@pytest.mark.parametrize(
    ("name", "stored", "says"),
    [
        ("params", npy(np.zeros((2, 2), np.float32)), "(2, 2)"),
        ("params", npy(np.zeros(2, np.float16)), "<f2"),
        ("params", npy(np.array([{}], object)), "|O"),
        ("params", npy(np.zeros(2, np.float32)), "lie beside 2"),
        ("params", npy(np.full(31, np.nan, np.float32)), "NaN"),
        ("params", announced(2**26 + 1), "67108865"),
        ("params", announced(2**26), "found"),
        ("params", b"no array", "not an array"),
        ("statistics", npy(np.zeros(6)), "float64"),
        ("frozen", npy(np.zeros(18, np.bool_)), "18 locks lie beside 19"),
        ("frozen", npy(np.zeros(19, np.int8)), "|i1"),
        ("frozen", npy(np.zeros((19, 1), np.bool_)), "(19, 1)"),
        ("frozen", npy(np.full(19, 2, np.uint8).view(np.bool_)), "neither open nor closed"),
        ("frozen", announced(19).replace(b"<f8", b"|O8"), "|O8"),
        ("stopping/best/weights/params", npy(np.zeros(2, np.float32)), "2 numbers of float32 lie beside 19"),
        ("stopping/best/weights/statistics", npy(np.zeros(5, np.float32)), "5 numbers of float32 lie beside 6"),
        ("batches/order", npy(np.zeros(5)), "<f8"),
        ("history/rows/update", npy(np.zeros(5)), "different lengths"),
        ("history/rows/update", announced(2**20 + 1), "1048577"),
    ],
)
def test_wrong_arrays(tmp_path: Path, trained: Trainer, name: str, stored: bytes, says: str) -> None:
    path = tmp_path / "a.nns"
    there_and_back(path, trained.state())
    rewrite(path, lambda plain: None, **{f"state/{name}.npy": stored})
    assert says in refusal(path)


def test_a_small_file_does_not_unpack_to_a_large_one(tmp_path: Path, trained: Trainer) -> None:
    path = tmp_path / "a.nns"
    there_and_back(path, trained.state())
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("state/more.npy", npy(np.zeros(2**23, np.float32)))
    assert path.stat().st_size < 10**6
    with pytest.raises(FileError, match="cannot be read"):
        load_project(path)


@pytest.mark.slow
def test_cut_off_and_flipped(tmp_path: Path, trained: Trainer, assert_same: Callable[[Any, Any], None]) -> None:
    path, state = tmp_path / "a.nns", trained.state()
    there_and_back(path, state)
    sound = path.read_bytes()
    random = np.random.default_rng(3)
    for length in random.choice(len(sound), 200, replace=False):
        path.write_bytes(sound[:length])
        with pytest.raises(FileError):
            load_project(path)
    taken = 0
    for position in random.choice(8 * len(sound), 500, replace=False):
        flipped = bytearray(sound)
        flipped[position // 8] ^= 1 << position % 8
        path.write_bytes(flipped)
        try:
            loaded = load_project(path).state
        except FileError:
            continue
        if loaded is not None:
            assert_same(loaded, state)
        taken += 1
    assert taken < 300


def test_a_project_is_of_one_piece(trained: Trainer) -> None:
    state = trained.state()
    with pytest.raises(ValueError, match="belongs to its experiment"):
        Project(replace(EXPERIMENT, seed=5), state)
    with pytest.raises(ValueError, match="holds its weights"):
        Project(EXPERIMENT, state, Weights(state.params))
