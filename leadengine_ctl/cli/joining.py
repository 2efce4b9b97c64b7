"""Another machine for a hosted stack: what a person is told."""

from leadengine_ctl.cli import terminal
from leadengine_ctl.cli.session import Session
from leadengine_ctl.operations.deploy import Deploy
from leadengine_ctl.operations.request import DeployRequest
from leadengine_ctl.operations.summary import forget_password, read_summary


def join_and_show(session: Session, request: DeployRequest) -> None:
    """Deploy, and say what is left to do: people and websites have to find the machine."""
    finished = session.run(Deploy(request))
    made = read_summary(session.world, request, finished)
    # Its people are those of the first one: what was made here opens nothing.
    forget_password(session.world, request, finished)
    spec = session.world.store.clients.get(request.client).spec
    if session.as_json:
        kept = made.model_dump(mode="json", exclude={"password", "snippet", "loader"})
        beside = spec.beside.client if spec.beside else None
        terminal.put_json({"kind": "result", "beside": beside, **kept})
        return
    beside = f" beside {spec.beside.client}" if spec.beside else ""
    terminal.put(
        f"{request.client} serves {' and '.join(spec.names)}{beside}.\n"
        f"  Host: {request.host}\n"
        f"  Release: {made.release}"
    )
    if request.dns is None:
        terminal.put("  Let both names lead to this machine as well.")
    if made.advice:
        terminal.say(made.advice)
