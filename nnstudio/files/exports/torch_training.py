"""How a network was trained, for PyTorch: losses and optimisers by their names in files, and the loop around them."""

from collections.abc import Iterator

from nnstudio.core.experiment import ImageSpec, TrainingSpec
from nnstudio.core.experiment.choices import Shuffle, Task
from nnstudio.core.training.losses import class_weights
from nnstudio.files.exports.literals import commented, wrapped
from nnstudio.files.exports.subject import Subject
from nnstudio.files.exports.table_cells import units_of
from nnstudio.files.exports.training_words import RESTARTED, SHARES, WEIGHTS_WORDS, Words, left_out

TORCH_OPTIMIZERS: dict[str, Words] = {
    "sgd": lambda spec: "torch.optim.SGD(numbers, lr=RATE)",
    "momentum": lambda spec: f"torch.optim.SGD(numbers, lr=RATE, momentum={spec.momentum!r})",
    "nesterov": lambda spec: f"torch.optim.SGD(numbers, lr=RATE, momentum={spec.momentum!r}, nesterov=True)",
    "adagrad": lambda spec: f"torch.optim.Adagrad(numbers, lr=RATE, eps={spec.epsilon!r})",
    "adadelta": lambda spec: f"torch.optim.Adadelta(numbers, lr=RATE, rho={spec.rho!r}, eps={spec.epsilon!r})",
    "rmsprop": lambda spec: f"torch.optim.RMSprop(numbers, lr=RATE, alpha={spec.rho!r}, eps={spec.epsilon!r})",
    "adam": lambda spec: f"torch.optim.Adam(numbers, lr=RATE{_betas(spec)})",
    "amsgrad": lambda spec: f"torch.optim.Adam(numbers, lr=RATE{_betas(spec)}, amsgrad=True)",
    "adamw": lambda spec: f"torch.optim.AdamW(numbers, lr=RATE{_betas(spec)}, weight_decay={spec.weight_decay!r})",
    "nadam": lambda spec: f"torch.optim.NAdam(numbers, lr=RATE{_betas(spec)}, momentum_decay=0.004)",
    "lion": lambda spec: f"Lion(numbers, {spec.beta1!r}, {spec.beta2!r}, {spec.weight_decay!r})",
}

TORCH_LION = '''
class Lion(torch.optim.Optimizer):
    """Every number moves by the rate; only the sign of the momentum counts (Chen et al. 2023)."""

    def __init__(self, numbers, beta1, beta2, decay):
        super().__init__(numbers, {"lr": RATE, "beta1": beta1, "beta2": beta2, "decay": decay})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for w in group["params"]:
                m = self.state[w].setdefault("m", torch.zeros_like(w))
                move = (group["beta1"] * m + (1 - group["beta1"]) * w.grad).sign() + group["decay"] * w
                w -= group["lr"] * move
                m.mul_(group["beta2"]).add_((1 - group["beta2"]) * w.grad)
'''


def _betas(spec: TrainingSpec) -> str:
    return f", betas=({spec.beta1!r}, {spec.beta2!r}), eps={spec.epsilon!r}"


def _loss(spec: TrainingSpec, task: Task, weights: tuple[float, ...]) -> tuple[str, ...]:
    """The lines of a function of the logits z and the targets y, (examples, outputs), that give the mean loss.
    `weights`: of the classes, if some count more than others."""
    smooth, each = spec.label_smoothing, ', reduction="none"' if weights else ""
    yes_or_no = f"F.binary_cross_entropy_with_logits(z, {f'y + {smooth!r} * (0.5 - y)' if smooth else 'y'}{each})"
    answers = "z" if task is Task.REGRESSION else "torch.sigmoid(z)"
    own = "1 + z - 2 * y * z"
    if task is Task.MULTICLASS:
        own = "1 - y + z - (y * z).sum(dim=1, keepdim=True)"
    shared = f"F.cross_entropy(z, y, label_smoothing={smooth!r}{each})"
    cost = {
        "cross-entropy": shared if task is Task.MULTICLASS else yes_or_no,
        "binary-cross-entropy": yes_or_no,
        "mean-squared-error": f"F.mse_loss({answers}, y{each})",
        "half-squared-error": f"F.mse_loss({answers}, y{each}) / 2",
        "mean-absolute-error": f"F.l1_loss({answers}, y{each})",
        "huber": f"F.huber_loss({answers}, y, delta={spec.huber_delta!r}{each})",
        "hinge": f"torch.relu({own})" if weights else f"torch.relu({own}).mean()",
    }[spec.loss.value]
    if not weights:
        return (f"return {cost}",)
    counts = (
        "CLASS_WEIGHTS.to(y)[y.argmax(dim=1)]" if task is Task.MULTICLASS else "CLASS_WEIGHTS.to(y)[y[:, 0].long()]"
    )
    return f"each = {cost}", f"return ({counts} * each.reshape(len(y), -1).mean(dim=1)).mean()"


