"""A stack never gets an older release by an ordinary order; going back is the verb `rollback`."""

from leadengine_agent.failures import TaskFailure
from leadengine_agent.layout import HostLayout
from leadengine_agent.protocol import FailureCode
from leadengine_agent.trust.publications import known_publication


def refuse_downgrade(layout: HostLayout, running: str, wanted: str) -> None:
    """Compare two releases by version and, where that is equal, by publication.

    Raises:
        TaskFailure: `wanted` is older than `running`.
    """
    if running == wanted:
        return
    if known_publication(layout, wanted).order < known_publication(layout, running).order:
        raise TaskFailure(
            FailureCode.REFUSED,
            f"Release {wanted} was refused: it is older than {running}, which runs.",
            "Old releases have known faults; whoever wants one back may be up to no good.",
            "`lectl rollback` goes back to a generation that this host has kept.",
        )
