"""Another machine for a hosted stack: what a person is told."""

from dataclasses import asdict

import typer

from leadengine_ctl.cli import terminal
from leadengine_ctl.cli.session import Session
from leadengine_ctl.errors import ExitCode
from leadengine_ctl.operations.deploy import Deploy
from leadengine_ctl.operations.machines import Machine, unlike
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


def put_machines(found: tuple[Machine, ...], *, as_json: bool) -> None:
    """The machines of one stack, and a sentence for each that is not as the first.

    Raises:
        Exit: with 20, when there is one.
    """
    differing = [each for each in found if each.differs]
    if as_json:
        terminal.put_json({"kind": "result", "machines": [asdict(each) for each in found]})
    else:
        rows = [(each.name, each.host, each.release or "-", _likeness(each)) for each in found]
        tones = ["warn" if each.differs else "good" for each in found]
        terminal.put_table(
            [("MACHINE", "HOST", "RELEASE", "SET AS THE FIRST"), *rows], ["", *tones]
        )
        for each in differing:
            terminal.say(unlike(each.name, found[0].name, each.differs), "warn")
    if differing:
        raise typer.Exit(ExitCode.CHANGES_PENDING)


def _likeness(machine: Machine) -> str:
    return f"not {', '.join(machine.differs)}" if machine.differs else "yes"
