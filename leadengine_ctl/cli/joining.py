"""Another machine for a hosted stack: what is asked of it, and what a person is told."""

from leadengine_ctl.cli import terminal
from leadengine_ctl.cli.session import Session
from leadengine_ctl.errors import NotAllowedError
from leadengine_ctl.operations.base import World
from leadengine_ctl.operations.defaults import check_slug, deploy_request
from leadengine_ctl.operations.deploy import Deploy
from leadengine_ctl.operations.request import DeployRequest
from leadengine_ctl.operations.sharing import first_of
from leadengine_ctl.operations.summary import forget_password, read_summary


def join_request(world: World, name: str, beside: str, host: str) -> DeployRequest:
    """A deploy of the release that the first machine runs.

    Raises:
        NotFoundError: there is no such stack.
        NotAllowedError: its data is on its own machine, or the name is another stack's.
    """
    first = first_of(world, check_slug(beside))
    known = world.store.clients.find(check_slug(name))
    if known and (known.spec.beside is None or known.spec.beside.client != first.slug):
        raise NotAllowedError(
            f"{name} is another stack already, at https://{known.spec.names[0]}",
            "Each machine of a stack has a name of its own.",
            "Choose another name.",
        )
    return deploy_request(
        world,
        name,
        # It is served under the first one's names; this one tells the machines apart.
        f"{name}.{first.spec.domain}",
        email=first.spec.email,
        host=host,
        plan="hosted",
        release=first.release,
        kind="hosted",
    ).model_copy(update={"beside": first.slug})


def join_and_show(session: Session, request: DeployRequest) -> None:
    """Deploy, and say what is left to do: people and websites have to find the machine."""
    finished = session.run(Deploy(request))
    made = read_summary(session.world, request, finished)
    # Its people are those of the first one: what was made here opens nothing.
    forget_password(session.world, request, finished)
    spec = session.world.store.clients.get(request.client).spec
    if session.as_json:
        kept = made.model_dump(mode="json", exclude={"password", "snippet", "loader"})
        terminal.put_json({"kind": "result", "beside": request.beside, **kept})
        return
    terminal.put(
        f"{request.client} serves {' and '.join(spec.names)} beside {request.beside}.\n"
        f"  Host: {request.host}\n"
        f"  Release: {made.release}\n"
        f"  Let both names lead to this machine as well."
    )
    if made.advice:
        terminal.say(made.advice)
