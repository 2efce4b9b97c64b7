"""The question before a destroy."""

from leadengine_ctl.cli import terminal, texts
from leadengine_ctl.cli.session import Session
from leadengine_ctl.errors import NotAllowedError
from leadengine_ctl.hosts.base import HostAddress
from leadengine_ctl.operations.destroy import DestroyRequest
from leadengine_ctl.planning.destroy import plan_destroy, plan_leftover


def confirm_loss(
    session: Session, request: DestroyRequest, answer: str | None, *, may_ask: bool
) -> None:
    """Say what will be lost and have the client's name typed; nothing is left of a forgotten client.

    Raises:
        NotAllowedError: it was not typed right.
    """
    client = request.client
    record = session.world.store.clients.find(client)
    if record is None:
        return
    host = HostAddress.parse(request.host).name
    if request.frozen:
        plan = plan_leftover(client, host)
    else:
        plan = plan_destroy(client, record.spec.domain, host, last_point=request.last_point)
    terminal.say(texts.plan_text(plan))
    if answer is None and may_ask:
        answer = terminal.ask(f"Type '{client}' to destroy it:")
    if answer != client:
        raise NotAllowedError(
            f"{client} was not destroyed",
            "The client's name was not typed.",
            f"Type the name when asked, or give '--confirm {client}'.",
        )
