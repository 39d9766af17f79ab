"""What somebody must know to fill in a worksheet, beside its numbers: functions, slopes, the loss, the optimizer."""

from collections.abc import Iterator

from nnstudio.core.experiment.choices import LossKind, OptimizerKind
from nnstudio.core.trace.held import Held
from nnstudio.core.trace.trace import Trace


def rules(trace: Trace) -> Iterator[tuple[str, str]]:
    """What somebody must know beside the numbers: the functions with their slopes, the answer and the loss."""
    kinds = dict.fromkeys(layer.activation for layer in trace.layers[:-1])
    for kind in kinds:
        yield kind.phrase, f"f(z) = {kind.formula},  f′(z) = {kind.slope}"
    formula = trace.terms.written.replace("p", "ŷ")
    yield "answer", f"ŷ = {trace.answers.formula}"
    yield "loss", f"L = {formula}" + (f", the mean over {trace.terms.count} outputs" if trace.terms.count > 1 else "")
    if trace.held.state.experiment.training.loss is LossKind.HUBER:
        yield "", f"δ = {trace.held.state.experiment.training.huber_delta:g}"


def is_plain(held: Held) -> bool:
    """Whether the update is w − η · ∂L/∂w, and nothing else."""
    names = [row.name for row in held.update]
    return held.state.experiment.training.optimizer is OptimizerKind.SGD and names == ["g", "η", "step", "w"]


def update_rules(held: Held) -> Iterator[tuple[str, str]]:
    """How the optimizer in use goes from the gradient to the new weight, with its settings."""
    spec, rows = held.state.experiment.training, held.update
    if is_plain(held):
        yield "update", f"new w = w − η · g,  g = ∂L/∂w,  η = {held.rate:g}"
        return
    steps = [(row.name, row.formula) for row in rows if row.name not in ("η", "w")]
    yield "update", "from g = ∂L/∂w:  " + ";  ".join(f"{n} = {f}" for n, f in steps[1:])
    settings = {
        "η": held.rate,
        "μ": spec.momentum,
        "ρ": spec.rho,
        "β₁": spec.beta1,
        "β₂": spec.beta2,
        "ε": spec.epsilon,
        "λ₂": spec.l2,
        "λ₁": spec.l1,
        "N": len(held.dataset.train),
    }
    text = " ".join(formula for _, formula in steps)
    if "λ" in text.replace("λ₁", "").replace("λ₂", ""):
        settings["λ"] = spec.weight_decay
    known = [f"{name} = {value:g}" for name, value in settings.items() if name in text]
    remembers = bool(held.state.optimizer.arrays)
    yield "", ", ".join(known) + ("; what the optimiser remembers begins at 0" if remembers else "")
    yield (
        "",
        "new w = w − step; a penalty pulls at weights, not at biases" if spec.l1 or spec.l2 else "new w = w − step",
    )
