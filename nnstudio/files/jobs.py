"""A job of a sweep, with data read from this computer's disk."""

from functools import cache
from pathlib import Path

from nnstudio.core.sweep.job import Job, Outcome, run_job
from nnstudio.files.library import DataLibrary


def run(job: Job, mnist: Path | None = None) -> Outcome:
    """Train it; MNIST is looked for where NNSTUDIO_DATA says, in the user's data folder, and in `mnist`, which is where
    somebody told the window that it is."""
    return run_job(job, library(mnist))


@cache
def library(mnist: Path | None = None) -> DataLibrary:
    """All data for jobs, read once in each process."""
    return DataLibrary(lambda: mnist)
