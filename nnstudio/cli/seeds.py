"""`nnstudio train EXPERIMENT --seeds N`: the same experiment from other first weights; was it luck?"""

import argparse
from dataclasses import replace

from nnstudio.cli.arguments import BadInput, changed
from nnstudio.cli.sweep_report import SweepReport
from nnstudio.cli.sweeping import count_in, finished, own_table, pool
from nnstudio.core.data.dataset import ImageSource
from nnstudio.core.experiment import Experiment
from nnstudio.core.sweep.results import Results
from nnstudio.core.sweep.sweep_spec import SweepSpec

_MOST = 10_000
_OF_ONE_RUN = "every", "weights", "save", "history", "seconds"
_LENGTHS = "updates", "epochs"


def train_seeds(experiment: Experiment, options: argparse.Namespace, library: ImageSource) -> int:
    """Train from each seed, beginning with the experiment's own; returns the exit code. `library` has a table of
    somebody's own. Raises what `train` raises, and `WorkersError`."""
    if options.seeds is None:
        raise BadInput("--jobs is of use together with --seeds only.")
    for name in _OF_ONE_RUN:
        if getattr(options, name) is not None:
            raise BadInput(f"--{name} is for one run, so it cannot go with --seeds; `nnstudio sweep` keeps every run.")
    seeds = count_in("--seeds", options.seeds, _MOST)
    spec = SweepSpec(experiment=with_length(experiment, options), seeds=seeds)
    workers = pool(options.jobs, own_table(spec, library))
    report, results = SweepReport(spec, options.quiet), Results(states=False)
    return finished(spec, results, workers, report, report.seeds)


def with_length(experiment: Experiment, options: argparse.Namespace) -> Experiment:
    """The experiment that ends after as many updates or epochs as were asked for, and for no other length."""
    for name in _LENGTHS:
        text: str | None = getattr(options, name)
        if text is not None:
            asked = changed(experiment, [f"stopping.{name}={text}"]).stopping
            length = getattr(asked, name)
            if not length:
                raise BadInput(f"--{name} is {text}, which would never end; give a number above 0.")
            none = {"updates": 0, "epochs": 0.0, "seconds": 0.0}
            return replace(experiment, stopping=replace(asked, **(none | {name: length})))
    return experiment
