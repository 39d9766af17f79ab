"""How a network was trained, for Keras 3: losses and optimisers by their names in files, and what it does otherwise."""

from collections.abc import Iterator

from nnstudio.core.experiment import ImageSpec, TrainingSpec
from nnstudio.core.experiment.choices import Shuffle, Task
from nnstudio.core.training.losses import class_weights
from nnstudio.files.exports.literals import commented, wrapped
from nnstudio.files.exports.subject import Subject
from nnstudio.files.exports.table_cells import units_of
from nnstudio.files.exports.training_words import RESTARTED, SHARES, WEIGHTS_WORDS, Words, left_out

OPTIMIZERS: dict[str, Words] = {
    "sgd": lambda spec: f"SGD(RATE{_clips(spec)})",
    "momentum": lambda spec: f"SGD(RATE, momentum={spec.momentum!r}{_clips(spec)})",
    "nesterov": lambda spec: f"SGD(RATE, momentum={spec.momentum!r}, nesterov=True{_clips(spec)})",
    "adagrad": lambda spec: f"Adagrad(RATE, initial_accumulator_value=0.0{_epsilon(spec)})",
    "adadelta": lambda spec: f"Adadelta(RATE, rho={spec.rho!r}{_epsilon(spec)})",
    "rmsprop": lambda spec: f"RMSprop(RATE, rho={spec.rho!r}{_epsilon(spec)})",
    "adam": lambda spec: f"Adam(RATE{_betas(spec)}{_epsilon(spec)})",
    "amsgrad": lambda spec: f"Adam(RATE{_betas(spec)}, amsgrad=True{_epsilon(spec)})",
    "adamw": lambda spec: f"AdamW(RATE, weight_decay={spec.weight_decay!r}{_betas(spec)}{_epsilon(spec)})",
    "nadam": lambda spec: f"Nadam(RATE{_betas(spec)}{_epsilon(spec)})",
    "lion": lambda spec: f"Lion(RATE, weight_decay={spec.weight_decay!r}{_betas(spec)}{_clips(spec)})",
}

DIFFERS = {
    "adagrad": "Keras adds epsilon within the root",
    "rmsprop": "Keras adds epsilon within the root",
    "adam": "Keras does not correct epsilon for the start",
    "amsgrad": "Keras corrects for the start before the maximum, and epsilon not at all",
    "adamw": "Keras does not correct epsilon for the start",
    "nadam": "Keras lets the momentum grow 250 times as fast",
}
"""Where the optimizer of this name is another variant there."""


def _betas(spec: TrainingSpec) -> str:
    return f", beta_1={spec.beta1!r}, beta_2={spec.beta2!r}"


def _epsilon(spec: TrainingSpec) -> str:
    return f", epsilon={spec.epsilon!r}{_clips(spec)}"


def _clips(spec: TrainingSpec) -> str:
    norm = f", global_clipnorm={spec.clip_norm!r}" if spec.clip_norm else ""
    return norm or (f", clipvalue={spec.clip_value!r}" if spec.clip_value else "")


def _loss(spec: TrainingSpec, task: Task, outputs: int) -> str:
    """What each of the examples costs, or each of its outputs, by logits z and targets y, as an expression."""
    p = "z" if task is Task.REGRESSION else "ops.sigmoid(z)"
    smooth = spec.label_smoothing
    y = f"(y + {smooth!r} * ({1 / max(outputs, 2)!r} - y))" if smooth else "y"
    yes_or_no = f"ops.binary_crossentropy({_two(smooth)}, z, from_logits=True)"
    shared = f"ops.categorical_crossentropy({y}, z, from_logits=True)"
    excess = "1 - y + z - ops.sum(y * z, axis=1, keepdims=True)" if task is Task.MULTICLASS else "1 + z - 2 * y * z"
    delta = spec.huber_delta
    huber = f"ops.where(ops.absolute(d) <= {delta!r}, d * d / 2, {delta!r} * (ops.absolute(d) - {delta / 2!r}))"
    return {
        "cross-entropy": shared if task is Task.MULTICLASS else yes_or_no,
        "binary-cross-entropy": yes_or_no,
        "mean-squared-error": f"({p} - y) ** 2",
        "half-squared-error": f"({p} - y) ** 2 / 2",
        "mean-absolute-error": f"ops.absolute({p} - y)",
        "huber": huber,
        "hinge": f"ops.relu({excess})",
    }[spec.loss.value]


