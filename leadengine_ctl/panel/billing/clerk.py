"""The clerk looks into what the payment server said, and does the chores of billing.

One panel of several has it at a time.
"""

import logging
import time

from leadengine_ctl.billing.base import BillingServer
from leadengine_ctl.billing.registry import is_set_up, open_server
from leadengine_ctl.operations import jobs
from leadengine_ctl.operations.base import World
from leadengine_ctl.operations.billing.chores import catch_up
from leadengine_ctl.operations.billing.following import take_in
from leadengine_ctl.operations.billing.reconcile import compare, heal
from leadengine_ctl.operations.billing.standing import settle
from leadengine_ctl.operations.billing.telling import StandingVerb, enforce
from leadengine_ctl.panel.duty import Duty

log = logging.getLogger(__name__)

COMPARING = "billing-compare"
_TELL_EVERY = 5.0
_CHORES_EVERY = 900.0
_COMPARE_EVERY = 86_400.0


class Clerk(Duty):
    """Args: `server`: whom to ask; None: the one of the settings, opened at the first work."""

    name = "billing"
    pause = 2.0

    def __init__(self, world: World, server: BillingServer | None = None) -> None:
        super().__init__(world)
        self._server = server
        self._chores_at = self._told_at = 0.0

    @property
    def is_wanted(self) -> bool:
        return is_set_up(self._world.settings)

    def work(self) -> bool:
        """Work once; False: another panel has it.

        Raises:
            BillingError: the payment server did not answer, or refused.
        """
        if not self._is_mine():
            return False
        if self._server is None:
            self._server = open_server(self._world.settings)
        if take_in(self._world, self._server):
            settle(self._world)
        self._tell()
        if time.monotonic() - self._chores_at > _CHORES_EVERY or not self._chores_at:
            catch_up(self._world, self._server, self._ask)
            self._chores_at = time.monotonic()
        if self._is_time_to_compare():
            self._compare(self._server)
        return True

    def _tell(self) -> None:
        """Have stacks told how their clients stand: by a worker, since a host may take its time."""
        if time.monotonic() - self._told_at > _TELL_EVERY or not self._told_at:
            enforce(self._world, self._ask)
            self._told_at = time.monotonic()

    def _ask(self, verb: StandingVerb) -> object:
        return jobs.ask_for(self._world, verb)

    def _is_time_to_compare(self) -> bool:
        """Once a day, whichever panel does it; a comparison that failed is tried again."""
        duties = self._world.store.duties
        mine = duties.take(COMPARING, self._holder, self.lease)
        return mine and time.time() - (duties.last_done(COMPARING) or 0.0) > _COMPARE_EVERY

    def _compare(self, server: BillingServer) -> None:
        """Messages get lost: once a day the whole is looked at, and what was missed is taken in."""
        found = compare(self._world, server)
        heal(self._world, server, found)
        for each in found:
            log.warning("billing: %s %s %s %s", each.kind, each.key, each.client, each.sentence)
        self._world.store.duties.done(COMPARING)
