"""lectl billing setup | show | subscribe | portal | reconcile | catch-up"""

from typing import Annotated

import typer

from leadengine_ctl.cli import options

app = typer.Typer(no_args_is_help=True, help="What clients buy, owe and have paid.")

SETUP = f"""Make the tiers' products, prices and meters at the payment server.

Looks first, and makes what is missing. A price that changed is sold from now on; whoever has a
subscription keeps the price it was made with.

\b
Examples:
  lectl billing setup

{options.exit_codes("12 billing is not set up")}"""

SUBSCRIBE = f"""Let a client subscribe, after showing what it will pay.

The bill is sent, to be paid within LECTL_BILLING_DUE_DAYS; or a card is charged that the client left
('lectl billing portal'), and where that fails there is no subscription. The same again changes nothing.

\b
Examples:
  lectl billing subscribe acme --plan dedicated
  lectl billing subscribe acme --plan enterprise --monthly 12000 --setup-fee 5000

{options.exit_codes("10 not found", "11 locked", "12 not allowed, or the answer was not yes")}"""

RECONCILE = f"""Show every difference between our books and the payment server's.

With --heal the books follow the server, and what remains is shown. What cannot be healed that way (a
client with two customers, a price that changed) says what to do.

{options.exit_codes("12 billing is not set up")} It ends with 1 where a difference is left."""

CATCH_UP = f"""Do what the panel does by itself: look into messages, tell usage, set standings.

{options.exit_codes("12 billing is not set up")}"""

Pounds = Annotated[float | None, typer.Option(min=0, help="Pounds, where they are agreed.")]


def setup(as_json: options.Json = False) -> None:
    from leadengine_ctl.cli.charging import set_up_and_tell
    from leadengine_ctl.cli.session import open_session

    set_up_and_tell(open_session(as_json=as_json))


def show(client: options.Client, as_json: options.Json = False) -> None:
    from leadengine_ctl.cli.charging import put_bill
    from leadengine_ctl.cli.session import open_session

    put_bill(open_session(as_json=as_json), client)


def subscribe(  # noqa: PLR0913, PLR0917 - each parameter is a word of the command line
    client: options.Client,
    plan: Annotated[
        str | None,
        typer.Option(help="hosted, dedicated, self-hosted or enterprise; else the client's own."),
    ] = None,
    monthly: Pounds = None,
    setup_fee: Pounds = None,
    card: Annotated[
        bool, typer.Option("--card", help="Charge the card that the client left.")
    ] = False,
    yes: options.Yes = False,
    as_json: options.Json = False,
) -> None:
    from leadengine_ctl.cli.charging import Wish, subscribe_and_tell
    from leadengine_ctl.cli.session import open_session

    wish = Wish(client, plan, monthly, setup_fee, card)
    subscribe_and_tell(open_session(as_json=as_json), wish, yes=yes)


def portal(client: options.Client, as_json: options.Json = False) -> None:
    from leadengine_ctl.cli.charging import put_portal
    from leadengine_ctl.cli.session import open_session

    put_portal(open_session(as_json=as_json), client)


def reconcile(
    heal: Annotated[bool, typer.Option("--heal", help="Let our books follow the server.")] = False,
    as_json: options.Json = False,
) -> None:
    from leadengine_ctl.cli.charging import reconcile_and_tell
    from leadengine_ctl.cli.session import open_session

    raise typer.Exit(reconcile_and_tell(open_session(as_json=as_json), healing=heal))


def catch_up(as_json: options.Json = False) -> None:
    from leadengine_ctl.cli.charging import catch_up_and_tell
    from leadengine_ctl.cli.session import open_session

    catch_up_and_tell(open_session(as_json=as_json))


app.command(help=SETUP)(setup)
app.command(
    help="Show what a client buys, owes and costs, by our books.\n\n"
    f"{options.exit_codes('10 not found')}"
)(show)
app.command(help=SUBSCRIBE)(subscribe)
app.command(
    help="Make a link by which a client sees its bills, pays, and leaves a card; good for minutes.\n\n"
    f"{options.exit_codes('10 not found', '12 it is no customer yet')}"
)(portal)
app.command(help=RECONCILE)(reconcile)
app.command("catch-up", help=CATCH_UP)(catch_up)
