"""How a restore gets at the keys of a client's storage: from the host that has them, or from a kit."""

from collections.abc import Iterable
from dataclasses import dataclass

from leadengine_agent.protocol import (
    HostKey,
    HostKeyResult,
    MakeKit,
    RecoveryKit,
    RecoveryKitResult,
    Target,
)
from leadengine_ctl.errors import NotAllowedError
from leadengine_ctl.hosts.base import HostAddress
from leadengine_ctl.operations.base import Run


@dataclass(frozen=True)
class Keys:
    """What goes into an order beside the client: a kit in clear, one that is sealed, or neither."""

    kit: RecoveryKit | None = None
    sealed: str | None = None


def sealed_for(run: Run, origin: HostAddress, target: HostAddress, client: str) -> Keys:
    """Have the origin seal the kit to the target's own key: nobody in between can open it."""
    answer = run.order(target, "host-key", HostKey())
    recipient = HostKeyResult.model_validate(answer).recipient
    made = run.order(origin, "seal", MakeKit(client=client, to=recipient))
    return Keys(sealed=RecoveryKitResult.model_validate(made).sealed)


def outside(targets: Iterable[Target]) -> str | None:
    """The first storage that is not a host's own folder; None: there is none to prefer."""
    return next((each.name for each in targets if each.kind != "local"), None)


def no_kit(client: str) -> NotAllowedError:
    """The verb was made anew in another process, which nobody gave the kit."""
    return NotAllowedError(
        f"The restore of {client} cannot go on without its recovery kit",
        "A kit that was opened with a recovery key is never written down.",
        "Run the same restore again, with --keys: it goes on where it stopped.",
    )
