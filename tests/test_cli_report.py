"""The line of progress and the table of a run without a window."""

import io

import pytest

from nnstudio.cli.report import FIRST_LINE, PLAIN_INTERVAL, TERMINAL_INTERVAL, Report
from nnstudio.core.experiment import DenseSpec, Experiment, InitializationSpec, PlaneSpec, StoppingSpec, TrainingSpec
from nnstudio.core.experiment.choices import InitializerKind
from nnstudio.core.training.trainer import Trainer


class Terminal(io.StringIO):
    """A stream that says that somebody looks at it."""

    def isatty(self) -> bool:
        return True


def halfway(stopping: StoppingSpec) -> Trainer:
    run = Trainer(Experiment(stopping=stopping))
    for _ in range(50):
        run.step()
    return run


def test_a_terminal_gets_one_line_that_is_drawn_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    results, progress = io.StringIO(), Terminal()
    report = Report(halfway(StoppingSpec(updates=200)), results, progress)
    assert report.due == TERMINAL_INTERVAL
    report.progress(10.0)
    assert report.due == 10.0 + TERMINAL_INTERVAL
    line = progress.getvalue()
    assert line.startswith("\r█████░░░░░░░░░░░░░░░  25%  update 50  epoch 2.0  loss ")
    assert line.endswith("0:30 left\x1b[K")
    assert "\n" not in line
    report.finish("Stopped.")
    assert progress.getvalue().endswith("\r\x1b[K"), "the line is gone before the table comes"
    assert results.getvalue().splitlines()[-1] == "Stopped."


def test_a_line_fits_a_narrow_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    progress = Terminal()
    Report(halfway(StoppingSpec(updates=200)), io.StringIO(), progress).progress(1.0)
    assert len(progress.getvalue()) == len("\r") + 29 + len("\x1b[K")


def test_a_pipe_gets_plain_lines() -> None:
    progress = io.StringIO()
    report = Report(halfway(StoppingSpec(updates=100, epochs=4)), io.StringIO(), progress)
    assert report.due == FIRST_LINE
    report.progress(4000.0)
    assert report.due == 4000.0 + PLAIN_INTERVAL
    line = progress.getvalue()
    assert line.startswith(" 50%  update 50  epoch 2.0  loss ")
    assert line.endswith("  1:06:40 left\n")


def test_without_an_end_there_is_no_bar() -> None:
    for stream in (Terminal(), io.StringIO()):
        Report(halfway(StoppingSpec(loss=0.01)), io.StringIO(), stream).progress(1.0)
        line = stream.getvalue().strip("\r \n")
        assert line.startswith("update 50  epoch 2.0  loss ")
        assert "left" not in line


def test_quiet_is_never_due() -> None:
    results, progress = io.StringIO(), Terminal()
    report = Report(halfway(StoppingSpec()), results, progress, quiet=True)
    report.introduce("Title", "Text.")
    assert report.due == float("inf")
    report.finish("Stopped.")
    assert (results.getvalue(), progress.getvalue()) == ("", "")


def test_the_penalty_has_a_row_only_if_there_is_one() -> None:
    for l2, there in ((0.0, False), (0.1, True)):
        results = io.StringIO()
        Report(Trainer(Experiment(training=TrainingSpec(l2=l2))), results, io.StringIO()).finish()
        assert ("penalty" in results.getvalue()) is there


def test_validation_examples_have_a_column_of_their_own() -> None:
    results = io.StringIO()
    run = Trainer(Experiment(dataset=PlaneSpec(validation_share=0.2)))
    run.train(epochs=1)
    Report(run, results, io.StringIO()).finish()
    names, losses, accuracies, *_ = results.getvalue().splitlines()
    assert names.split() == ["training", "validation", "test"]
    assert losses.split()[2] == f"{run.evaluate().validation_loss:.6g}"
    assert accuracies.split()[2] == f"{run.evaluate().validation_accuracy:.2%}"
    assert {len(line) for line in (names, losses, accuracies)} == {46}


def advice(layers: tuple[DenseSpec, ...], kind: InitializerKind, quiet: bool = False) -> str:
    run = Trainer(Experiment(layers=layers, initialization=InitializationSpec(kind=kind)))
    for _ in range(50):
        run.step()
    progress = io.StringIO()
    Report(run, io.StringIO(), progress, quiet).advise()
    return progress.getvalue()


def test_what_is_wrong_with_a_network_that_does_not_learn_is_said_with_what_to_try() -> None:
    layers = DenseSpec(units=4), DenseSpec(units=2)
    assert advice(layers, InitializerKind.ZEROS) == (
        "The weights of Dense 1 are zero. All weights into Dense 1 and out of it are zero: nothing gets through, "
        "and no gradient comes back to change that. Try: Use Glorot's first weights.\n"
    )
    assert advice(layers, InitializerKind.GLOROT) == ""
    assert advice(layers, InitializerKind.ZEROS, quiet=True) == ""
