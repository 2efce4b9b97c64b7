"""The registrar lets sign-ups go on: it looks for payments, clients and visits, and writes the mails.

One panel of several has it at a time.
"""

import logging
import secrets
import socket
import threading
import time

from leadengine_ctl.billing.base import BillingServer
from leadengine_ctl.billing.registry import is_set_up, open_server
from leadengine_ctl.errors import LeadEngineError, LockedError
from leadengine_ctl.fleet.signup_records import SignupRecord
from leadengine_ctl.operations.base import World
from leadengine_ctl.operations.signups.advancing import advance, pause_of

log = logging.getLogger(__name__)

DUTY = "signups"
EVERY = 0.5
_LEASE = 120.0
_AFTER_FAILURE = 30.0


class Registrar:
    """Args: `server`: who takes the money; None: the one of the settings, opened at the first work."""

    def __init__(self, world: World, server: BillingServer | None = None) -> None:
        self._world = world
        self._over = threading.Event()
        self._holder = f"{socket.gethostname()}:{secrets.token_hex(4)}"
        self._server = server
        self._next: dict[str, float] = {}

    def run(self) -> None:
        """Work until `stop`; at once over where nobody may sign up."""
        settings = self._world.settings
        if not settings.signup or not is_set_up(settings):
            return
        while not self._over.wait(EVERY):
            try:
                self.work()
            except Exception:
                # It goes on: what waits is written down, and is taken up again.
                log.exception("the registrar of sign-ups could not work")

    def stop(self) -> None:
        self._over.set()

    def work(self) -> bool:
        """Look once at each sign-up whose time has come; False: another panel does it."""
        if not self._world.store.duties.take(DUTY, self._holder, _LEASE):
            return False
        if self._server is None:
            self._server = open_server(self._world.settings)
        now = time.monotonic()
        for each in self._world.store.signups.all():
            pause = pause_of(each)
            if pause is not None and self._next.get(each.id, 0.0) <= now:
                self._next[each.id] = time.monotonic() + self._advance(self._server, each, pause)
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
