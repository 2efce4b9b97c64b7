"""lectl destroy"""

from dataclasses import asdict
from typing import Annotated

import typer

from leadengine_ctl.cli import options

HELP = f"""Remove a client's stack and all its data.

A last recovery point is taken first, where a recovery key can open it afterwards; without one there is no
way back. The DNS records that were made for the client go too, and so does a server that was rented for it
alone. Asks for the client's name. Without a person to ask, the name is given with --confirm.

With --lost the machine is not asked: for one that does not answer and never will. A stack beside others
('cloud join') is forgotten like that, its data stays with the others; one that nobody else serves only with
--without-backup as well.

\b
Examples:
  lectl destroy acme
  lectl destroy acme --confirm acme
  lectl destroy acme --without-backup
  lectl destroy acme --frozen-on 203.0.113.7
  lectl destroy cloud-3 --lost

{options.exit_codes("10 not found", "11 locked", "12 not confirmed")}"""


def destroy(  # noqa: PLR0913, PLR0917 - each parameter is a word of the command line
    client: options.Client,
    confirm: Annotated[
        str | None, typer.Option(metavar="NAME", help="The client's name once more, not asked for.")
    ] = None,
    without_backup: Annotated[
        bool, typer.Option("--without-backup", help="Take no last recovery point.")
    ] = False,
    frozen_on: Annotated[
        str | None,
        typer.Option(metavar="HOST", help="Remove only the frozen copy that a move left there."),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Never ask; --confirm is needed then.")
    ] = False,
    keep_server: Annotated[
        bool, typer.Option("--keep-server", help="Leave a server that was rented for it alone.")
    ] = False,
    lost: Annotated[
        bool,
        typer.Option("--lost", help="Its machine does not answer and never will: forget both."),
    ] = False,
    as_json: options.Json = False,
) -> None:
    from leadengine_ctl.cli.destroying import Words, confirm_loss, meant
    from leadengine_ctl.cli.remote_recovery import destroyed

    words = Words(without_backup, keep_server, frozen_on, lost)
    if destroyed(client, confirm or ("" if yes else None), asdict(words), as_json=as_json):
        return
    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.operations.destroy import Destroy

    session = open_session(as_json=as_json)
    request = meant(session, client, words)
    confirm_loss(session, request, confirm, may_ask=not yes)
    session.run(Destroy(request))
