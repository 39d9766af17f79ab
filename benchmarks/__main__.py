"""`python -m benchmarks core`, `python -m benchmarks core --against CHECKOUT` and `python -m benchmarks ui`."""

import argparse
import sys
from pathlib import Path

from nnstudio import system


def main() -> int:
    """Run the benchmark that was asked for; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Speed as ratios, measured in one run.")
    parser.add_argument("part", choices=("core", "ui"), help="core: beside other libraries; ui: behind a window")
    parser.add_argument("--seconds", type=float, default=10.0, help="how long each measurement takes (default 10)")
    parser.add_argument("--against", type=Path, metavar="CHECKOUT", help="core: beside another checkout of the project")
    options = parser.parse_args()
    system.limit_blas_threads()
    if options.part == "ui":
        problem = system.problem()
        if problem is not None:
            print(problem, file=sys.stderr)
            return 3
        from benchmarks import ui

        return ui.main(options.seconds)
    if options.against is not None:
        from benchmarks import against

        return against.main(options.against, options.seconds)
    from benchmarks import core

    return core.main(options.seconds)


sys.exit(main())
