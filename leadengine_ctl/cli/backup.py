"""lectl backup CLIENT… | verify | prune"""

from typing import Annotated

import typer

from leadengine_ctl.cli import options
from leadengine_ctl.cli import rollout_options as words
from leadengine_ctl.cli.defaulting import DefaultGroup

HELP = """Take recovery points, prove them, remove old ones.

\b
Examples:
  lectl backup acme
  lectl backup --all
  lectl backup verify acme
  lectl backup prune acme --from spaces --dry-run
  lectl backup repair acme local --dry-run

'lectl backups CLIENT' lists the points there are."""

app = typer.Typer(cls=DefaultGroup, no_args_is_help=True, help=HELP)

RUN = f"""Take a recovery point of clients now, and bring it to each of their storages.

A point counts once it was read back where it lies. Hosts take points by themselves, too: see
backup.every in 'lectl config set --help'.

\b
Examples:
  lectl backup acme
  lectl backup acme beta
  lectl backup --all --json

{options.exit_codes("3 some are not done, or not in each storage", "10 not found", "11 locked")}"""

VERIFY = f"""Restore points into scratch containers on their hosts and compare every row, file and vector.

Hosts do this by themselves, too: see backup.drill-days. Without a point: the newest and an older one.

\b
Examples:
  lectl backup verify acme
  lectl backup verify acme --point 20261126t031500-9f3a --from spaces
  lectl backup verify --all

{options.exit_codes("3 some are not proven", "10 not found", "11 locked")}"""

PRUNE = f"""Remove points that are kept no longer from a storage where hosts may only add.

Works from another host than the client's own, with the credentials for pruning of 'lectl storage add'.

\b
Examples:
  lectl backup prune acme --from spaces --on 203.0.113.9 --keys /media/stick --dry-run

{options.exit_codes("10 not found", "12 not confirmed")}"""

REPAIR = f"""Mend a storage that damaged or lost what was stored there.

A plan comes first: what is damaged, and which points cannot be read. What is damaged is taken out, and a
new point brings back what the client still has. Points that cannot be read even then are lost there.
Only where the client's host may delete.

\b
Examples:
  lectl backup repair acme local --dry-run
  lectl backup repair acme local

{options.exit_codes("10 not found", "12 not confirmed")}"""

Point = Annotated[str | None, typer.Option(help="As 'lectl backups' shows it.")]
From = Annotated[str | None, typer.Option("--from", help="One storage, by name.")]
OneClient = Annotated[
    str, typer.Argument(help="The client's name.", autocompletion=options.complete_clients)
]


@app.command(help=RUN)
def run(
    clients: words.Clients = None, every: words.All = False, as_json: options.Json = False
) -> None:
    from leadengine_ctl.cli import remote
    from leadengine_ctl.cli.rolling import chosen

    if there := remote.panel():
        from leadengine_ctl.cli.remote_recovery import back_up

        back_up(there, chosen(clients, every=every), as_json=as_json)
        return
    from leadengine_ctl.cli.backing import backup_clients
    from leadengine_ctl.cli.session import open_session

    backup_clients(open_session(as_json=as_json), chosen(clients, every=every))


@app.command(help=VERIFY)
def verify(
    clients: words.Clients = None,
    every: words.All = False,
    point: Point = None,
    source: From = None,
    as_json: options.Json = False,
) -> None:
    from leadengine_ctl.cli import remote
    from leadengine_ctl.cli.rolling import chosen

    if there := remote.panel():
        from leadengine_ctl.cli import remote_recovery

        remote_recovery.refuse_words(**{"from": source})
        remote_recovery.verify(there, chosen(clients, every=every), point, as_json=as_json)
        return
    from leadengine_ctl.cli.backing import verify_clients
    from leadengine_ctl.cli.session import open_session

    session = open_session(as_json=as_json)
    verify_clients(session, chosen(clients, every=every), point, source)


@app.command(help=PRUNE)
def prune(  # noqa: PLR0913, PLR0917 - each parameter is a word of the command line
    client: OneClient,
    source: Annotated[str, typer.Option("--from", help="The storage.")],
    on: Annotated[str, typer.Option(help="The host that does it; not the client's own.")],
    keys: options.Keys,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    yes: options.Yes = False,
    as_json: options.Json = False,
) -> None:
    from leadengine_ctl.cli.pruning import prune_and_tell
    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.operations.backups.prune import PruneWords

    words_of_it = PruneWords(client=client, storage=source, on=on, dry_run=dry_run)
    prune_and_tell(open_session(as_json=as_json), words_of_it, keys, ask=not (yes or dry_run))


@app.command(help=REPAIR)
def repair(
    client: OneClient,
    target: Annotated[
        str | None, typer.Argument(help="The storage; needless if it is the only one.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what is damaged.")] = False,
    yes: options.Yes = False,
    as_json: options.Json = False,
) -> None:
    from leadengine_ctl.cli.repairing import repair_and_tell
    from leadengine_ctl.cli.session import open_session

    repair_and_tell(
        open_session(as_json=as_json), client, target, dry_run=dry_run, ask=not (yes or dry_run)
    )
