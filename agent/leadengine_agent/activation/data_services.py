"""Database, queue and vectors: started when missing, replaced one at a time when they differ.

While one is replaced the api holds its visitors' requests (the pause valve of docs/reference/stack.md):
they wait, and none is refused.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from leadengine_agent import valve
from leadengine_agent.compose import Compose, wait_until_ready
from leadengine_agent.docker import DockerError
from leadengine_agent.failures import TaskFailure
from leadengine_agent.layout import StackLayout
from leadengine_agent.protocol import ServiceName

DEADLINE = 120.0
_SETTLE = 5.0
"""Seconds that requests under way get to end before a service goes; longer ones keep running."""


class DataServices:
    """The data services of one generation.

    Args:
        before: the committed generation, to go back to; None: there is none.
        serving: the api that answers visitors now; None: nothing serves yet.
        own: those that the stack runs itself.

    Attributes:
        replaced: True once a service was replaced, or it was tried.
    """

    def __init__(
        self,
        layout: StackLayout,
        compose: Compose,
        before: Compose | None,
        serving: ServiceName | None,
        own: tuple[ServiceName, ...],
    ) -> None:
        self._layout = layout
        self._compose = compose
        self._before = before
        self._serving = serving
        self.own = own
        self.replaced = False

    def ensure(self) -> None:
        """Start what is missing; replace what differs, and undo that if it does not become ready."""
        valve.open_again(self._layout)
        differing = self._compose.differing(self.own) if self._before else ()
        # Without a name Compose would start everything there is.
        if kept := [name for name in self.own if name not in differing]:
            self._compose.up(*kept)
        for name in self.own:
            if name in differing:
                self._replace(name)
            else:
                wait_until_ready(self._compose, name, DEADLINE)

    def restore(self) -> None:
        """Bring the services back to the generation before, where they differ from it."""
        if self._before is None:
            return
        for name in self._before.differing(self.own):
            with self._held():
                self._swap(self._before, name)

    def _replace(self, name: ServiceName) -> None:
        self.replaced = True
        with self._held():
            try:
                self._swap(self._compose, name)
            except TaskFailure:
                if self._before is not None:
                    self._swap(self._before, name)
                raise

    @staticmethod
    def _swap(compose: Compose, name: ServiceName) -> None:
        compose.up(name)
        wait_until_ready(compose, name, DEADLINE)

    @contextmanager
    def _held(self) -> Iterator[None]:
        """Let new requests wait in the api, and those under way end, as long as this lasts."""
        if self._serving is None:
            yield
            return
        valve.close(self._layout)
        try:
            self._settle(self._serving)
            yield
        finally:
            valve.open_again(self._layout)

    def _settle(self, api: ServiceName) -> None:
        end = time.monotonic() + _SETTLE
        while time.monotonic() < end and self._in_flight(api):
            time.sleep(0.2)

    def _in_flight(self, api: ServiceName) -> int:
        try:
            return int(self._compose.gauges(api)["in_flight"])
        except DockerError:
            return 0
