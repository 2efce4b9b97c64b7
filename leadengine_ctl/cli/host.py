"""lectl host list | remove"""

from typing import Annotated

import typer

from leadengine_ctl.cli import host_doctor, host_prepare, options, terminal

app = typer.Typer(no_args_is_help=True, help="The machines that stacks live on.")


@app.command("list", help=f"List the known hosts.\n\n{options.exit_codes()}")
def list_hosts(as_json: options.Json = False) -> None:
    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.cli.tables import put_hosts

    store = open_session(as_json=as_json).world.store
    hosts, clients = store.hosts.all(), store.clients.all()
    if as_json:
        found = [each.model_dump(mode="json", exclude={"facts"}) for each in hosts]
        terminal.put_json({"kind": "result", "hosts": found})
    else:
        put_hosts(hosts, clients)


REMOVE = f"""Remove the agent from a host that has no clients, and forget the host.

{options.exit_codes("10 not found", "12 clients live there")}"""


@app.command(help=REMOVE)
def remove(
    name: Annotated[str, typer.Argument(help="The host's name, as 'host list' shows.")],
    purge: Annotated[
        bool, typer.Option("--purge", help="Remove the agent's files from the host, too.")
    ] = False,
) -> None:
    from leadengine_ctl.cli.progress import say_progress
    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.operations.hosts import remove_host

    remove_host(open_session().world, name, purge=purge, report=say_progress)
    terminal.say(f"{name} is no host any more.", "good")


app.command("doctor", help=host_doctor.HELP)(host_doctor.doctor)
app.command("prepare", help=host_prepare.HELP)(host_prepare.prepare)
