"""What is said of a run on the shelf: the settings in which it differs, its figures, and all rows as a table."""

from collections.abc import Sequence
from statistics import median

from nnstudio.core.counting import counted, grouped
from nnstudio.core.data.plane import PLANE_KINDS
from nnstudio.core.experiment import Experiment, PlaneSpec, TableSpec
from nnstudio.core.experiment.choices import Task
from nnstudio.core.experiment.differences import Difference, differences, headline
from nnstudio.core.shelf.rows import Label, Row, ShelvedRun, ShelvedSeeds
from nnstudio.core.shelf.shelf import Shelf
from nnstudio.core.training.history import HistoryPrefix
from nnstudio.ui.stage.table import Table
from nnstudio.ui.widgets.figures import decimal, percent

SAME = "same settings"


def changes(label: Label, experiment: Experiment, parent: Experiment | None) -> tuple[Difference, ...]:
    """In what a run differs from its parent; where none is known, what it is known by."""
    return headline(experiment) if parent is None else differences(parent, experiment)


def chips(label: Label, row: Row, parent: Experiment | None) -> list[str]:
    """The same in the fewest words, with the update at which it left its parent's way."""
    words = [each.words for each in changes(label, row.experiment, parent)]
    if isinstance(row, ShelvedSeeds):
        seeds = sorted(row.results)
        words = [f"seed {seeds[0]} … {seeds[-1]}", *(each for each in words if not each.startswith("seed "))]
        words = words if parent is not None else words[:1]
    if label.since and len(words) <= 1:
        return [f"{words[0] if words else SAME} from {grouped(label.since)}"]
    if label.since:
        words.append(f"from {grouped(label.since)}")
    return words or [SAME]


def figures(row: Row) -> tuple[float, float]:
    """Test loss and accuracy (R² for values) at the end; of seeds their medians."""
    metrics = [row.metrics] if isinstance(row, ShelvedRun) else [each.metrics for each in row.results.values()]
    return median(each.test_loss for each in metrics), median(each.test_accuracy for each in metrics)


def figure_words(row: Row) -> tuple[str, str]:
    """The same as they are written."""
    loss, accuracy = figures(row)
    return decimal(loss), accuracy_words(row.experiment, accuracy)


def accuracy_words(experiment: Experiment, accuracy: float) -> str:
    """A share in per cent, an R² as it is."""
    return decimal(accuracy) if is_regression(experiment) else percent(accuracy)


def is_regression(experiment: Experiment) -> bool:
    """Whether its network learns values."""
    spec = experiment.dataset
    if isinstance(spec, PlaneSpec):
        return PLANE_KINDS[spec.kind].task(spec) is Task.REGRESSION
    return isinstance(spec, TableSpec) and spec.task is Task.REGRESSION


def learned_words(row: ShelvedSeeds) -> str:
    """Learned in 13 of 20."""
    return f"learned in {row.learned} of {len(row.results)}"


def curves_of(row: Row) -> list[HistoryPrefix]:
    """The columns of each of its runs."""
    return [row.state.history.rows] if isinstance(row, ShelvedRun) else [each.curve for each in row.results.values()]


def spoken(label: Label, row: Row, words: Sequence[str], present: bool, mark: str) -> str:
    """A row in one sentence, for screen readers."""
    loss, accuracy = figure_words(row)
    state = "trained now" if present else learned_words(row) if isinstance(row, ShelvedSeeds) else "on the shelf"
    parts = [label.name, state, *words, f"test loss {loss}", f"test accuracy {accuracy}"]
    return ", ".join([*parts, *([label.note] if label.note else []), *([f"marked {mark}"] if mark else [])])


def summary(shelf: Shelf) -> str:
    """How much there is: 8 rows, 27 runs, kept with the project."""
    if not len(shelf):
        return "nothing on the shelf yet"
    gone = f", {counted(shelf.let_go, 'older row')} let go" if shelf.let_go else ""
    return f"{counted(len(shelf), 'row')}, {counted(shelf.runs, 'run')}, kept with the project{gone}"


def table_of(shelf: Shelf) -> Table:
    """All runs, one a row; those of seeds one by one. Numbers come back to the last bit."""
    headers = ("run", "name", "note", "parent", "from update", "seed", "differs in", "updates", "epochs", "learned")
    rows: list[tuple[str | int | float, ...]] = []
    for row in shelf.rows:
        label, above = row.label, shelf.parent(row)
        parent = above.label.name if above is not None else ""
        differs = "; ".join(
            f"{each.label} {each.before} → {each.after}" if above is not None else f"{each.label} {each.after}"
            for each in changes(label, row.experiment, above.experiment if above is not None else None)
        )
        start = (label.key, label.name, label.note, parent, label.since)
        if isinstance(row, ShelvedRun):
            state = row.state
            epochs = state.history.rows.epoch[-1:].tolist()
            middle = row.experiment.seed, differs, state.updates, *(epochs or [0.0]), ""
            rows.append((*start, *middle, *_measured(row.metrics), row.measured_at))
        else:
            for seed, result in row.results.items():
                at = "" if result.learned_at is None else result.learned_at
                middle = seed, differs, result.updates, result.epoch, at
                rows.append((*start, *middle, *_measured(result.metrics), result.updates))
    return Table("Runs", (*headers, *METRICS, "measured at"), rows)


METRICS = (
    *("train loss", "test loss", "train accuracy", "test accuracy", "penalty"),
    *("validation loss", "validation accuracy"),
)


def _measured(metrics: object) -> list[str | float]:
    values = [getattr(metrics, name.replace(" ", "_")) for name in METRICS]
    return ["" if value is None or value != value else value for value in values]
