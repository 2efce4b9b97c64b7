"""Count what passes, and say so now and then."""

import time
from collections.abc import Generator

from leadengine_agent.protocol import StepState
from leadengine_ctl.hosts.base import Progress, Report

_EVERY = 0.5
"""Seconds between two reports."""


class Meter:
    """Bytes of content on their way, and bytes on the wire.

    Attributes:
        sent: bytes that really went out, compressed.
    """

    def __init__(self, step: str, total: int, report: Report) -> None:
        self.sent = 0
        self._step = step
        self._total = total
        self._report = report
        self._done = 0
        self._began = self._told = time.monotonic()

    def watch(self, content: Generator[bytes, None, None]) -> Generator[bytes, None, None]:
        """Pass the content on and report how far it got."""
        for piece in content:
            yield piece
            self._done = min(self._done + len(piece), self._total)
            if time.monotonic() - self._told >= _EVERY:
                self._tell()

    def count(self, wire: Generator[bytes, None, None]) -> Generator[bytes, None, None]:
        """Pass on what goes out and count it."""
        for piece in wire:
            yield piece
            self.sent += len(piece)

    def _tell(self) -> None:
        self._told = time.monotonic()
        rate = self._done / (self._told - self._began) / 1e6
        detail = f"{self._done / 1e6:.0f} of {self._total / 1e6:.0f} MB, {rate:.0f} MB/s"
        self._report(Progress(self._step, StepState.STARTED, detail, self._done, self._total))
