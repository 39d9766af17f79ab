"""What `train --seeds` and `sweep` have in common: many runs under way, to their end or until Ctrl+C."""

from collections.abc import Callable

from nnstudio.cli.arguments import BadInput
from nnstudio.cli.interruption import Interruption
from nnstudio.cli.sweep_report import SweepReport
from nnstudio.core.data.dataset import ImageSource
from nnstudio.core.sweep.datasets import Own, own_data, provide
from nnstudio.core.sweep.job import Ending
from nnstudio.core.sweep.results import Results
from nnstudio.core.sweep.sweep import Progress, Sweep
from nnstudio.core.sweep.sweep_spec import SweepSpec
from nnstudio.core.sweep.workers import Workers
from nnstudio.files.errors import printable
from nnstudio.files.jobs import run
from nnstudio.files.pool import Pool
from nnstudio.system import cores

_MOST_JOBS = 1024
DIVERGED = 1


def count_in(option: str, text: str, most: int, least: int = 1) -> int:
    """The whole number that an option was given. Raises `BadInput`."""
    if not (text.isascii() and text.isdecimal() and len(text) < 20 and least <= int(text) <= most):
        raise BadInput(f"{option} is {printable(text)}, but must be a whole number from {least} to {most}.")
    return int(text)


def pool(jobs: str | None, datasets: tuple[Own, ...]) -> Pool:
    """So many processes, or one for each core, as there is no window to leave one to; they are brought these tables.
    Raises `BadInput`."""
    return Pool(cores() if jobs is None else count_in("--jobs", jobs, _MOST_JOBS), datasets)


def own_table(spec: SweepSpec, library: ImageSource) -> tuple[Own, ...]:
    """A table of somebody's own, provided here and to be brought to each worker: it may be in a project alone, or on
    this computer. Raises `DataError`, and `SettingError` for a sweep that is none."""
    found = own_data([trial.experiment.dataset for trial in spec.trials], library)
    provide(*found)
    return found


def finished(
    spec: SweepSpec, results: Results, workers: Workers, report: SweepReport, conclude: Callable[[Results], None]
) -> int:
    """Have all runs made, then `conclude`; returns the exit code: 0 trained, 1 every run diverged, 2 none could be
    trained, or the signal's. Raises `WorkersError` and `FileError`."""
    sweep = Sweep(spec.trials, results, workers, run, spec.rungs, spec.ranking)
    with Interruption() as interruption:

        def progress(made: Progress) -> None:
            report.progress(made)
            if interruption.signal:
                sweep.cancel()

        try:
            whole = sweep.run(progress)
        finally:
            report.clear()
        conclude(results)
        if not whole:
            report.interrupted(results)
            return 128 + interruption.signal
    lasts = [result for number in range(len(spec.trials)) if (result := results.last(number)) is not None]
    endings = {result.ending for result in lasts}
    if endings == {Ending.FAILED}:
        report.complain(lasts[0].sentence)
        return 2
    return DIVERGED if endings <= {Ending.FAILED, Ending.DIVERGED} else 0
