"""Every format against its own reader: whatever network can be built comes to the same answers there."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from exports_cases import CONVOLUTIONS, FEATURES, IMAGES, NORMALISED, PLANE, cases, network, stack, subject, table

from nnstudio.core.experiment import LAYER_KINDS
from nnstudio.core.experiment.choices import ActivationKind, Feature, Task
from nnstudio.core.network.activations import ACTIVATIONS
from nnstudio.files.errors import FileError
from nnstudio.files.exports import (
    FORMATS,
    Format,
    Subject,
    c_header,
    keras_script,
    numpy_script,
    onnx_graph,
    torch_script,
)
from nnstudio.files.exports.activations import SPELLINGS
from nnstudio.files.exports.format import CannotHold
from nnstudio.files.exports.onnx_activations import ACTIVATIONS as ONNX_ACTIVATIONS
from nnstudio.files.exports.recipe_steps import FEATURES as FEATURE_WORDS
from nnstudio.files.installed import lacking

QUICK = ("npz", "safetensors", "csv", "numpy", "onnx", "c", "json", "share")
"""Formats whose readers answer within half a second."""
NAMES = tuple(cases(1))


@pytest.fixture(scope="module")
def some() -> dict[str, Subject]:
    return cases(20)


@pytest.fixture(scope="module")
def many() -> dict[str, Subject]:
    """A thousand inputs to each network, and one network for each activation, which nothing stands behind."""
    alone = {
        f"{kind.value} alone": subject(network(table(Task.REGRESSION), stack(kind)), 1000) for kind in ActivationKind
    }
    return cases(1000) | alone


def write(one: Format, given: Subject, folder: Path) -> None:
    """Write it and have it read; where no reader is installed that is a reason to skip."""
    try:
        proof = one.write(given, folder / f"network{one.ending}")
    except CannotHold:
        assert one.lacks(given), "a refusal is announced"
        assert not [*folder.iterdir()]
        return
    except FileError as error:
        pytest.skip(str(error))
    if proof.holds is None:
        pytest.skip(proof.sentence)
    assert proof.holds, proof.sentence
    assert proof.differences is not None
    assert len(proof.differences) == len(given.inputs)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("key", QUICK)
def test_another_reader_comes_to_the_same_answers(
    key: str, name: str, some: dict[str, Subject], tmp_path: Path
) -> None:
    write(FORMATS[key], some[name], tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("name", [*NAMES, *(f"{kind.value} alone" for kind in ActivationKind)])
@pytest.mark.parametrize("key", QUICK)
def test_a_thousand_inputs(key: str, name: str, many: dict[str, Subject], tmp_path: Path) -> None:
    write(FORMATS[key], many[name], tmp_path)


@pytest.mark.parametrize("key", ["npz", "safetensors", "numpy", "onnx", "c"])
@pytest.mark.parametrize("images", [False, True])
def test_what_was_trained_in_64_bits_is_exported_in_64_bits(key: str, images: bool, tmp_path: Path) -> None:
    data, layers = (IMAGES, CONVOLUTIONS) if images else (FEATURES, (*NORMALISED, *stack(ActivationKind.SELU)))
    given = subject(network(data, layers, dtype=np.float64))
    proof = FORMATS[key].write(given, tmp_path / f"network{FORMATS[key].ending}") if _can_be(key) else None
    if proof is None or proof.holds is None:
        pytest.skip("its reader is not installed")
    assert proof.allowed == 1e-12
    assert proof.holds, proof.sentence


def _can_be(key: str) -> bool:
    return key != "onnx" or not lacking("onnx")


def test_every_table_covers_its_enumeration() -> None:
    for activations in (SPELLINGS, ONNX_ACTIVATIONS):
        assert set(activations) == {kind.value for kind in ActivationKind}
    for layers in (numpy_script.LAYERS, torch_script.LAYERS, onnx_graph.LAYERS, keras_script.LAYERS, c_header.LAYERS):
        assert set(layers) == set(LAYER_KINDS)
    assert set(FEATURE_WORDS) == {feature.value for feature in Feature}


@pytest.mark.parametrize("kind", ActivationKind)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_each_activation_of_the_script_is_the_engine_s(kind: ActivationKind, dtype: type[np.floating]) -> None:
    z = np.linspace(-90, 90, 4001).reshape(-1, 1).astype(dtype) * np.ones((1, 3), dtype)
    names: dict[str, object] = {"np": np, "z": z}
    exec(SPELLINGS[kind.value].numpy_lines, names)  # noqa: S102
    with np.errstate(over="ignore"):
        name = SPELLINGS[kind.value].numpy
        ours = eval(f"{name}(z)", names) if name else z  # noqa: S307
        theirs = np.empty_like(z.T.copy())
        ACTIVATIONS[kind].forward(z.T.copy(), theirs)
    assert ours.dtype == dtype
    np.testing.assert_allclose(ours.T, theirs, rtol=2e-6 if dtype is np.float32 else 1e-14, atol=np.finfo(dtype).eps)


def test_a_script_reads_alone_and_checks_itself(tmp_path: Path) -> None:
    """Away from where it was written, by a Python that has never heard of us; and it notices a changed number."""
    given = subject(network(PLANE, stack(ActivationKind.TANH)))
    numpy_script.FORMAT.save(given, tmp_path / "s.py")
    text = (tmp_path / "s.py").read_text()
    command = [sys.executable, "-I", str(tmp_path / "s.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("largest difference on 20 examples: ")
    assert "nnstudio" not in text
    lines = text.splitlines()
    place = next(number for number, line in enumerate(lines) if line.startswith("b2 = np.array(["))
    lines[place] = lines[place].replace("[", "[0.01 + ", 1)
    (tmp_path / "s.py").write_text("\n".join(lines))
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "the largest difference is" in done.stderr


def test_a_proof_sees_a_file_that_was_changed(tmp_path: Path) -> None:
    given = subject(network(PLANE, stack(ActivationKind.TANH)))
    for key in ("npz", "numpy"):
        one = FORMATS[key]
        path = tmp_path / f"network{one.ending}"
        other = network(PLANE, stack(ActivationKind.SINE))
        other.network.params[0] += 0.1
        one.save(subject(other), path)
        proof = one.proof(given, path)
        assert proof.holds is False
        assert proof.largest is not None
        assert proof.largest > 1e-3


def test_a_broken_script_fails_its_proof_in_its_own_words(tmp_path: Path) -> None:
    given = subject(network(PLANE, ()))
    (tmp_path / "s.py").write_text("raise ValueError('half of it is missing')")
    proof = numpy_script.FORMAT.proof(given, tmp_path / "s.py")
    assert proof.holds is False
    assert "half of it is missing" in proof.sentence


def test_what_lies_beside_a_script_is_not_left_there_if_the_script_cannot_be_written(tmp_path: Path) -> None:
    given = subject(network(IMAGES, stack(ActivationKind.RELU)))
    (tmp_path / "s.py").mkdir()
    with pytest.raises(FileError, match="it is a folder"):
        numpy_script.FORMAT.write(given, tmp_path / "s.py")
    assert [path.name for path in tmp_path.iterdir()] == ["s.py"]


def test_numbers_of_a_script_come_back_to_the_bit(tmp_path: Path) -> None:
    trainer = network(PLANE, stack(ActivationKind.TANH))
    trainer.network.params[:4] = np.float32([1e-38, 3.4e38, -0.0, 1 / 3])
    given = subject(trainer)
    names: dict[str, object] = {"__name__": "read"}
    exec(numpy_script.numpy_script(given, "s.py")["s.py"], names)  # noqa: S102
    hidden, output = given.model.layers
    for number, layer in ((1, hidden), (2, output)):
        for letter, name in (("W", "weight"), ("b", "bias")):
            assert np.asarray(names[f"{letter}{number}"]).tobytes() == layer.arrays[name].tobytes()


def test_a_header_for_a_machine_without_a_system(tmp_path: Path) -> None:
    """No math.h where no exponential is needed; the compiler is told that there is no library."""
    given = subject(network(table(Task.REGRESSION), stack(ActivationKind.RELU, ActivationKind.LEAKY_RELU)))
    proof = FORMATS["c"].write(given, tmp_path / "n.h")
    if proof.holds is None:
        pytest.skip(proof.sentence)
    assert "without a system" in proof.sentence
    assert proof.holds
    assert "#include" not in (tmp_path / "n.h").read_text().partition("#if defined")[0]


def test_the_header_s_own_test_notices_a_changed_number(tmp_path: Path) -> None:
    given = subject(network(PLANE, stack(ActivationKind.TANH)))
    proof = FORMATS["c"].write(given, tmp_path / "n.h")
    if proof.holds is None:
        pytest.skip(proof.sentence)
    text = (tmp_path / "n.h").read_text()
    place = text.index("layer2_bias[1] = {")
    (tmp_path / "n.h").write_text(text[:place] + text[place:].replace("{\n    ", "{\n    0.01f + ", 1))
    assert FORMATS["c"].proof(given, tmp_path / "n.h").holds is False


def test_what_is_too_large_for_a_header_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = subject(network(PLANE, stack(ActivationKind.TANH)))
    monkeypatch.setattr("nnstudio.files.exports.c_header.MOST_NUMBERS", 24)
    with pytest.raises(CannotHold, match="it has 25 numbers, and a header holds 24 at most"):
        FORMATS["c"].write(given, tmp_path / "n.h")
    assert "25 numbers" in FORMATS["c"].lacks(given)
    assert not [*tmp_path.iterdir()]
