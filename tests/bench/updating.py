"""What an update costs, and what visitors notice of it."""

import tempfile
import time
from pathlib import Path
from statistics import median

from tests.bench.deploying import Deploys
from tests.bench.result import Result, spread
from tests.lab.load.report import baseline, during
from tests.lab.load.running import load_on
from tests.lab.stack import Stack
from tests.lab.updating import Updating

CLIENT, DOMAIN = "updated", "updated.localhost"
RATE = 200.0
TRIALS = 3
MIX = "gentle"
BASELINE = 20.0
"""Seconds of load before the first update."""


def under_load(deploys: Deploys) -> tuple[Result, Result, Result]:
    """Update a stack again and again while 200 requests come each second.

    Returns:
        The seconds of an update beyond its bake, the requests that failed, and how many times longer
        the slowest in a hundred took while updates were under way than before them.
    """
    updates = Updating(deploys.operator, Stack(deploys.vps, CLIENT, DOMAIN))
    updates.begin()
    with tempfile.TemporaryDirectory() as folder:
        with load_on(updates.stack, Path(folder), RATE, MIX) as load:
            load.has_run(BASELINE)
            for _ in range(TRIALS):
                updates.bring_edition()
                time.sleep(2)
        summary = load.summary()
        summary.demand_validity()
    samples = [end - begin - updates.bake for begin, end in updates.spans]
    calm, busy = (part(summary, updates.spans).percentile(0.99) for part in (baseline, during))
    requests = f"{len(summary.requests)} requests, {RATE:.0f} a second"
    return (
        Result(
            "update beyond its bake", median(samples), 30, "s", f"images present; {spread(samples)}"
        ),
        Result(
            "requests failed by updates",
            len(summary.failures),
            0,
            "",
            f"{TRIALS} updates; {requests}",
        ),
        Result(
            "p99 of requests during updates",
            busy / calm,
            2,
            "×",
            f"{busy * 1000:.0f} ms against {calm * 1000:.0f} ms before them",
        ),
    )
