"""A report in one HTML file that needs nothing else: what was asked for, what came of it, and what it is not good for.

Everything that comes from data is escaped, and there is no script in it.
"""

from collections.abc import Iterator
from html import escape
from typing import Any

import msgspec

from nnstudio.core.experiment.choices import Task
from nnstudio.files.errors import printable
from nnstudio.files.experiment_json import experiment_to_json
from nnstudio.files.exports import report_pictures as pictures
from nnstudio.files.exports.format import Files, Format, Group
from nnstudio.files.exports.literals import identifier
from nnstudio.files.exports.subject import Subject
from nnstudio.files.network_drawing import drawing

_STYLE = """
body { font: 15px/1.5 Inter, system-ui, "Segoe UI", sans-serif; color: #1c2430; }
body { max-width: 720px; margin: 32px auto; padding: 0 16px; }
h1 { font-size: 28px; margin: 0; } h2 { font-size: 18px; margin: 32px 0 8px; }
p, caption, dt { color: #5a6573; } svg { width: 100%; height: auto; } img { image-rendering: auto; border-radius: 6px; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
caption { text-align: left; white-space: nowrap; }
td, th { border: 1px solid #aeb6c1; padding: 3px 8px; text-align: right; font-weight: 400; }
.right { background: #e6f1f9; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 16px; } dd { margin: 0; }
pre { background: #f1f3f5; border-radius: 6px; padding: 12px; overflow-x: auto; font-size: 13px; }
"""
NOT_FOR = (
    "It has learned from these examples alone. Of anything that they do not show it says something all the same, and "
    "says it just as surely.",
    "Its probabilities are not measured against how often it is right; close to 1 does not mean certain.",
    "Accuracy was measured on examples of the same kind. Where others come in, measure again before you rely on it.",
    "It must not decide alone on people, health, safety or money.",
)


def report(subject: Subject, name: str) -> Files:
    """The page."""
    return {name: "".join(_page(subject, name)).encode()}


def _page(subject: Subject, name: str) -> Iterator[str]:
    title = escape(subject.title)
    yield f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
    yield f"<style>{_STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n<p>{escape(subject.answer)}</p>\n"
    dataset = subject.frame.dataset
    yield f"<h2>The network</h2>\n{drawing(subject.model, dataset.input_names, dataset.output_names)}"
    yield f"\n<p>{escape(subject.summary)}</p>\n"
    yield "<h2>How good it is</h2>\n" + _list(_measured(subject)) + pictures.confusion(subject)
    if found := pictures.plane(subject):
        yield f"\n<h2>What it says where</h2>\n{found}"
    if found := pictures.curves(subject):
        yield f"\n<h2>How it learned</h2>\n{found}"
    yield "\n<h2>What was asked for</h2>\n" + _list(_settings(subject))
    yield f"\n<h2>How to load the weights</h2>\n<pre>{escape(_loading(name))}</pre>"
    yield "<p>Both files come from <code>nnstudio export</code>, or from Export… in the window.</p>"
    yield "\n<h2>What it must not be used for</h2>\n<ul>" + "".join(f"<li>{line}</li>" for line in NOT_FOR) + "</ul>"
    yield "\n</body>\n</html>\n"


def _list(rows: Iterator[tuple[str, str]]) -> str:
    return "<dl>" + "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in rows) + "</dl>"


def _measured(subject: Subject) -> Iterator[tuple[str, str]]:
    metrics = subject.frame.metrics
    values = subject.model.task is Task.REGRESSION
    for name, loss, right in (
        ("test", metrics.test_loss, metrics.test_accuracy),
        ("training", metrics.train_loss, metrics.train_accuracy),
    ):
        yield f"{'R²' if values else 'accuracy'}, {name}", f"{right:.4f}" if values else f"{100 * right:.2f} %"
        yield f"loss, {name}", f"{loss:.5g}"
    yield "updates", str(subject.frame.updates)
    yield "examples", f"{len(subject.frame.dataset.train)} to train, {len(subject.frame.dataset.test)} to test"


def _settings(subject: Subject) -> Iterator[tuple[str, str]]:
    plain = msgspec.json.decode(experiment_to_json(subject.experiment))
    for part in ("dataset", "training", "initialization", "stopping"):
        for name, value in plain[part].items():
            if not isinstance(value, list | dict):
                yield f"{part}.{name}", printable(_said(value))
    yield "seed", str(plain["seed"])


def _said(value: Any) -> str:
    return "–" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _loading(name: str) -> str:
    stem = identifier(name.rpartition(".")[0])
    return (
        f'import numpy as np\nweights = np.load("{stem}.npz")          # every matrix by its name\n'
        f"import {stem}_numpy                      # or the script that needs NumPy alone\n"
        f"{stem}_numpy.predict(examples)"
    )


FORMAT = Format(
    key="report",
    name="Report",
    group=Group.WORDS,
    ending=".html",
    purpose="settings, curves, boundary, how to load",
    needs="any browser",
    make=report,
)
