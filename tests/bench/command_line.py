"""How long the command line takes to say what it can do."""

import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from tests.bench.result import Result, spread

TRIALS = 21
LECTL = str(Path(sys.executable).parent / "lectl")


def measure() -> Result:
    """Time `lectl --help` beside the bare interpreter, in turns."""
    helps, bares = [], []
    for _ in range(TRIALS):
        helps.append(_milliseconds(LECTL, "--help"))
        bares.append(_milliseconds(sys.executable, "-c", "pass"))
    how = f"{spread(helps)}; bare `python -c pass`: {median(bares):.0f} ms"
    return Result("`lectl --help`", median(helps), 150, "ms", how)


def _milliseconds(*argv: str) -> float:
    start = time.perf_counter()
    subprocess.run(argv, check=True, capture_output=True)
    return (time.perf_counter() - start) * 1000