def _two(smooth: float) -> str:
    return f"(y + {smooth!r} * (0.5 - y))" if smooth else "y"


def training_of(subject: Subject) -> Iterator[str]:
    """The functions `loss` and `train` of a script."""
    spec, task, dataset = subject.experiment.training, subject.model.task, subject.experiment.dataset
    held = any(layer.frozen or layer.off for layer in subject.model.layers)
    share = SHARES.get(spec.schedule.value, SHARES["constant"])(spec)
    weights = class_weights(spec, subject.frame.dataset)
    if weights:
        yield f"\n{commented(WEIGHTS_WORDS)}\nCLASS_WEIGHTS = {list(weights)!r}\n"
    yield f'\ndef loss(y, z):\n    """{spec.loss.label}: {spec.loss.help}"""'
    if spec.loss.value == "huber":
        yield "    d = z - y"
    cost = _loss(spec, task, subject.model.outputs)
    if weights:
        number = "ops.argmax(y, axis=1)" if task is Task.MULTICLASS else 'ops.cast(y[:, 0], "int32")'
        yield f"    counts = ops.take(ops.convert_to_tensor(CLASS_WEIGHTS, dtype=z.dtype), {number})"
        yield f"    each = {cost}"
        yield "    return ops.mean(counts * ops.mean(ops.reshape(each, (ops.shape(y)[0], -1)), axis=1))\n"
    else:
        yield f"    return ops.mean({cost})\n"
    if spec.schedule.value == "cosine-restarts" and spec.schedule_growth != 1:
        yield RESTARTED
    if share != "1.0":
        about = f"The share of the learning rate after x periods: {spec.schedule.label}."
        yield f'\ndef share(x):\n    """{about}"""\n    return {share}\n'
    about = (
        f"Train with the same settings: {spec.optimizer.label}, {spec.batch_size} examples a batch. The targets are "
        "the numbers of the classes, 0 or 1 for each label, or values. Begin with first weights of your own choice."
    )
    yield f'\ndef train(examples, targets, epochs):\n    """{wrapped(about, "    ").lstrip()}"""'
    differs = DIFFERS.get(spec.optimizer.value, "")
    if any(layer.kind == "batch-norm" for layer in subject.model.layers):
        differs = f"{differs}{'; ' if differs else ''}Keras gathers the biased variance of a batch"
    if spec.clip_norm and spec.clip_value:
        differs = f"{differs}{'; ' if differs else ''}Keras clips by the norm alone"
    lost = left_out(spec, dataset.shift if isinstance(dataset, ImageSpec) else 0, held)
    if differs or lost:
        yield commented(f"Otherwise than before: {differs}{'. ' if differs and lost else ''}{lost}", "    ")
    yield "    x, y = inputs(examples), np.asarray(targets)"
    if task is Task.MULTICLASS:
        yield f"    y = np.eye({subject.model.outputs}, dtype=x.dtype)[y.astype(int)]"
    else:
        yield "    y = (y[:, None] if y.ndim == 1 else y).astype(x.dtype)"
    if units := units_of(subject.model.recipe):
        yield f"    y = (y - {units[1]!r}) / {units[0]!r}"
    if spec.l1 or spec.l2:
        yield "    for layer in network.layers:"
        yield "        if hasattr(layer, 'kernel'):"
        yield f"            l1, l2 = {spec.l1!r} / len(x), {spec.l2!r} / (2 * len(x))"
        yield "            layer.kernel.regularizer = keras.regularizers.L1L2(l1, l2)"
    yield f"    optimizer = keras.optimizers.{OPTIMIZERS[spec.optimizer.value](spec)}"
    yield "    network.compile(optimizer, loss)"
    shuffle = spec.shuffle is Shuffle.EVERY_EPOCH
    call = f"network.fit(x, y, batch_size={spec.batch_size}, epochs=epochs, shuffle={shuffle}, verbose=0"
    if share == "1.0":
        yield f"    {call})\n"
        return
    yield "    seen = 0\n\n    def before(batch, logs=None):\n        nonlocal seen"
    yield f"        optimizer.learning_rate = RATE * share(seen / len(x) / {spec.schedule_period!r})"
    yield f"        seen += min({spec.batch_size}, len(x) - batch * {spec.batch_size})\n"
    yield f"    {call},\n                callbacks=[keras.callbacks.LambdaCallback(on_train_batch_begin=before)])\n"
