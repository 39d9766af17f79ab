"""How fast the core is beside other libraries, and above the bare matrix products.

Everybody takes turns on the same work; what counts is each one's best turn, which a busy machine disturbs least. The
bare products are measured twice: by `np.matmul(…, out=)`, the operator that anybody would write, and by
`np.dot(…, out=)`, which is quicker on tiny arrays and which the core uses itself. The goal is set against the first.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np

from benchmarks import contestants
from benchmarks.contestants import Contestant
from benchmarks.work import WORKS, Work, noise
from nnstudio import Classifier
from nnstudio.core.experiment.dataset_spec import ImageSpec
from nnstudio.core.experiment.training_spec import StoppingSpec
from nnstudio.core.training.trainer import Trainer
from nnstudio.files.project import Project, save_project

TURN = 0.25
"""Seconds of one turn."""
PREDICTED = 10_000
ROWS = 20_000
SAVED_WITHIN = 0.3
"""Seconds."""
EPOCHS, ABOVE_TRAINER = 30, 20.0
"""Of an estimator's `fit`; and how many microseconds an update may cost it above the bare trainer's."""


def main(seconds: float) -> int:
    """Print the table; 0 if all goals are met that could be measured."""
    met = True
    print(f"{'':44}{'updates/s':>11}{'PyTorch':>10}{'sklearn':>10}{'JAX jit':>10}{'÷ matmul':>10}{'÷ dot':>8}")
    for work in WORKS:
        met &= _measure(work, seconds)
    met &= _predict(seconds)
    met &= _save(seconds)
    met &= _estimator(seconds)
    print("Peers: how many times as fast we are. ÷: our time over that of the bare products. In brackets: the goal.")
    return 0 if met else 1


def _measure(work: Work, seconds: float) -> bool:
    peers: dict[str, Contestant | None] = {
        "ours": contestants.ours(work),
        "torch": contestants.pytorch(work),
        "sklearn": contestants.scikit_learn(work) if work.sklearn else None,
        "jax": contestants.jax(work),
        "matmul": contestants.bare(work, np.matmul),
        "dot": contestants.bare(work, np.dot),
    }
    best = _take_turns({name: run for name, run in peers.items() if run is not None}, seconds)
    ours = best["ours"]
    times = {name: best[name] / ours for name in ("torch", "sklearn", "jax") if name in best}
    floors = {name: ours / best[name] for name in ("matmul", "dot") if name in best}
    met = times.get("torch", 99) >= work.torch and times.get("sklearn", 99) >= work.sklearn
    met &= not work.floor or floors["matmul"] <= work.floor
    _print_row(work.name, 1 / ours, times, floors, met)
    goals = [f"≥ {work.torch:g} ×" if work.torch else "", f"≥ {work.sklearn:g} ×" if work.sklearn else "", ""]
    goals.append(f"≤ {work.floor:g}" if work.floor else "")
    print(f"{'':55}" + "".join(f"{'(' + goal + ')' if goal else '':>10}" for goal in goals))
    return met


def _print_row(name: str, rate: float, times: dict[str, float], floors: dict[str, float], met: bool) -> None:
    cells = [f"{times[peer]:.2f} ×" if peer in times else "—" for peer in ("torch", "sklearn", "jax")]
    cells += [f"{floors[floor]:.2f}" if floor in floors else "—" for floor in ("matmul", "dot")]
    widths = (10, 10, 10, 10, 8)
    row = "".join(f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True))
    print(f"{name:<44}{rate:>11.0f}{row}   {'' if met else 'GOAL MISSED'}", flush=True)


def _predict(seconds: float) -> bool:
    """Prediction of 10 000 images by 784-128-64-10."""
    work = WORKS[2]
    trainer = work.trainer()
    from nnstudio.core.training.evaluation import Evaluation

    train = trainer.dataset.train
    images = np.resize(train.augmented, (PREDICTED, train.augmented.shape[1]))
    split = type(train)(images, np.zeros((PREDICTED, 10), np.float32), np.zeros(PREDICTED, np.int64), train.raw)
    evaluation = Evaluation(trainer.network, split, trainer.dataset.task)
    peers: dict[str, Contestant] = {"ours": partial(_repeat, partial(evaluation.predict, trainer.loss))}
    if find_spec("torch") is not None:
        peers["torch"] = partial(_repeat, _torch_prediction(images))
    best = _take_turns(peers, seconds)
    ratio = best["torch"] / best["ours"] if "torch" in best else float("nan")
    met = not ratio < 1.0
    _print_row("prediction of 10 000 MNIST images", 1 / best["ours"], {"torch": ratio}, {}, met)
    print(f"{'':55}{'(≥ 1 ×)':>10}")
    return met


def _save(seconds: float) -> bool:
    """A project with the whole state of a run on MNIST: its best weights, Adam's memory, curves of many rows."""
    experiment = replace(WORKS[2].experiment(), stopping=StoppingSpec(patience=100))
    trainer = Trainer(replace(experiment, dataset=ImageSpec()), partial(noise, tested=100))
    trainer.step()
    nan = float("nan")
    trainer.updates += ROWS
    for row in range(ROWS):
        trainer.history.append(2 + row, row / 938, 1 / (row + 1), nan, nan, nan, nan, nan, 0.001)
    times: list[float] = []
    with TemporaryDirectory() as folder:
        path = Path(folder, "digits.nns")
        end = perf_counter() + seconds
        while len(times) < 5 or perf_counter() < end:
            start = perf_counter()
            save_project(path, Project(trainer.experiment, trainer.state()))
            times.append(perf_counter() - start)
        size = path.stat().st_size / 1e6
    median, worst = float(np.median(times)), max(times)
    met = median <= SAVED_WITHIN
    name = f"save of the run 784-128-64-10, {size:.1f} MB"
    print(f"{name:<44}{median * 1e3:>8.0f} ms, worst {worst * 1e3:.0f}   {'' if met else 'GOAL MISSED'}")
    print(f"{'':44}{f'(≤ {SAVED_WITHIN * 1e3:.0f} ms)':>11}")
    return met


