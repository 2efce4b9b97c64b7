"""lectl deploy"""

from typing import Annotated

import typer

from leadengine_ctl.cli import options

HELP = f"""Put a client live: an isolated stack, over HTTPS, on a host.

Running it again changes nothing, or finishes what was interrupted.

\b
Examples:
  lectl deploy acme leads.acme.com
  lectl deploy acme leads.acme.com ann@acme.com --host ssh://root@203.0.113.7
  lectl deploy acme leads.acme.com --dry-run

{options.exit_codes("10 not found", "11 locked", "12 not allowed")}"""


def deploy(  # noqa: PLR0913, PLR0917 - each parameter is a word of the command line
    client: options.Client,
    domain: Annotated[str, typer.Argument(help="The domain of the stack, as 'leads.acme.com'.")],
    email: Annotated[str | None, typer.Argument(help="The first administrator.")] = None,
    host: Annotated[
        str | None,
        typer.Option(help="'local', 'ssh://user@address[:port]', or the name of a known host."),
    ] = None,
    plan: Annotated[
        str | None, typer.Option(help="hosted, dedicated, self-hosted or enterprise.")
    ] = None,
    release: Annotated[
        str | None, typer.Option(help="As 'release list' shows it; by default the newest.")
    ] = None,
    host_key: options.HostKey = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the plan and the files; change nothing.")
    ] = False,
    yes: options.Yes = False,
    as_json: options.Json = False,
) -> None:
    from leadengine_ctl.cli import remote

    words = (client, domain, email, plan, host, release, host_key)
    if not dry_run and remote.deployed(words, as_json=as_json):
        return
    from leadengine_ctl.cli import deploying
    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.operations.defaults import deploy_request

    session = open_session(as_json=as_json, host_key=host_key)
    request = deploy_request(
        session.world, client, domain, email=email, host=host, plan=plan, release=release
    )
    if dry_run:
        deploying.show_preview(session, request)
        return
    if not yes:
        deploying.ask_for_new_domain(session, request)
    deploying.deploy_and_show(session, request)
