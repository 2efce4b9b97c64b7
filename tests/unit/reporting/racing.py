"""Many agents with one token, all at once."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from leadengine_agent.reporter.identity import Clock, Identity
from leadengine_agent.reporter.link import Link
from leadengine_agent.reporter.panel import LockedError, Panel
from leadengine_ctl.fleet.store import Store
from tests.unit.reporting.panel import PanelServer


def race(panel: PanelServer, store: Store, folder: Path, rounds: int, comers: int) -> int:
    """How many were admitted in all; each round has a token of its own."""
    admitted = 0
    for number in range(rounds):
        name = f"raced-{number}"
        token = store.agents.issue_token(name, "ann@desk", time.time())
        rivals = [_Rival(panel.url, name, token, folder / f"{name}-{one}") for one in range(comers)]
        with ThreadPoolExecutor(comers) as pool:
            admitted += sum(pool.map(_Rival.enrol, rivals))
    return admitted


class _Rival:
    def __init__(self, url: str, name: str, token: str, folder: Path) -> None:
        folder.mkdir()
        self._identity = Identity(folder)
        self._identity.renew()
        self._panel = Panel(Link(url, name), self._identity, Clock())
        self._body = {
            "token": token,
            "host": name,
            "public_key": self._identity.public_key,
            "version": "1",
        }

    def enrol(self) -> bool:
        try:
            self._panel.call("/agent/v1/enrol", self._body, timeout=120)
        except LockedError:
            return False
        finally:
            self._panel.close()
        return True
