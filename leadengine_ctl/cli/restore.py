"""lectl restore"""

from pathlib import Path
from typing import Annotated

import typer

from leadengine_ctl.cli import options

HELP = f"""Bring a client back to a recovery point.

What is fetched is compared with the point's manifest before anything is replaced, and what is replaced
is kept: --undo brings it back. With --as a copy comes to life beside the client. Where host or store are
lost, a recovery key opens the client's kit: the one in the store (--keys), or an exported one (--kit).

\b
Examples:
  lectl restore acme
  lectl restore acme 20261126t031500-9f3a --only database
  lectl restore acme --undo
  lectl restore acme --dry-run
  lectl restore acme --as acme-copy --to ssh://root@203.0.113.9
  lectl restore acme --to ssh://root@203.0.113.9 --kit acme-kit --keys /media/stick

{options.exit_codes("10 not found", "11 locked", "12 not allowed or not confirmed")}"""

Point = Annotated[
    str | None, typer.Argument(help="As 'lectl backups' shows it, or the beginning of one.")
]
To = Annotated[
    str | None, typer.Option(help="The host, by name or address; by default the client's own.")
]
As = Annotated[str | None, typer.Option("--as", metavar="NAME", help="Make a copy of this name.")]
Domain = Annotated[str | None, typer.Option(help="The copy's domain; by default NAME.internal.")]
Only = Annotated[str | None, typer.Option(help="database, files or vectors.")]
From = Annotated[
    str | None, typer.Option("--from", metavar="STORAGE", help="Read from this storage.")
]
Kit = Annotated[Path | None, typer.Option(metavar="FOLDER", help="An exported recovery kit.")]
Undo = Annotated[bool, typer.Option("--undo", help="Undo the last restore.")]
WithoutUndo = Annotated[bool, typer.Option("--without-undo", help="Do not keep what is replaced.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Fetch and compare; replace nothing.")]


def restore(  # noqa: PLR0913, PLR0917 - each parameter is a word of the command line
    client: options.Client,
    point: Point = None,
    to: To = None,
    as_name: As = None,
    domain: Domain = None,
    only: Only = None,
    source: From = None,
    kit: Kit = None,
    keys: options.MaybeKeys = None,
    undo: Undo = False,
    without_undo: WithoutUndo = False,
    dry_run: DryRun = False,
    host_key: options.HostKey = None,
    yes: options.Yes = False,
    as_json: options.Json = False,
) -> None:
    from leadengine_ctl.cli.remote_recovery import restored

    choice = {"point": point, "only": only, "undo": undo}
    more = {
        "to": to,
        "as_name": as_name,
        "domain": domain,
        "target": source,
        "kit": kit,
        "keys": keys,
        "without_undo": without_undo,
        "dry_run": dry_run,
    }
    if restored(client, choice, more, ask=not yes, as_json=as_json):
        return
    from leadengine_ctl.cli.restoring import restore_and_tell
    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.operations.backups.choosing import RestoreWords

    words = RestoreWords.model_validate({"client": client, **choice, **more})
    session = open_session(as_json=as_json, host_key=host_key)
    restore_and_tell(session, words, ask=not (yes or dry_run))
