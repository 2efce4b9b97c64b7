"""What an update costs, and what visitors notice of it."""

import tempfile
import time
from pathlib import Path
from statistics import median

from tests.bench.deploying import Deploys
from tests.bench.result import Result, spread
from tests.lab.load.running import load_on
from tests.lab.stack import Stack
from tests.lab.updating import Updating

CLIENT, DOMAIN = "updated", "updated.localhost"
RATE = 200.0
TRIALS = 3
MIX = "gentle"


def under_load(deploys: Deploys) -> tuple[Result, Result]:
    """Update a stack again and again while 200 requests come each second.

    Returns:
        The seconds of an update beyond its bake, and the requests that failed.
    """
    updates = Updating(deploys.operator, Stack(deploys.vps, CLIENT, DOMAIN))
    updates.begin()
    with tempfile.TemporaryDirectory() as folder:
        with load_on(updates.stack, Path(folder), RATE, MIX) as load:
            load.has_run(5)
            for _ in range(TRIALS):
                updates.bring_edition()
                time.sleep(2)
        summary = load.summary()
        summary.demand_validity()
    samples = [end - begin - updates.bake for begin, end in updates.spans]
    p99 = summary.percentile(0.99) * 1000
    requests = f"{len(summary.requests)} requests, {RATE:.0f} a second; p99 {p99:.0f} ms"
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
    )
