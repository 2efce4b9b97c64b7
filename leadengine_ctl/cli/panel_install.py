"""lectl panel install"""

from typing import Annotated

import typer

from leadengine_ctl.cli import options

HELP = f"""Put the panel on a host of its own: its image, PostgreSQL, TLS and a certificate.

What puts clients on hosts does it: the machine is made a host where it is none, a killed run goes on where it
stopped, a second one changes nothing. The first time it prints the link of the first owner, once.

\b
Examples:
  lectl panel install panel.example.com --host ssh://root@203.0.113.7 --owner ann@example.com
  lectl panel install panel.example.com --host panel1 --dry-run

{options.exit_codes("10 not found", "11 locked", "12 not allowed")}"""


def install(  # noqa: PLR0913, PLR0917 - each parameter is a word of the command line
    domain: Annotated[str, typer.Argument(help="The panel's name, as in 'panel.example.com'.")],
    host: Annotated[str, typer.Option(help="'ssh://user@address[:port]' or a known name.")],
    owner: Annotated[
        str | None, typer.Option(help="The first owner; later ones are made by the panel.")
    ] = None,
    email: Annotated[
        str | None, typer.Option(help="Whom the certificate authority may write to.")
    ] = None,
    host_key: options.HostKey = None,
    dry_run: options.DryRun = False,
    yes: options.Yes = False,
    as_json: options.Json = False,
) -> None:
    from leadengine_ctl.cli import terminal
    from leadengine_ctl.cli.renting import agree
    from leadengine_ctl.cli.serving import show_plan
    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.operations.panel_site import InstallPanel, first_owner, panel_request
    from leadengine_ctl.planning.panel_site import plan_panel

    session = open_session(as_json=as_json, host_key=host_key)
    plan = plan_panel(domain, host)
    if dry_run:
        show_plan(session, plan)
        return
    request = panel_request(session.world, host, domain, email)
    if not yes:
        agree(plan, "Do that?", "Nothing was changed")
    session.run(InstallPanel(request))
    link = first_owner(session.world, request, owner) if owner else ""
    url = f"https://{request.spec.domain}"
    if as_json:
        terminal.put_json({"kind": "result", "url": url, "link": link})
        return
    terminal.say(f"The panel is at {url}", "good")
    if link:
        terminal.put(link)
        terminal.say("It is good for a day, and once. Open it in the browser of that person.")
