"""A duty: work that one panel of several does at a time, again and again."""

import logging
import secrets
import socket
import threading
from abc import ABC, abstractmethod
from typing import ClassVar

from leadengine_ctl.errors import LeadEngineError
from leadengine_ctl.operations.base import World

log = logging.getLogger(__name__)

_AFTER_FAILURE = 30.0


class Duty(ABC):
    """Attributes:
    name: of its lease in the store.
    pause: seconds between two rounds.
    lease: seconds for which whoever has done a round has the duty; another panel waits for so long.
    """

    name: ClassVar[str]
    pause: float
    lease: ClassVar[float] = 120.0

    def __init__(self, world: World) -> None:
        self._world = world
        self._over = threading.Event()
        self._holder = f"{socket.gethostname()}:{secrets.token_hex(4)}"

    @property
    def is_wanted(self) -> bool:
        """Whether the settings ask for it at all."""
        return True

    @abstractmethod
    def work(self) -> bool:
        """Do a round; False: another panel has the duty."""

    def run(self) -> None:
        """Do rounds until `stop`. It goes on after a failure: what waits is written down in the store."""
        wait = self.pause
        while self.is_wanted and not self._over.wait(wait):
            try:
                self.work()
                wait = self.pause
            except LeadEngineError as error:
                log.warning("%s waits: %s. %s", self.name, error.what, error.why)
                wait = max(self.pause, _AFTER_FAILURE)
            except Exception:
                log.exception("%s could not be looked after", self.name)
                wait = max(self.pause, _AFTER_FAILURE)

    def stop(self) -> None:
        self._over.set()

    def _is_mine(self) -> bool:
        return self._world.store.duties.take(self.name, self._holder, self.lease)
