"""How an estimator shows itself in a notebook: what it is, its network as it is now, how it got there.

A card of its own with its own colours, so that it reads the same in a light and in a dark notebook.
"""

from collections.abc import Iterator, Sequence
from html import escape

import numpy as np

from nnstudio.core.counting import counted, grouped
from nnstudio.core.experiment.choices import Task
from nnstudio.estimators.trained import Trained
from nnstudio.files.network_drawing import DIM, LINE, POSITIVE, drawing

_CARD = (
    "background: #ffffff; color: #1c2430; border: 1px solid #e2e5ea; border-radius: 10px; padding: 14px 18px; "
    "max-width: 860px; font: 13px/1.5 Inter, system-ui, sans-serif"
)
_CODE = "font: 13px/1.5 'JetBrains Mono', ui-monospace, monospace; color: #1c2430; overflow-wrap: anywhere"
_WIDTH, _HEIGHT, _MOST_POINTS = 240.0, 64.0, 240


def page(name: str, trained: Trained | None) -> str:
    """An HTML element; `name`: the estimator as it is written."""
    return f'<div style="{_CARD}"><div style="{_CODE}">{escape(name)}</div>{"".join(_parts(trained))}</div>'


def _parts(trained: Trained | None) -> Iterator[str]:
    if trained is None:
        yield f'<div style="color: {DIM}">It has not learned anything yet: fit(X, y) comes first.</div>'
        return
    trainer, dataset = trained.trainer, trained.dataset
    yield f'<div style="margin: 10px 0">{drawing(trainer.model(), dataset.input_names, dataset.output_names)}</div>'
    metrics = trainer.last_metrics
    regression = dataset.task is Task.REGRESSION
    apart = trainer.dataset.test is not trainer.dataset.train
    facts = [
        counted(trainer.network.params.size, "parameter", grouped(trainer.network.params.size)),
        counted(len(trained.losses), "epoch"),
        counted(trainer.updates, "update", grouped(trainer.updates)),
        f"training loss {metrics.train_loss:.4g}",
        _right(metrics.train_accuracy, regression, "training"),
        *((f"test loss {metrics.test_loss:.4g}", _right(metrics.test_accuracy, regression, "test")) if apart else ()),
    ]
    yield f'<div style="display: flex; gap: 24px; align-items: center; color: {DIM}">{_curve(trained.losses)}'
    yield f"<div>{escape(' · '.join(facts))}</div></div>"


def _right(accuracy: float, regression: bool, examples: str) -> str:
    return f"{examples} R² {accuracy:.4f}" if regression else f"{examples} accuracy {100 * accuracy:.1f} %"


def _curve(losses: Sequence[float]) -> str:
    """The loss after each epoch, on a logarithmic axis; empty where there is no line to be drawn."""
    known = np.array(losses, np.float64)
    known = np.log10(known[np.isfinite(known) & (known > 0)])
    if len(known) < 2:
        return ""
    low, high = float(known.min()), float(known.max())
    chosen = np.unique(np.linspace(0, len(known) - 1, _MOST_POINTS).astype(int))
    x, y = chosen / (len(known) - 1) * _WIDTH, 4 + (_HEIGHT - 8) * (high - known[chosen]) / max(high - low, 1e-9)
    points = " ".join(f"{across:.1f},{down:.1f}" for across, down in zip(x.tolist(), y.tolist(), strict=True))
    return (
        f'<svg viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}" style="flex: 0 0 {_WIDTH:g}px; height: {_HEIGHT:g}px" role="img" '
        f'aria-label="Loss over the epochs, from {losses[0]:.4g} to {losses[-1]:.4g}">'
        f'<line x1="0" x2="{_WIDTH:g}" y1="{_HEIGHT - 0.5:g}" y2="{_HEIGHT - 0.5:g}" stroke="{LINE}"/>'
        f'<polyline points="{points}" fill="none" stroke="{POSITIVE}" stroke-width="1.5"/></svg>'
    )
