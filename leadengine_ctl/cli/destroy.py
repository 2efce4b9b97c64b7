"""lectl destroy"""

from typing import Annotated

import typer

from leadengine_ctl.cli import options

HELP = f"""Remove a client's stack and all its data. There is no way back.

The DNS records that were made for it go too, and so does a server that was rented for it alone.
Asks for the client's name. Without a person to ask, the name is given with --confirm.

\b
Examples:
  lectl destroy acme
  lectl destroy acme --confirm acme

{options.exit_codes("10 not found", "11 locked", "12 not confirmed")}"""


def destroy(
    client: options.Client,
    confirm: Annotated[
        str | None, typer.Option(metavar="NAME", help="The client's name once more, not asked for.")
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Never ask; --confirm is needed then.")
    ] = False,
    keep_server: Annotated[
        bool, typer.Option("--keep-server", help="Leave a server that was rented for it alone.")
    ] = False,
    as_json: options.Json = False,
) -> None:
    from leadengine_ctl.cli.destroying import confirm_loss
    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.operations.destroy import Destroy, destroy_request

    session = open_session(as_json=as_json)
    request = destroy_request(session.world, client, keep_server=keep_server)
    confirm_loss(session, request, confirm, may_ask=not yes)
    session.run(Destroy(request))
