"""What a run says while it runs: when it is ended from outside it prints no summary."""

import threading
import time

import pytest

LONG = 300.0
"""Seconds after which a test that has not ended is named, and named again."""


class Telling:
    """Each failure when it happens, and each test that takes long."""

    def __init__(self, terminal: pytest.TerminalReporter) -> None:
        self._terminal = terminal
        self._due: dict[str, float] = {}
        self._over = threading.Event()
        threading.Thread(target=self._watch, daemon=True).start()

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Name what failed, and how it ended."""
        if report.failed:
            reason = report.longreprtext.strip().splitlines()[-6:]
            self._say(f"FAILED {report.nodeid} ({report.when})", *reason)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Look at the clock."""
        self._due[nodeid] = time.monotonic() + LONG

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """It is no longer waited for."""
        self._due.pop(nodeid, None)

    def pytest_unconfigure(self) -> None:
        """Nobody is watched any more."""
        self._over.set()

    def _watch(self) -> None:
        while not self._over.wait(LONG / 10):
            for nodeid, due in self._due.copy().items():
                if time.monotonic() > due:
                    self._due[nodeid] = due + LONG
                    self._say(f"STILL RUNNING {nodeid}")

    def _say(self, headline: str, *lines: str) -> None:
        self._terminal.write_line("\n" + "\n".join((headline, *(f"    {line}" for line in lines))))
