"""The share text as a file: the experiment, with the weights of a small network, as one line."""

from dataclasses import replace
from pathlib import Path
from time import perf_counter

from nnstudio.core.network.predict import predict
from nnstudio.files.exports.format import Files, Format, Group, Proof, compared
from nnstudio.files.exports.subject import Subject
from nnstudio.files.project import Project
from nnstudio.files.share_text import carries_weights, project_of, share_text


def _project(subject: Subject) -> Project:
    return Project(subject.experiment, weights=subject.model.weights)


def _make(subject: Subject, name: str) -> Files:
    return {name: f"{share_text(_project(subject))}\n".encode()}


def _lacks(subject: Subject) -> str:
    alone = "The network is too large for a text: it holds the experiment alone, without weights."
    return "" if carries_weights(_project(subject)) else alone


def _prove(subject: Subject, path: Path) -> Proof:
    """The weights as the text has them, in the engine."""
    begin = perf_counter()
    weights = project_of(path.read_text("utf-8")).weights
    if weights is None or weights.statistics is None:
        return Proof("it holds no weights, so there is nothing to prove")
    model = replace(
        subject.model, params=weights.params, statistics=weights.statistics, off=weights.off or subject.model.off
    )
    return compared(predict(model, subject.inputs), subject, "read back by this program", perf_counter() - begin)


FORMAT = Format(
    key="share",
    name="Share text",
    group=Group.EXCHANGE,
    ending=".txt",
    purpose="experiment and weights as one line",
    needs="this program",
    make=_make,
    prove=_prove,
    lacks=_lacks,
)
