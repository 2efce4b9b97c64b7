"""lectl dns check, lectl dns certify"""

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


CERTIFY = f"""Get or renew certificates by a TXT record: a wildcard's, or one ahead of its domain.

A certificate that is good stays. Wildcards ('deploy --wildcard') are renewed like this only: let a
timer of yours give 'lectl dns certify --all' once a day. A host that waits in vain keeps its domain
certified, without the names below.

\b
Examples:
  lectl dns certify acme
  lectl dns certify acme --prove-by manual
  lectl dns certify --all

{options.exit_codes("3 some without", "10 not found", "11 locked", "12 not allowed")}"""


@app.command(help=CHECK)
def check(
    client: options.Client,
    wait: Annotated[int, typer.Option(metavar="SECONDS", help="Look again until it is right.")] = 0,
    as_json: options.Json = False,
) -> None:
    from leadengine_ctl.cli.naming import check_and_show
    from leadengine_ctl.cli.session import open_session

    raise typer.Exit(check_and_show(open_session(as_json=as_json), client, wait))


@app.command(help=CERTIFY)
def certify(
    client: options.MaybeClient = None,
    every: Annotated[
        bool, typer.Option("--all", help="Every client whose certificate has a wildcard.")
    ] = False,
    prove_by: Annotated[
        str, typer.Option("--prove-by", metavar="WHO", help="Who puts the record, as with --dns.")
    ] = "auto",
    as_json: options.Json = False,
) -> None:
    from leadengine_ctl.cli.naming import certify_and_show
    from leadengine_ctl.cli.session import open_session

    session = open_session(as_json=as_json)
    raise typer.Exit(certify_and_show(session, client, prove_by, every=every))
