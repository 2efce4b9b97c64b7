"""lectl logs"""

from typing import Annotated

import typer

from leadengine_ctl.cli import options, terminal

HELP = f"""Show the last lines of a client's services.

\b
Examples:
  lectl logs acme
  lectl logs acme nginx --lines 500

{options.exit_codes("10 not found")}"""


def logs(
    client: options.Client,
    service: Annotated[str | None, typer.Argument(help="One service, as 'nginx'.")] = None,
    lines: Annotated[int, typer.Option(help="How many lines of each service.")] = 100,
    as_json: options.Json = False,
) -> None:
    from leadengine_ctl.cli import remote

    if there := remote.panel():
        remote.put_logs(there, client, service, lines, as_json=as_json)
        return
    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.operations.reads import read_logs

    found = read_logs(open_session(as_json=as_json).world, client, service, lines)
    if as_json:
        terminal.put_json({"kind": "result", "lines": list(found)})
    else:
        for line in found:
            terminal.put(line)
