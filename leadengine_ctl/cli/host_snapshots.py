"""lectl host snapshot | snapshots"""

from typing import Annotated

import typer

from leadengine_ctl.cli import options, terminal

_CODES = options.exit_codes("10 not found", "12 not allowed")

SNAPSHOT = f"""Take a picture of a rented server's disk, at its provider. It is paid for while it is there.

As after a power cut: what brings a client back is a recovery point ('lectl backup'). The picture is
ready after some minutes, and goes when its server is deleted.

\b
Examples:
  lectl host snapshot web1
  lectl host snapshot web1 --title before-the-new-kernel

{_CODES}"""


def snapshot(
    name: options.Server,
    title: Annotated[
        str, typer.Option(help="What to call it; without it, the server and the time.")
    ] = "",
    as_json: options.Json = False,
) -> None:
    from leadengine_ctl.cli.server_tables import snapshot_json
    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.operations.servers.snapshots import take_snapshot

    taken = take_snapshot(open_session(as_json=as_json).world, name, title)
    if as_json:
        terminal.put_json({"kind": "result", **snapshot_json(taken)})
    else:
        terminal.say(f"The provider takes the snapshot '{taken.name}'.", "good")


SNAPSHOTS = f"""List the pictures of a rented server's disk, or delete one.

\b
Examples:
  lectl host snapshots web1
  lectl host snapshots web1 --delete 4711

{_CODES}"""


def snapshots(
    name: options.Server,
    delete: Annotated[str, typer.Option(metavar="ID", help="Delete this one.")] = "",
    as_json: options.Json = False,
) -> None:
    from leadengine_ctl.cli.server_tables import put_snapshots
    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.operations.servers import snapshots as pictures

    world = open_session(as_json=as_json).world
    if delete:
        pictures.delete_snapshot(world, name, delete)
        terminal.say(f"The snapshot {delete} is deleted.", "good")
    put_snapshots(name, pictures.snapshots_of(world, name), as_json=as_json)
