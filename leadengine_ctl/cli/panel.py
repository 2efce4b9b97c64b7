"""lectl panel serve | admin"""

from typing import Annotated

import typer

from leadengine_ctl.cli import options, panel_install, terminal

app = typer.Typer(no_args_is_help=True, help="The panel in the browser.")
admin = typer.Typer(no_args_is_help=True, help="Who may sign in to the panel, from this machine.")
app.add_typer(admin, name="admin")
app.command("install", help=panel_install.HELP)(panel_install.install)

Email = Annotated[str, typer.Argument(help="The person's address, as in 'ann@example.com'.")]

SERVE = f"""Serve the panel, and do what is asked for there.

People find it at LECTL_PANEL_URL. Without TLS of its own: on this machine, or behind a proxy.

\b
Examples:
  lectl panel serve
  lectl panel serve --host 0.0.0.0 --port 8700 --proxies 172.16.0.0/12

{options.exit_codes()}"""


@app.command(help=SERVE)
def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")] = 8700,
    workers: Annotated[
        int, typer.Option(min=0, max=64, help="How many operations run at once here.")
    ] = 4,
    proxies: Annotated[
        str, typer.Option(help="Addresses of proxies that tell whom they speak for, with commas.")
    ] = "",
) -> None:
    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.panel.serving import serve as run

    world = open_session().world
    if not world.store.people.all():
        terminal.say("Nobody can sign in yet. Add the first: lectl panel admin add you@example.com")
    terminal.say(f"The panel is at {world.settings.panel_place}", "good")
    run(world, host, port, workers=workers, proxies=proxies)


ADD = f"""Add somebody who may sign in, and print the link for them, once.

The first owner can be made here only: the panel itself has no way to become one.

\b
Examples:
  lectl panel admin add ann@example.com
  lectl panel admin add ben@example.com --role operator

{options.exit_codes("12 there is that person already")}"""


@admin.command(help=ADD)
def add(
    email: Email,
    role: Annotated[str, typer.Option(help="viewer, operator, admin or owner.")] = "owner",
    as_json: options.Json = False,
) -> None:
    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.operations.people import add_person

    world = open_session(as_json=as_json).world
    _show(add_person(world, email, role), as_json=as_json)


INVITE = f"""Print a new link for somebody who lost a password or a phone.

{options.exit_codes("10 not found")}"""


@admin.command(help=INVITE)
def invite(email: Email, as_json: options.Json = False) -> None:
    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.operations.people import invite_person

    _show(invite_person(open_session(as_json=as_json).world, email), as_json=as_json)


@admin.command("list", help=f"Show who may sign in.\n\n{options.exit_codes()}")
def list_people(as_json: options.Json = False) -> None:
    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.cli.tables import put_people

    people = open_session(as_json=as_json).world.store.people.all()
    if as_json:
        shown = [
            each.model_dump(mode="json", include={"email", "role", "scope", "active"})
            for each in people
        ]
        terminal.put_json({"kind": "result", "people": shown})
        return
    put_people(people)


def _show(link: str, *, as_json: bool) -> None:
    if as_json:
        terminal.put_json({"kind": "result", "link": link})
        return
    terminal.put(link)
    terminal.say("It is good for a day, and once. Open it in the browser of that person.")
