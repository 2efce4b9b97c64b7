"""lectl agent enrol | list | revoke"""

from typing import Annotated

import typer

from leadengine_ctl.cli import options, terminal

app = typer.Typer(no_args_is_help=True, help="The agents that report to the panel by themselves.")

Host = Annotated[str, typer.Argument(help="The host's name, as 'host list' shows.")]

ENROL = f"""Have a host report to the panel of LECTL_PANEL_URL, and fetch its tasks from there.

The host makes a key of its own; a token for this host alone admits it, once, within 15 minutes. What the
panel may order there is written on the host: for the rest it asks for your operator key.

\b
Examples:
  lectl agent enrol 203.0.113.7

{options.exit_codes("10 not found")}"""


@app.command(help=ENROL)
def enrol(host: Host) -> None:
    from leadengine_ctl.cli.progress import say_progress
    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.operations import agents

    agents.enrol(open_session().world, host, say_progress)
    terminal.say(f"{host} was told; it reports within a minute. See: lectl agent list", "good")


@app.command(
    "list", help=f"List the agents and how fresh their reports are.\n\n{options.exit_codes()}"
)
def list_agents(as_json: options.Json = False) -> None:
    from dataclasses import asdict

    from leadengine_ctl.cli.agent_tables import put_agents
    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.operations.agents import agents

    found = agents(open_session(as_json=as_json).world)
    if as_json:
        terminal.put_json({"kind": "result", "agents": [asdict(each) for each in found]})
    else:
        put_agents(found)


REVOKE = f"""Take an agent's access to the panel, from its next request on.

The host goes on serving, backing up and renewing; to have it report again, enrol it anew.

{options.exit_codes("10 not found")}"""


@app.command(help=REVOKE)
def revoke(
    host: Host,
    why: Annotated[str, typer.Option("--why", help="For the record.")] = "revoked by an operator",
) -> None:
    import time

    from leadengine_ctl.cli.session import open_session

    open_session().world.store.agents.revoke(host, why, time.time())
    terminal.say(f"The agent of {host} has no access any more.", "good")
