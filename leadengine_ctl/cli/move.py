"""lectl move | clone"""

from typing import Annotated

import typer

from leadengine_ctl.cli import options

MOVE = f"""Let a client live on another host, with nothing lost. The old stack is kept, frozen.

It travels as a recovery point, sealed from host to host: the first one is tried on the new host while
the old one serves, the last one is taken when nothing is accepted any more. Then point DNS to the new
host. Run the same command again after an interruption: it goes on where it stopped.

With '--to dedicated' a client of a hosted stack gets a stack of its own, and with '--to hosted' it comes
back among others: all its rows are carried over, read again there, and compared. Where it was it is kept,
suspended or frozen.

\b
Examples:
  lectl move acme --to ssh://root@203.0.113.9
  lectl move acme --to ssh://root@203.0.113.9 --dry-run
  lectl move acme --to dedicated --domain leads.acme.com --host ssh://root@203.0.113.9
  lectl move acme --to hosted --cloud cloud

{options.exit_codes("10 not found", "11 locked", "12 not allowed or not confirmed")}"""

CLONE = f"""Make a copy of a client, as of now, under a name and a domain of its own, on another host.

\b
Examples:
  lectl clone acme acme-test test.acme.com --to ssh://root@203.0.113.9

{options.exit_codes("10 not found", "11 locked", "12 not allowed or not confirmed")}"""

To = Annotated[str, typer.Option(help="The host it comes to, by name or address.")]
ToModel = Annotated[
    str, typer.Option(help="The host it comes to, by name or address; or 'dedicated' or 'hosted'.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the plan; change nothing.")]


def move(  # noqa: PLR0913, PLR0917 - each parameter is a word of the command line
    client: options.Client,
    to: ToModel,
    domain: Annotated[
        str | None, typer.Option(help="With '--to dedicated': the domain of its own stack.")
    ] = None,
    host: Annotated[
        str | None, typer.Option(help="With '--to dedicated': where its own stack is made.")
    ] = None,
    cloud: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="The hosted stack; needed where there are several."),
    ] = None,
    dry_run: DryRun = False,
    host_key: options.HostKey = None,
    yes: options.Yes = False,
    as_json: options.Json = False,
) -> None:
    from leadengine_ctl.cli.session import open_session

    session = open_session(as_json=as_json, host_key=host_key)
    if to in {"dedicated", "hosted"}:
        from leadengine_ctl.cli.carrying import Words, carry_and_tell

        words = Words(client, to, domain, host, cloud)
        carry_and_tell(session, words, dry_run=dry_run, ask=not yes)
        return
    from leadengine_ctl.cli.moving import move_and_tell

    move_and_tell(session, client, to, dry_run=dry_run, ask=not yes)


def clone(  # noqa: PLR0913, PLR0917 - each parameter is a word of the command line
    client: options.Client,
    new: Annotated[str, typer.Argument(help="The copy's name.")],
    domain: Annotated[str, typer.Argument(help="The copy's domain.")],
    to: To,
    dry_run: DryRun = False,
    host_key: options.HostKey = None,
    yes: options.Yes = False,
    as_json: options.Json = False,
) -> None:
    from leadengine_ctl.cli.moving import clone_and_tell
    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.operations.backups.choosing import RestoreWords

    words = RestoreWords(client=client, as_name=new, domain=domain, to=to, dry_run=dry_run)
    session = open_session(as_json=as_json, host_key=host_key)
    clone_and_tell(session, words, ask=not yes)
