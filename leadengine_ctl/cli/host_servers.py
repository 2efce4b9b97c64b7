"""lectl host create | sizes | resize | replace | drain | delete | orphans | costs"""

from typing import Annotated

import typer

from leadengine_ctl.cli import options

_CODES = options.exit_codes("10 not found", "11 locked", "12 not allowed")

CREATE = f"""Rent a server and make it a host.

Its price is shown, and asked for, before anything is bought. Running it again after an interruption
finds the server that was ordered: there are never two.

\b
Examples:
  lectl host create web1 --on hetzner:cx32
  lectl host create web1 --on digitalocean:s-2vcpu-4gb@fra1 --dry-run

{_CODES}"""


def create(
    name: Annotated[str, typer.Argument(help="What to call it: letters, digits, hyphens.")],
    on: Annotated[
        str,
        typer.Option(metavar="PROVIDER:SIZE[@REGION]", help="Where, as 'hetzner:cx32@fsn1'."),
    ],
    dry_run: options.DryRun = False,
    yes: options.Yes = False,
    as_json: options.Json = False,
) -> None:
    from leadengine_ctl.cli import renting, serving
    from leadengine_ctl.cli.session import open_session

    session = open_session(as_json=as_json)
    rent = renting.rent(session, serving.check_name(name), "", on)
    if dry_run:
        serving.show_plan(session, rent.plan)
        return
    serving.show_server(session, name, rent.have(session, sure=yes))


SIZES = f"""What a provider sells today, and for how much.

\b
Examples:
  lectl host sizes hetzner
  lectl host sizes aws --region eu-west-1 --all

{_CODES}"""


def sizes(
    provider: Annotated[str, typer.Argument(help="hetzner, digitalocean or aws.")],
    region: Annotated[str | None, typer.Option(help="Prices there; without it the lowest.")] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Those that are too small for a client, too.")
    ] = False,
    as_json: options.Json = False,
) -> None:
    from leadengine_ctl.cli.server_tables import put_sizes
    from leadengine_ctl.cli.session import open_session

    put_sizes(open_session(as_json=as_json), provider, region, every=every)


RESIZE = f"""Give a rented server another size. Its clients are down for some minutes; the disk stays.

\b
Examples:
  lectl host resize acme cx42

{_CODES}"""


def resize(
    name: options.Server,
    size: Annotated[str, typer.Argument(help="As 'host sizes' shows.")],
    dry_run: options.DryRun = False,
    yes: options.Yes = False,
    as_json: options.Json = False,
) -> None:
    from leadengine_ctl.cli import serving
    from leadengine_ctl.cli.session import open_session

    serving.resize(open_session(as_json=as_json), name, size, dry_run=dry_run, sure=yes)


REPLACE = f"""Write a fresh system over a rented server that has no clients; address and price stay.

{_CODES}"""


def replace(
    name: options.Server,
    dry_run: options.DryRun = False,
    yes: options.Yes = False,
    as_json: options.Json = False,
) -> None:
    from leadengine_ctl.cli import serving
    from leadengine_ctl.cli.session import open_session

    serving.replace(open_session(as_json=as_json), name, dry_run=dry_run, sure=yes)


DRAIN = f"""Let a host take no new clients; those it has stay as they are.

\b
Examples:
  lectl host drain 203.0.113.7 --because "moves to fsn1"
  lectl host drain 203.0.113.7 --undo

{options.exit_codes("10 not found")}"""


def drain(
    name: Annotated[str, typer.Argument(help="The host's name, or its server's.")],
    because: Annotated[
        str, typer.Option(help="Why, for whoever wants to deploy there.")
    ] = "it will be given up",
    undo: Annotated[bool, typer.Option("--undo", help="Let it take clients again.")] = False,
) -> None:
    from leadengine_ctl.cli import serving
    from leadengine_ctl.cli.session import open_session

    serving.drain(open_session(), name, "" if undo else because)


DELETE = f"""Delete a rented server that has no clients. Everything on its disk is lost.

{_CODES}"""


def delete(
    name: options.Server,
    dry_run: options.DryRun = False,
    yes: options.Yes = False,
    as_json: options.Json = False,
) -> None:
    from leadengine_ctl.cli import serving
    from leadengine_ctl.cli.session import open_session

    serving.delete(open_session(as_json=as_json), name, dry_run=dry_run, sure=yes)


ORPHANS = f"""Servers, snapshots and addresses of ours that nobody knows: they cost money and serve nobody.

Exit code 20: there are some. With --delete they are given back, after a question.

{options.exit_codes("20 there are orphans")}"""


def orphans(
    remove: Annotated[
        bool, typer.Option("--delete", help="Give them back, after a question.")
    ] = False,
    yes: options.Yes = False,
    as_json: options.Json = False,
) -> None:
    from leadengine_ctl.cli.orphaning import orphans as show_and_remove
    from leadengine_ctl.cli.session import open_session

    code = show_and_remove(open_session(as_json=as_json), remove=remove, sure=yes)
    raise typer.Exit(code)


COSTS = f"""What each client's server costs a month; a shared one is shared in equal parts.

{options.exit_codes()}"""


def costs(as_json: options.Json = False) -> None:
    from leadengine_ctl.cli.server_tables import put_costs
    from leadengine_ctl.cli.session import open_session

    put_costs(open_session(as_json=as_json))
