"""lectl status"""

import typer

from leadengine_ctl.cli import options, terminal

HELP = f"""Show how clients are, asked of their hosts right now.

\b
Examples:
  lectl status
  lectl status acme --json

{options.exit_codes("3 some client is not healthy", "10 not found")}"""


def status(client: options.MaybeClient = None, as_json: options.Json = False) -> None:
    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.cli.tables import put_status
    from leadengine_ctl.operations.reads import read_status

    found = read_status(open_session(as_json=as_json).world, client)
    if as_json:
        terminal.put_json({"kind": "result", "clients": [each.as_json() for each in found]})
    else:
        put_status(found)
    if not all(each.green for each in found):
        raise typer.Exit(3)
