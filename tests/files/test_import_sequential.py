"""State dicts of a plain Sequential come in as PyTorch writes them, and answer as PyTorch does."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
from exports_cases import BLOBS, IMAGES, PLANE, frame_of, network, stack
from importing import answers, refusal

from nnstudio.core.experiment.choices import ActivationKind, Padding
from nnstudio.core.experiment.layer_specs import (
    ActivationSpec,
    BatchNormSpec,
    Conv2DSpec,
    DenseSpec,
    DropoutSpec,
    LayerNormSpec,
    MaxPool2DSpec,
)
from nnstudio.files.imports import read_network

LINEAR, RELU, TANH = ActivationKind.LINEAR, ActivationKind.RELU, ActivationKind.TANH
Numbers = np.ndarray[Any, Any]
RANDOM = np.random.default_rng(3)


def saved(path: Path, arrays: dict[str, tuple[int, ...]], kind: type[np.generic] = np.float32) -> Path:
    safetensors.numpy.save_file({name: RANDOM.normal(0, 1, shape).astype(kind) for name, shape in arrays.items()}, path)
    return path


@pytest.mark.slow
def test_what_pytorch_writes_answers_as_in_pytorch(tmp_path: Path) -> None:
    torch: Any = pytest.importorskip("torch", reason="PyTorch, the reference, is not installed (extra `oracle`)")
    save: Any = pytest.importorskip("safetensors.torch").save_file
    nn = torch.nn
    torch.manual_seed(4)

    def moved(module: Any) -> Any:
        """With statistics and gains that are not those of the beginning."""
        for name, array in module.state_dict().items():
            if array.ndim and array.is_floating_point() and ("running" in name or array.ndim == 1):
                array.uniform_(0.5, 1.5)
        return module.eval()

    def check(
        name: str, module: Any, frame: Any, raw: np.ndarray[Any, Any], shape: tuple[int, ...], built: bool
    ) -> str:
        save(module.state_dict(), tmp_path / f"{name}.safetensors")
        imported = read_network(tmp_path / f"{name}.safetensors", frame)
        assert (imported.experiment is not None) is built
        given = np.empty((len(raw), len(frame.dataset.recipe.shift)), np.float32)
        frame.dataset.recipe.write(raw, given)
        with torch.no_grad():
            z = module(torch.from_numpy(given.reshape(-1, *shape)))
            theirs = torch.sigmoid(z) if z.shape[1] == 1 else torch.softmax(z, 1)
        assert np.abs(answers(imported, frame, raw) - theirs.numpy()).max() < 1e-6
        return imported.told

    points = RANDOM.uniform(-2, 2, (50, 2))
    dense = moved(
        nn.Sequential(
            nn.Linear(2, 6, bias=False),
            nn.BatchNorm1d(6),
            nn.Tanh(),
            nn.Dropout(0.3),
            nn.Linear(6, 5),
            nn.LayerNorm(5),
            nn.Linear(5, 1),
        )
    )
    fitting = (
        DenseSpec(units=6, activation=LINEAR),
        BatchNormSpec(),
        ActivationSpec(activation=TANH),
        DropoutSpec(),
        DenseSpec(units=5, activation=LINEAR),
        LayerNormSpec(),
    )
    assert not check("fits", dense, frame_of(network(PLANE, fitting)), points, (2,), built=False)

    relu = moved(
        nn.Sequential(nn.Linear(2, 7), nn.ReLU(), nn.Linear(7, 3), nn.BatchNorm1d(3), nn.ReLU(), nn.Linear(3, 4))
    )
    told = check("implied", relu, frame_of(network(BLOBS, stack(TANH))), points, (2,), built=True)
    assert "2 → 7 ReLU, 3 linear, batch norm, ReLU → 4" in told
    assert "does not say what lies between its layers: ReLU is assumed" in told

    images = moved(
        nn.Sequential(
            nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.SiLU(), nn.MaxPool2d(3, 2), nn.Conv2d(4, 3, 2),
            nn.LayerNorm([3, 12, 12]), nn.Flatten(), nn.Linear(432, 10),
        )
    )  # fmt: skip
    there = (
        Conv2DSpec(filters=4, kernel=3, padding=Padding.SAME, activation=LINEAR),
        BatchNormSpec(),
        ActivationSpec(activation=ActivationKind.SILU),
        MaxPool2DSpec(size=3, stride=2),
        Conv2DSpec(filters=3, kernel=2, activation=LINEAR),
        LayerNormSpec(),
    )
    pixels = RANDOM.integers(0, 256, (20, 28, 28), dtype=np.uint8)
    check("images", images, frame_of(network(IMAGES, there)), pixels, (1, 28, 28), built=False)
    message = refusal(tmp_path / "images.safetensors", frame_of(network(IMAGES, stack(TANH))))
    assert "layer 0 is a convolution" in message


LINEAR_PAIR = {"0.weight": (3, 2), "0.bias": (3,), "2.weight": (1, 3), "2.bias": (1,)}


def test_a_name_before_the_numbers_is_no_matter(tmp_path: Path) -> None:
    frame = frame_of(network(PLANE, (DenseSpec(units=3, activation=RELU),)))
    path = saved(tmp_path / "w.safetensors", {f"net.layers.{name}": shape for name, shape in LINEAR_PAIR.items()})
    imported = read_network(path, frame)
    theirs = safetensors.numpy.load_file(path)
    assert imported.experiment is None
    assert np.array_equal(imported.weights.params[:6].reshape(2, 3), theirs["net.layers.0.weight"].T)
    np.savez(tmp_path / "w.npz", **{name.removeprefix("net.layers."): array for name, array in theirs.items()})  # type: ignore[arg-type]
    assert np.array_equal(read_network(tmp_path / "w.npz", frame).weights.params, imported.weights.params)


REFUSED: list[tuple[dict[str, tuple[int, ...]], str]] = [
    ({"fc1.weight": (3, 2), "fc1.bias": (3,)}, "fc1.bias is not of one plain Sequential"),
    ({**LINEAR_PAIR, "other.0.weight": (3, 2)}, "is not of one plain Sequential"),
    ({**LINEAR_PAIR, "1.weight_ih_l0": (3, 2)}, "its layer 1 (weight_ih_l0 (3, 2)) is none of ours"),
    ({**LINEAR_PAIR, "1.weight": (3, 2, 5), "1.bias": (3,)}, "its layer 1 (bias (3,), weight (3, 2, 5)) is none"),
    ({"0.weight": (3, 5), "0.bias": (3,), "2.weight": (1, 3)}, "Dense 1 takes 5 numbers, and on the data here gets 2"),
    ({"0.weight": (3, 2), "0.bias": (3,), "2.weight": (4, 3)}, "it gives 4 answers, and the data here ask for 1"),
    ({"0.weight": (3, 2), "1.weight": (3,), "1.bias": (3,)}, "does not end in a Linear layer"),
    ({"0.weight": (1500, 2), "1.weight": (1, 1500)}, "1024"),
    ({"0.weight": (3, 2), "1.weight": (1, 4)}, "Output takes 4 numbers, and on the data here gets 3"),
    ({"0.weight": (0, 2), "1.weight": (1, 0)}, "1"),
]


@pytest.mark.parametrize(("arrays", "says"), REFUSED)
def test_what_is_no_such_stack_is_named(tmp_path: Path, arrays: dict[str, tuple[int, ...]], says: str) -> None:
    assert says in refusal(saved(tmp_path / "w.safetensors", arrays), frame_of(network(PLANE, stack(TANH))))


def test_numbers_that_are_none(tmp_path: Path) -> None:
    frame = frame_of(network(PLANE, stack(TANH)))
    assert "floats" in refusal(saved(tmp_path / "w.safetensors", LINEAR_PAIR, np.int32), frame)
    sound = saved(tmp_path / "w.safetensors", LINEAR_PAIR).read_bytes()
    (tmp_path / "w.safetensors").write_bytes(sound[:-4] + np.float32([np.nan]).tobytes())
    assert "not finite" in refusal(tmp_path / "w.safetensors", frame)
    (tmp_path / "w.safetensors").write_bytes(sound[:-5])
    assert "broken" in refusal(tmp_path / "w.safetensors", frame)