def training_of(subject: Subject) -> Iterator[str]:
    """The functions `loss` and `train` of a script."""
    spec, task = subject.experiment.training, subject.model.task
    dataset = subject.experiment.dataset
    held = any(layer.frozen or layer.off for layer in subject.model.layers)
    weights = class_weights(spec, subject.frame.dataset)
    if weights:
        yield f"\n{commented(WEIGHTS_WORDS)}\nCLASS_WEIGHTS = torch.tensor({list(weights)!r}, dtype=torch.float64)\n"
    yield "\ndef loss(z, y):\n" + f'    """{spec.loss.label}: {spec.loss.help}"""'
    yield from (f"    {line}" for line in _loss(spec, task, weights))
    yield ""
    if spec.schedule.value == "cosine-restarts" and spec.schedule_growth != 1:
        yield RESTARTED
    if spec.optimizer.value == "lion":
        yield TORCH_LION
    target = "y = y[:, None] if y.ndim == 1 else y"
    if task is Task.MULTICLASS:
        target = f"y = F.one_hot(y.long(), {subject.model.outputs}).to(x.dtype)"
    lost = left_out(spec, dataset.shift if isinstance(dataset, ImageSpec) else 0, held)
    share = SHARES.get(spec.schedule.value, SHARES["constant"])(spec)
    fewest = 2 if any(layer.kind == "batch-norm" and len(layer.shape) == 1 for layer in subject.model.layers) else 1
    order = "torch.randperm(len(x))" if spec.shuffle is Shuffle.EVERY_EPOCH else "torch.arange(len(x))"
    yield "\ndef train(examples, targets, epochs):"
    about = (
        f"Train as it was trained: {spec.optimizer.label}, {spec.batch_size} examples a batch. The targets are the "
        "numbers of the classes, 0 or 1 for each label, or values. Begin with first weights of your own choice."
    )
    yield f'    """{wrapped(about, "    ").lstrip()}"""'
    if lost:
        yield commented(f"Left out here: {lost}", "    ")
    yield f"    x = inputs(examples)\n    y = torch.as_tensor(np.asarray(targets), dtype=x.dtype)\n    {target}"
    if units := units_of(subject.model.recipe):
        yield f"    y = (y - {units[1]!r}) / {units[0]!r}"
    yield "    numbers = list(network.parameters())"
    if spec.l1 or spec.l2:
        yield "    weights = [layer.weight for layer in network if isinstance(layer, (nn.Linear, nn.Conv2d))]"
    yield f"    optimizer = {TORCH_OPTIMIZERS[spec.optimizer.value](spec)}"
    yield "    network.train()\n    seen = 0\n    for _ in range(epochs):"
    yield f"        batches = list({order}.split({spec.batch_size}))"
    if fewest > 1:
        yield f"        if len(batches) > 1 and len(batches[-1]) < {fewest}:  # too few to compare"
        yield "            batches[-2:] = [torch.cat(batches[-2:])]"
    yield "        for batch in batches:"
    if share != "1.0":
        yield f"            periods = seen / len(x) / {spec.schedule_period!r}"
        yield "            for group in optimizer.param_groups:"
        yield "                group['lr'] = RATE * share(periods)"
    yield "            error = loss(network(x[batch]), y[batch])"
    if spec.l1:
        yield f"            error = error + {spec.l1!r} / len(x) * sum(w.abs().sum() for w in weights)"
    if spec.l2:
        yield f"            error = error + {spec.l2!r} / (2 * len(x)) * sum((w * w).sum() for w in weights)"
    yield "            optimizer.zero_grad()\n            error.backward()"
    if spec.clip_value:
        yield f"            nn.utils.clip_grad_value_(numbers, {spec.clip_value!r})"
    if spec.clip_norm:
        yield f"            nn.utils.clip_grad_norm_(numbers, {spec.clip_norm!r})"
    yield "            optimizer.step()\n            seen += len(batch)\n"
    if share != "1.0":
        about = f"The share of the learning rate after x periods: {spec.schedule.label}."
        yield f'\ndef share(x):\n    """{about}"""\n    return {share}\n'
