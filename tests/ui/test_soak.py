"""Hours of work leave nothing behind: memory, items and widgets are as many afterwards as before."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UPDATES, EDITS = 300_000, 60
"""A thirtieth of what `python -m benchmarks.soak 10000000 500` does by hand, in a tenth of its time."""
MOST_MEGABYTES = 30.0


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is read from /proc")
def test_updates_and_edits_leave_nothing_behind() -> None:
    command = [sys.executable, "-m", "benchmarks.soak", str(UPDATES), str(EDITS)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert figures["growth"] < MOST_MEGABYTES, figures
    for kind in ("items", "widgets", "objects"):
        assert figures["after"][kind] <= 1.05 * figures["before"][kind], figures
