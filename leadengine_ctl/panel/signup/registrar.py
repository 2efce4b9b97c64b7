"""The registrar lets sign-ups go on: it looks for payments, clients and visits, and writes the mails.

One panel of several has it at a time.
"""

import logging
import time

from leadengine_ctl.billing.base import BillingServer
from leadengine_ctl.billing.registry import is_set_up, open_server
from leadengine_ctl.errors import LeadEngineError, LockedError
from leadengine_ctl.fleet.signup_records import SignupRecord
from leadengine_ctl.operations.base import World
from leadengine_ctl.operations.signups.advancing import advance, pause_of
from leadengine_ctl.panel.duty import Duty

log = logging.getLogger(__name__)

_AFTER_FAILURE = 30.0
_OF_INTEREST = 60 * 86_400.0
"""Seconds after its beginning in which something may happen to a sign-up."""

_QUIET, _BUSY = 2.0, 0.5
"""Seconds between two rounds; busy: somebody has paid and waits for a client."""


class Registrar(Duty):
    """Args: `server`: who takes the money; None: the one of the settings, opened at the first work."""

    name = "sign-ups"
    pause = _QUIET

    def __init__(self, world: World, server: BillingServer | None = None) -> None:
        super().__init__(world)
        self._server = server
        self._next: dict[str, float] = {}

    @property
    def is_wanted(self) -> bool:
        return self._world.settings.signup and is_set_up(self._world.settings)

    def work(self) -> bool:
        """Look once at each sign-up whose time has come; False: another panel does it."""
        if not self._is_mine():
            return False
        if self._server is None:
            self._server = open_server(self._world.settings)
        now, waits = time.monotonic(), _QUIET
        for each in self._world.store.signups.since(time.time() - _OF_INTEREST):
            pause = pause_of(each)
            if pause is None:
                continue
            waits = min(waits, max(pause, _BUSY))
            if self._next.get(each.id, 0.0) <= now:
                self._next[each.id] = time.monotonic() + self._advance(self._server, each, pause)
        self.pause = waits
        return True

    def _advance(self, server: BillingServer, each: SignupRecord, pause: float) -> float:
        """Let one go on; the seconds until its turn comes again."""
        try:
            advance(self._world, server, each)
        except LockedError:
            return 0.0
        except LeadEngineError as error:
            # The address stands in it, nothing else of the person.
            log.warning("sign-up %s waits: %s. %s", each.id, error.what, error.why)
            return _AFTER_FAILURE
        return pause