def _estimator(seconds: float) -> bool:
    """`Classifier.fit` with all that it does around the updates, above `Trainer.step()` on the same examples."""
    random = np.random.default_rng(0)
    inputs = random.normal(size=(ROWS // 10, 20))
    labels = inputs[:, :10].argmax(axis=1)
    network = Classifier(epochs=EPOCHS).fit(inputs, labels)
    updates = network.trainer_.updates
    experiment, dataset = network.trainer_.experiment, network.trainer_.dataset

    def bare() -> object:
        trainer = Trainer(experiment, dataset=dataset)
        return [trainer.step() for _ in range(updates)]

    def fit() -> object:
        return network.fit(inputs, labels)

    best = dict.fromkeys((bare, fit), float("inf"))
    end = perf_counter() + seconds
    while perf_counter() < end:
        for run in best:
            start = perf_counter()
            run()
            best[run] = min(best[run], (perf_counter() - start) / updates)
    above = (best[fit] - best[bare]) * 1e6
    met = above <= ABOVE_TRAINER
    name = "fit of a Classifier, 20-32-16-10, batch 32"
    beside = f"µs an update above the trainer's {best[bare] * 1e6:.0f}"
    print(f"{name:<44}{above:>8.1f} {beside}   {'' if met else 'GOAL MISSED'}")
    print(f"{'':44}{f'(≤ {ABOVE_TRAINER:.0f} µs)':>11}")
    return met


def _torch_prediction(images: np.ndarray) -> Callable[[], object]:
    import torch
    from torch import nn

    sizes = WORKS[2].sizes
    layers: list[nn.Module] = []
    for size, following in pairwise(sizes):
        layers += [nn.Linear(size, following), nn.ReLU()]
    layers[-1] = nn.Softmax(1)
    model = nn.Sequential(*layers)
    inputs = torch.from_numpy(np.ascontiguousarray(images[:, :-1]))

    def predict() -> object:
        with torch.inference_mode():
            return model(inputs)

    return predict


def _repeat(action: Callable[[], object], times: int) -> None:
    for _ in range(times):
        action()


def _take_turns(peers: dict[str, Contestant], seconds: float) -> dict[str, float]:
    """Seconds per update of each one's best turn."""
    counts = {name: _updates_per_turn(run) for name, run in peers.items()}
    best = dict.fromkeys(peers, float("inf"))
    end = perf_counter() + seconds
    while perf_counter() < end:
        for name, run in peers.items():
            start = perf_counter()
            run(counts[name])
            best[name] = min(best[name], (perf_counter() - start) / counts[name])
    return best


def _updates_per_turn(run: Contestant) -> int:
    """So many updates as fill a turn; also warms up."""
    multiple = getattr(run, "multiple", 1)
    updates = multiple
    while True:
        start = perf_counter()
        run(updates)
        elapsed = perf_counter() - start
        if elapsed > TURN / 4:
            return max(multiple, round(updates * TURN / elapsed / multiple) * multiple)
        updates *= 2
