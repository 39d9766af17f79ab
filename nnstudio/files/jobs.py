"""A job of a sweep, with data read from this computer's disk."""

from nnstudio.core.sweep.job import Job, Outcome, run_job
from nnstudio.files.library import DataLibrary


def run(job: Job) -> Outcome:
    """Train it; MNIST is looked for where NNSTUDIO_DATA says and in the user's data folder."""
    return run_job(job, images)


images = DataLibrary()
"""Read once in each process."""
