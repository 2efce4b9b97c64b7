"""How fast the fleet page of ten thousand clients is while all of their hosts report.

python -m tests.bench.fleet_page
"""

import asyncio
import itertools
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import quantiles

import httpx
from sqlalchemy import insert

from leadengine_agent.protocol import StackSpec
from leadengine_ctl.fleet.panel_records import Role
from leadengine_ctl.fleet.records import ClientRecord
from leadengine_ctl.fleet.store import Store
from leadengine_ctl.panel.door import cookies
from tests.bench.result import Result
from tests.lab.served_panel import free_port, serve
from tests.unit.reporting.fleet import Load, Simulated, simulate, stack_of
from tests.unit.reporting.panel import PanelServer

AGENTS = 10_000
INTERVAL = 30.0
URL = "https://panel.bench.test"
"""What hosts call the panel; here they come without the proxy that speaks TLS for it."""

USED_DAYS = 14
TIMES = 20
VIEWS = {
    "worst first": "/",
    "by certificate": "/?sort=certificate",
    "search": "/?q=host-0999",
    "page 150, by visitors": "/?sort=visitors&reverse=true&page=150",
}


def measure() -> Iterator[Result]:
    """Ask for each view twenty times, signed in, from a panel served by its own command."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        store = PanelServer(home).open_store()
        _fill(store, simulate(store, AGENTS))
        ann = store.people.add("ann@bench.test", Role.OWNER)
        session = store.sessions.open(ann.id, proven=True).get_secret_value()
        port = free_port()
        with serve(_settings(home), workers=1, port=port) as panel:
            headers = {"Cookie": f"{cookies.SESSION}={session}"}
            with httpx.Client(base_url=panel.url, headers=headers, timeout=60) as browser:
                yield from _views(browser, port)


def _settings(home: Path) -> dict[str, str]:
    own = {"LECTL_DATA_FOLDER": str(home), "LECTL_PANEL_URL": URL}
    return {"PATH": os.environ["PATH"], "HOME": str(home), **own}


def _views(browser: httpx.Client, port: int) -> Iterator[Result]:
    """While the hosts report from another process; the first round of them is waited for."""
    with ProcessPoolExecutor(1) as others:
        load = others.submit(_report, port, INTERVAL * 4)
        time.sleep(INTERVAL + 5)
        browser.get("/").raise_for_status()
        for name, path in VIEWS.items():
            yield _view(browser, name, path)
        assert not load.done(), "the hosts had stopped reporting"
        refused = load.result()
        assert refused == 0, f"{refused} reports were not taken"


def _report(port: int, seconds: float) -> int:
    """Have every host report each half minute; how many reports were not taken."""
    with tempfile.TemporaryDirectory() as nowhere:
        agents = simulate(PanelServer(Path(nowhere)).open_store(), AGENTS)
    measured = asyncio.run(Load(port, URL).run(agents, INTERVAL, seconds))
    return len(measured.latencies) - measured.statuses.get(200, 0)


def _view(browser: httpx.Client, name: str, path: str) -> Result:
    samples = []
    for _ in range(TIMES):
        began = time.perf_counter()
        answer = browser.get(path)
        samples.append((time.perf_counter() - began) * 1000)
        assert answer.status_code == 200, path
        assert "of 10,000" in answer.text or "search" in name, answer.text
        # As a person looks: each look finds news of six hundred hosts.
        time.sleep(0.3)
    middle, high = quantiles(samples, n=2)[0], quantiles(samples, n=20)[18]
    how = f"10,000 clients whose hosts report; median {middle:.0f} ms, N={TIMES}"
    return Result(f"panel, fleet page, {name}: p95", high, 300, "ms", how)


def _fill(store: Store, agents: tuple[Simulated, ...]) -> None:
    """A client on each host, with visitors in the last two weeks."""
    today = datetime.now(UTC).date()
    days = [str(today - timedelta(days=back)) for back in range(USED_DAYS)]
    for number, agent in enumerate(agents):
        client = stack_of(agent.host)
        values = {"client": client, "client_id": f"{number:024x}", "domain": f"{client}.test"}
        spec = StackSpec.model_validate({**values, "email": "ann@bench.test"})
        store.hosts.save(agent.host, f"ssh://root@{agent.host}.test")
        store.clients.save(ClientRecord(spec=spec, host=agent.host))
        store.clients.mark_live(client, "1.0.0")
    used = [
        {
            "host": each.host, "client": stack_of(each.host), "day": day, "api_calls": 900,
            "visitors": 100 + number % 90, "leads": 5, "llm_micros": 4200,
        }
        for (number, each), day in itertools.product(enumerate(agents), days)
    ]  # fmt: skip
    with store.reports._engine.begin() as connection:
        connection.execute(insert(store.reports._tables.usage), used)


def main() -> None:
    """Print the results; exit 1 when a budget was missed."""
    results = []
    for result in measure():
        print(result.row, flush=True)  # noqa: T201
        results.append(result)
    sys.exit(0 if all(result.kept for result in results) else 1)


if __name__ == "__main__":
    main()
