"""What became of an update of the agent: told by the one that runs afterwards."""

import threading
import time

from leadengine_agent.executor.journal import Journal, Notice
from leadengine_agent.layout import HostLayout
from leadengine_agent.replacing import plan_file, read_plan

_LOOK_EVERY = 5.0
_WORDS = {
    "updated": Notice("agent", "updated", "done", "A new version of the agent has taken over."),
    "failed": Notice("agent", "update-failed", "failed", ""),
}


def tell_of_update(journal: Journal, layout: HostLayout) -> None:
    """Wait, beside everything else, for the plan to end, if there is one; then tell and forget it."""
    if read_plan(layout) is not None:
        threading.Thread(target=_wait, args=(journal, layout), daemon=True).start()


def _wait(journal: Journal, layout: HostLayout) -> None:
    while (plan := read_plan(layout)) is not None:
        if plan.state in _WORDS:
            notice = _WORDS[plan.state]
            why = f"The version before is back: {plan.why}." if plan.why else notice.detail
            journal.notice(notice._replace(detail=why))
            plan_file(layout).unlink()
            return
        time.sleep(_LOOK_EVERY)
