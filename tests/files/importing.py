"""What an import makes of a file, and files of ONNX as other programs write them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nnstudio.core.network.predict import predict
from nnstudio.core.run.frame import Frame, Probe
from nnstudio.core.run.observe import Observer
from nnstudio.core.training.trainer import Trainer
from nnstudio.files.errors import FileError
from nnstudio.files.imports import Imported, read_network


def answers(imported: Imported, frame: Frame, raw: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """What the network says with what was imported, in the experiment that has to be begun for it."""
    experiment = imported.experiment or frame.experiment
    dataset = frame.dataset if experiment.dataset == frame.experiment.dataset else None
    trainer = Trainer(experiment, dataset=dataset)
    trainer.set_weights(imported.weights)
    return predict(Observer(trainer, 1).frame(Probe.NOTHING).model, raw)


def refusal(path: Path, frame: Frame) -> str:
    """Why nothing was imported."""
    before = frame.params.tobytes()
    with pytest.raises(FileError) as caught:
        read_network(path, frame)
    assert frame.params.tobytes() == before
    assert path.name in str(caught.value)
    assert "untouched" in str(caught.value) or "Nothing was changed" in str(caught.value)
    return str(caught.value)


def node(operator: str, arrays: int = 0, **attributes: Any) -> tuple[str, int, dict[str, Any]]:
    """An operation that takes what came last, and so many arrays."""
    return operator, arrays, attributes


def graph(
    path: Path, shape: Sequence[int], nodes: Sequence[tuple[str, int, dict[str, Any]]], *arrays: np.ndarray[Any, Any]
) -> Path:
    """Write a stack of these operations; the arrays go to whoever takes some, in their order."""
    onnx: Any = pytest.importorskip("onnx")
    made, x, left = [], "x", iter(range(1000))
    for number, (operator, count, attributes) in enumerate(nodes):
        given = [f"a{next(left)}" for _ in range(count)]
        made.append(onnx.helper.make_node(operator, [x, *given], [f"y{number}"], **attributes))
        x = f"y{number}"
    tensors = [onnx.numpy_helper.from_array(np.asarray(array), f"a{place}") for place, array in enumerate(arrays)]
    kind = onnx.TensorProto.FLOAT
    given = onnx.helper.make_tensor_value_info("x", kind, ["n", *shape])
    result = onnx.helper.make_tensor_value_info(x, kind, None)
    whole = onnx.helper.make_graph(made, "stack", [given], [result], tensors)
    model = onnx.helper.make_model(whole, opset_imports=[onnx.helper.make_opsetid("", 20)], ir_version=9)
    path.write_bytes(model.SerializeToString())
    return path


def by_onnx(path: Path, raw: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """What onnx's own evaluator says."""
    reference: Any = pytest.importorskip("onnx.reference")
    [found] = reference.ReferenceEvaluator(str(path)).run(None, {"x": raw.astype(np.float32)})
    return np.asarray(found)
