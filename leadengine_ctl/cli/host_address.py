"""lectl host address reserve | move | release | list"""

from typing import Annotated

import typer

from leadengine_ctl.cli import options

_CODES = options.exit_codes("10 not found", "11 locked", "12 not allowed")

app = typer.Typer(no_args_is_help=True, help="Addresses that outlive the server they lead to.")

RESERVE = f"""Reserve an IPv4 address for a rented server, beside its own.

A domain that leads there need not change when the server does: 'host address move' lets the address lead
to another one. Its price is shown, and asked for, first. It goes with its server unless it is moved.

\b
Examples:
  lectl host address reserve web1
  lectl host address reserve web1 --dry-run

{_CODES}"""


@app.command(help=RESERVE)
def reserve(
    name: options.Server,
    dry_run: options.DryRun = False,
    yes: options.Yes = False,
    as_json: options.Json = False,
) -> None:
    from leadengine_ctl.cli import addressing
    from leadengine_ctl.cli.session import open_session

    addressing.reserve(open_session(as_json=as_json), name, dry_run=dry_run, sure=yes)


MOVE = f"""Let a server's reserved address lead to another server of the same provider and region.

No DNS record changes. The server before need not answer any more.

\b
Examples:
  lectl host address move web1 web2

{_CODES}"""


@app.command(help=MOVE)
def move(
    name: options.Server,
    to: Annotated[str, typer.Argument(help="The server that it shall lead to.")],
    dry_run: options.DryRun = False,
    yes: options.Yes = False,
    as_json: options.Json = False,
) -> None:
    from leadengine_ctl.cli import addressing
    from leadengine_ctl.cli.session import open_session

    addressing.move(open_session(as_json=as_json), name, to, dry_run=dry_run, sure=yes)


RELEASE = f"""Give a server's reserved address back: somebody else may get it.

{_CODES}"""


@app.command(help=RELEASE)
def release(
    name: options.Server,
    dry_run: options.DryRun = False,
    yes: options.Yes = False,
    as_json: options.Json = False,
) -> None:
    from leadengine_ctl.cli import addressing
    from leadengine_ctl.cli.session import open_session

    addressing.release(open_session(as_json=as_json), name, dry_run=dry_run, sure=yes)


@app.command("list", help=f"List the reserved addresses.\n\n{options.exit_codes()}")
def list_addresses(as_json: options.Json = False) -> None:
    from leadengine_ctl.cli.addressing import put_addresses
    from leadengine_ctl.cli.session import open_session

    put_addresses(open_session(as_json=as_json))
