"""lectl licence issue | check | use | show"""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from leadengine_ctl.cli import options

app = typer.Typer(no_args_is_help=True, help="Licences of clients that run their stack themselves.")

ISSUE = f"""Sign a licence for a client that runs its stack itself, with an offline key of the publisher's.

It says who, where and until when. Where it is used, a sentence is shown from 30 days before its end on;
nothing ever stops.

\b
Examples:
  lectl licence issue acme leads.acme.com --until 2027-12-31 --keys /media/stick --out acme.licence

{options.exit_codes("10 no key", "12 the keys may not sign licences")}"""

CHECK = f"""Show what a licence in a file says, and whether the publisher has signed it. Needs no network.

\b
Examples:
  lectl licence check acme.licence

{options.exit_codes("10 no publisher is known here", "12 not the publisher's")}"""

USE = f"""Take a licence from a file into a client's configuration.

\b
Examples:
  lectl licence use acme.licence acme

{options.exit_codes("3 it is not done", "10 not found", "11 locked", "12 not for it")}"""

SHOW = f"""Show how a client's licence stands.

\b
Examples:
  lectl licence show acme --json

{options.exit_codes("10 not found")}"""

File = Annotated[Path, typer.Argument(metavar="FILE", help="The licence, as it was sent.")]


@app.command(help=ISSUE)
def issue(  # noqa: PLR0913, PLR0917 - each parameter is a word of the command line
    client: Annotated[str, typer.Argument(help="The client's name, as its stack is called.")],
    domains: Annotated[list[str], typer.Argument(metavar="DOMAIN...", help="Where it is served.")],
    until: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The last day, UTC.")],
    keys: Annotated[
        Path, typer.Option("--keys", metavar="FOLDER", help="The folder of offline keys.")
    ],
    out: Annotated[Path | None, typer.Option("--out", help="Where to write it.")] = None,
    tier: Annotated[str, typer.Option(help="What was sold.")] = "self-hosted",
    as_json: options.Json = False,
) -> None:
    from leadengine_ctl.cli.licensing import issue_licence
    from leadengine_ctl.cli.session import open_session

    said = {"client": client, "domains": domains, "tier": tier, "until": until.date()}
    issue_licence(open_session(as_json=as_json), said, keys, out)


@app.command(help=CHECK)
def check(file: File, as_json: options.Json = False) -> None:
    from leadengine_ctl.cli.licensing import check_licence
    from leadengine_ctl.cli.session import open_session

    check_licence(open_session(as_json=as_json), file)


@app.command(help=USE)
def use(
    file: File, client: options.Client, yes: options.Yes = False, as_json: options.Json = False
) -> None:
    from leadengine_ctl.cli.licensing import use_licence
    from leadengine_ctl.cli.session import open_session

    use_licence(open_session(as_json=as_json), file, client, ask=not yes)


@app.command(help=SHOW)
def show(client: options.Client, as_json: options.Json = False) -> None:
    from leadengine_ctl.cli.licensing import show_licence
    from leadengine_ctl.cli.session import open_session

    show_licence(open_session(as_json=as_json), client)
