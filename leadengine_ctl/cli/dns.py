"""lectl dns check"""

from typing import Annotated

import typer

from leadengine_ctl.cli import options

app = typer.Typer(no_args_is_help=True, help="Where clients' domains lead.")

CHECK = f"""Ask several resolvers where a client's domain leads, for IPv4 and IPv6, and who may certify it.

\b
Examples:
  lectl dns check acme
  lectl dns check acme --wait 600

{options.exit_codes("10 not found", "20 it does not lead to the host yet")}"""


@app.command(help=CHECK)
def check(
    client: options.Client,
    wait: Annotated[int, typer.Option(metavar="SECONDS", help="Look again until it is right.")] = 0,
    as_json: options.Json = False,
) -> None:
    from leadengine_ctl.cli.naming import check_and_show
    from leadengine_ctl.cli.session import open_session

    raise typer.Exit(check_and_show(open_session(as_json=as_json), client, wait))
