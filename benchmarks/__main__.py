"""`python -m benchmarks` with `core` (beside another checkout: `--against`), `ui`, `table`, `history` or `sweep`."""

import argparse
import sys
from pathlib import Path

from nnstudio import system

PARTS = (
    "core: beside other libraries; ui: behind a window; table: a large one on its way in; "
    "history: moments of long runs; sweep: many runs at once"
)


def main() -> int:
    """Run the benchmark that was asked for; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Speed as ratios, measured in one run.")
    parser.add_argument("part", choices=("core", "ui", "table", "history", "sweep"), help=PARTS)
    parser.add_argument("--seconds", type=float, default=10.0, help="how long each measurement takes (default 10)")
    parser.add_argument("--against", type=Path, metavar="CHECKOUT", help="core: beside another checkout of the project")
    options = parser.parse_args()
    system.limit_blas_threads()
    if options.part == "sweep":
        from benchmarks import sweep

        return sweep.main()
    if options.part != "core":
        problem = system.problem()
        if problem is not None:
            print(problem, file=sys.stderr)
            return 3
        if options.part == "table":
            from benchmarks import table

            return table.main()
        from benchmarks import ui

        if options.part == "history":
            met = [ui.look_back(*run) for run in ui.LONG_RUNS]
            return 0 if all(met) else 1
        return ui.main(options.seconds)
    if options.against is not None:
        from benchmarks import against

        return against.main(options.against, options.seconds)
    from benchmarks import core

    return core.main(options.seconds)


sys.exit(main())
