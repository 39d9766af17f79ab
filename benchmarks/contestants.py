"""The same update done by others: PyTorch eager, scikit-learn, JAX where it is installed, and the bare matrix products.

A contestant is a function that makes so many updates; whatever can be prepared is prepared before. A peer that is not
installed is None. Everybody works in float32, on one thread, on the same data with batches drawn anew every epoch.
"""

import warnings
from collections.abc import Callable
from importlib.util import find_spec

import numpy as np

from benchmarks.work import Work

Contestant = Callable[[int], None]


def ours(work: Work) -> Contestant:
    """`Trainer.step()` as it is, with its history, guards and bookkeeping."""
    trainer = work.trainer()

    def run(updates: int) -> None:
        for _ in range(updates):
            trainer.step()

    return run


def bare(work: Work, product: Callable[..., object]) -> Contestant | None:
    """Only the matrix products of dense layers, forward and back, into arrays that are there already."""
    if work.convolutional:
        return None
    random = np.random.default_rng(0)
    calls: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    rows = work.batch_size
    for index, (inputs, outputs) in enumerate(zip(work.sizes, work.sizes[1:], strict=False)):
        x, w, dz = (
            random.normal(0, 0.1, s).astype(np.float32) for s in ((rows, inputs), (inputs, outputs), (rows, outputs))
        )
        calls.append((x, w, np.empty((rows, outputs), np.float32)))
        calls.append((x.T, dz, np.empty((inputs, outputs), np.float32)))
        if index:
            calls.append((dz, w.T, np.empty((rows, inputs), np.float32)))

    def run(updates: int) -> None:
        for _ in range(updates):
            for left, right, result in calls:
                product(left, right, out=result)

    return run


def pytorch(work: Work) -> Contestant | None:
    """An eager training loop as the tutorials write it."""
    if find_spec("torch") is None:
        return None
    import torch
    from torch import nn

    torch.set_num_threads(1)
    torch.manual_seed(0)
    inputs, targets = (torch.from_numpy(array.copy()) for array in work.arrays())
    activation = nn.Tanh if work.activation == "tanh" else nn.ReLU
    layers: list[nn.Module] = []
    if work.convolutional:
        inputs = inputs.reshape(-1, 1, 28, 28)
        layers += [nn.Conv2d(1, 8, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(8, 16, 5), nn.ReLU(), nn.MaxPool2d(2)]
        layers += [nn.Flatten(), nn.Linear(256, 10)]
    else:
        for size, following in zip(work.sizes, work.sizes[1:], strict=False):
            layers += [nn.Linear(size, following), activation()]
        layers.pop()
    model = nn.Sequential(*layers)
    loss_function = nn.BCEWithLogitsLoss() if work.sizes[-1] == 1 else nn.CrossEntropyLoss()
    kind = torch.optim.Adam if work.adam else torch.optim.SGD
    optimizer = kind(model.parameters(), lr=work.learning_rate)
    order, position = torch.randperm(len(inputs)), 0

    def run(updates: int) -> None:
        nonlocal order, position
        for _ in range(updates):
            if position >= len(inputs):
                order, position = torch.randperm(len(inputs)), 0
            batch = order[position : position + work.batch_size]
            position += work.batch_size
            optimizer.zero_grad()
            loss = loss_function(model(inputs[batch]), targets[batch])
            loss.backward()
            optimizer.step()

    return run


def scikit_learn(work: Work) -> Contestant | None:
    """`MLPClassifier.fit`, which owns its loop: whole epochs, counted in updates."""
    if work.convolutional or find_spec("sklearn") is None:
        return None
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    inputs, targets = work.arrays()
    per_epoch = -(-len(inputs) // work.batch_size)

    def run(updates: int) -> None:
        network = MLPClassifier(
            work.sizes[1:-1],
            activation=work.activation,
            solver="adam" if work.adam else "sgd",
            momentum=0,
            alpha=0,
            batch_size=work.batch_size,
            learning_rate_init=work.learning_rate,
            max_iter=max(1, round(updates / per_epoch)),
            tol=0,
            n_iter_no_change=10**9,
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            network.fit(inputs, targets.ravel())

    run.multiple = per_epoch  # type: ignore[attr-defined]  # updates come in whole epochs
    return run


def jax(work: Work) -> Contestant | None:
    """One jitted update over a list of weights and biases, with plain gradient descent or Adam."""
    if work.convolutional or find_spec("jax") is None:
        return None
    import jax as library
    import jax.numpy as jnp

    random = np.random.default_rng(0)
    inputs, targets = work.arrays()
    params = [
        (random.normal(0, a**-0.5, (a, b)).astype(np.float32), np.zeros(b, np.float32))
        for a, b in zip(work.sizes, work.sizes[1:], strict=False)
    ]
    activation = jnp.tanh if work.activation == "tanh" else library.nn.relu

    def loss(params, x, y):
        for w, b in params[:-1]:
            x = activation(x @ w + b)
        z = x @ params[-1][0] + params[-1][1]
        if work.sizes[-1] == 1:
            return jnp.mean(jnp.logaddexp(0, z) - y * z)
        return -jnp.mean(library.nn.log_softmax(z)[jnp.arange(len(y)), y])

    @library.jit
    def update(state, x, y):
        params, mean, square, t = state
        grads = library.grad(loss)(params, x, y)
        tree = library.tree_util.tree_map
        if not work.adam:
            return tree(lambda p, g: p - work.learning_rate * g, params, grads), mean, square, t
        t = t + 1
        mean = tree(lambda m, g: 0.9 * m + 0.1 * g, mean, grads)
        square = tree(lambda v, g: 0.999 * v + 0.001 * g * g, square, grads)
        rate = work.learning_rate * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
        return tree(lambda p, m, v: p - rate * m / (jnp.sqrt(v) + 1e-8), params, mean, square), mean, square, t

    zeros = library.tree_util.tree_map(np.zeros_like, params)
    state = (params, zeros, zeros, 0)
    order, position = random.permutation(len(inputs)), 0

    def run(updates: int) -> None:
        nonlocal state, order, position
        for _ in range(updates):
            if position + work.batch_size > len(inputs):
                order, position = random.permutation(len(inputs)), 0
            batch = order[position : position + work.batch_size]
            position += work.batch_size
            state = update(state, inputs[batch], targets[batch])
        library.block_until_ready(state)

    return run
