"""lectl host …"""

from typing import Annotated

import typer

from leadengine_ctl.cli import (
    host_address,
    host_doctor,
    host_prepare,
    host_servers,
    host_snapshots,
    options,
    terminal,
)

app = typer.Typer(no_args_is_help=True, help="The machines that stacks live on.")


@app.command("list", help=f"List the known hosts, and what they cost.\n\n{options.exit_codes()}")
def list_hosts(
    orphans: Annotated[
        bool, typer.Option("--orphans", help="What is paid for and that nobody knows.")
    ] = False,
    as_json: options.Json = False,
) -> None:
    from leadengine_ctl.cli.server_tables import put_host_list
    from leadengine_ctl.cli.session import open_session

    if orphans:
        host_servers.orphans(as_json=as_json)
        return
    put_host_list(open_session(as_json=as_json))


REMOVE = f"""Remove the agent from a host that has no clients, and forget the host.

A server that was rented stays, and is paid for: 'host delete' gives it back.

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
app.command(help=host_servers.CREATE)(host_servers.create)
app.command(help=host_servers.SIZES)(host_servers.sizes)
app.command(help=host_servers.RESIZE)(host_servers.resize)
app.command(help=host_servers.REPLACE)(host_servers.replace)
app.command(help=host_snapshots.SNAPSHOT)(host_snapshots.snapshot)
app.command(help=host_snapshots.SNAPSHOTS)(host_snapshots.snapshots)
app.add_typer(host_address.app, name="address")
app.command(help=host_servers.DRAIN)(host_servers.drain)
app.command(help=host_servers.DELETE)(host_servers.delete)
app.command(help=host_servers.ORPHANS)(host_servers.orphans)
app.command(help=host_servers.COSTS)(host_servers.costs)
