"""lectl storage add | list | remove"""

from pathlib import Path
from typing import Annotated

import typer

from leadengine_ctl.cli import options, terminal

app = typer.Typer(no_args_is_help=True, help="Where recovery points are kept.")

ADD = f"""Add a place for recovery points: new clients use it from then on.

LOCATION is a folder of the hosts (a mounted share), a bucket, an SFTP server, or a restic REST server:

\b
  /mnt/nas/leadengine
  s3:https://fra1.digitaloceanspaces.com/acme-backups
  sftp://backup@203.0.113.9/leadengine
  rest:https://backup.example.com:8000/

Its secret is asked for, or taken from LECTL_STORAGE_SECRET: the secret access key, the private key of
SFTP (--key), the password. Give hosts one that may add and not delete, and name another one that may,
for 'lectl backup prune' (--pruning-user, LECTL_STORAGE_PRUNING_SECRET).

\b
Examples:
  lectl storage add nas /mnt/nas/leadengine
  lectl storage add spaces s3:https://fra1.digitaloceanspaces.com/acme-backups --user DO00EXAMPLE

{options.exit_codes()}"""


def add(  # noqa: PLR0913, PLR0917 - each parameter is a word of the command line
    name: Annotated[str, typer.Argument(help="What it is called: 'spaces', 'offsite'.")],
    location: Annotated[str, typer.Argument(help="Where it is.")],
    user: Annotated[str, typer.Option(help="The access key's id, or the user's name.")] = "",
    key: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The private key for an SFTP server.")
    ] = None,
    host_key: Annotated[
        str | None, typer.Option(metavar="TYPE KEY", help="The public key of an SFTP server.")
    ] = None,
    region: Annotated[str | None, typer.Option(help="Of a bucket.")] = None,
    trust: Annotated[
        Path | None, typer.Option(metavar="FILE", help="PEM certificates of a private CA.")
    ] = None,
    deletable: Annotated[
        bool, typer.Option("--deletable", help="The hosts' credentials may delete there.")
    ] = False,
    pruning_user: Annotated[
        str, typer.Option(help="Who may delete there: its access key's id or name.")
    ] = "",
    as_json: options.Json = False,
) -> None:
    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.cli.storing import Words, add_and_tell

    words = Words(name, location, user, key, host_key, region, trust, deletable, pruning_user)
    add_and_tell(open_session(as_json=as_json), words)


def list_storages(as_json: options.Json = False) -> None:
    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.cli.storing import put_storages

    put_storages(open_session(as_json=as_json))


def remove(
    name: Annotated[str, typer.Argument(help="As 'storage list' shows it.")],
    as_json: options.Json = False,
) -> None:
    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.operations.storages import remove_storage

    remove_storage(open_session(as_json=as_json).world, name)
    if as_json:
        terminal.put_json({"kind": "result", "removed": name})
    else:
        terminal.say(f"{name} is no storage any more; what lies there stays there.", "good")


app.command(help=ADD)(add)
app.command("list", help=f"List the storages and who uses them.\n\n{options.exit_codes()}")(
    list_storages
)
app.command(
    help="Forget a storage that no client uses; what lies there stays there.\n\n"
    f"{options.exit_codes('10 not found', '12 clients use it')}"
)(remove)
