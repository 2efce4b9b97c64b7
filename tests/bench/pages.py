"""How fast the dashboard's pages are on a million events.

python -m tests.bench.pages --events 1000000
"""

import argparse
import sys
import time
from collections.abc import Iterator
from statistics import quantiles

import httpx

from tests.bench.events import stack_with_worker
from tests.bench.many_events import statements
from tests.bench.result import Result
from tests.lab.runtime.stack import RuntimeStack
from tests.lab.runtime.test_accounts_pages import sign_in
from tests.lab.runtime.test_packed_days import wait_for_packed

TENANT = "(SELECT id FROM tenants WHERE name = 'acme')"
PAGES = {
    "Today": "/",
    "Insights": "/insights",
    "Insights, 90 days": "/insights?period=90d",
    "Insights with a funnel": "/insights?steps=%2F%0A%2Fpricing%0ALead+Submitted",
    "Insights of one source": "/insights?source=Google",
    "Insights of one page": "/insights?page=%2Fpricing",
    "Insights of one source, 90 days": "/insights?period=90d&source=Google",
    "Insights of one page, 90 days": "/insights?period=90d&page=%2Fpricing",
    "Insights of desktops from Google with a funnel, 90 days": (
        "/insights?period=90d&device=desktop&source=Google&steps=%2F%0A%2Fpricing%0ALead+Submitted"
    ),
    "Leads": "/leads",
    "Conversations": "/conversations",
    "Settings, Privacy": "/settings/privacy",
}
TIMES = 20


def measure(events: int) -> Iterator[Result]:
    """Ask for each page twenty times, over TLS, signed in."""
    with stack_with_worker() as stack:
        began = time.perf_counter()
        stack.sql(statements(TENANT, events))
        made = time.perf_counter() - began
        stack.sql("VACUUM ANALYZE events")
        stack.sql("VACUUM ANALYZE visits")
        wait_for_packed(stack, 600)
        with stack.client() as client:
            assert sign_in(client).status_code == 303
            for name, path in PAGES.items():
                yield _page(
                    stack, client, name, path, f"{events} events, made in {made:.0f} s, days packed"
                )


def _page(stack: RuntimeStack, client: httpx.Client, name: str, path: str, how: str) -> Result:
    samples = []
    for _ in range(TIMES):
        began = time.perf_counter()
        answer = client.get(path)
        samples.append((time.perf_counter() - began) * 1000)
        assert answer.status_code == 200, path
    middle, high = quantiles(samples, n=2)[0], quantiles(samples, n=20)[18]
    how = f"{how}; median {middle:.0f} ms, N={TIMES}"
    return Result(f"{name}, p95", high, 300, "ms", how)


def main() -> None:
    """Print the results; exit 1 when a budget was missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--events", type=int, default=1_000_000)
    results = []
    for result in measure(parser.parse_args().events):
        print(result.row, flush=True)  # noqa: T201
        results.append(result)
    sys.exit(0 if all(result.kept for result in results) else 1)


if __name__ == "__main__":
    main()
