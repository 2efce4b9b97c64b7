"""lectl rollback"""

from typing import Annotated

import typer

from leadengine_ctl.cli import options, terminal

HELP = f"""Bring back the release and the configuration that a client had before.

Data stays as it is. The host refuses when the old program cannot run on the database of today.

\b
Examples:
  lectl rollback acme
  lectl rollback acme --to 3

{options.exit_codes("10 not found", "11 locked", "12 refused by the host")}"""


def rollback(
    client: options.Client,
    to: Annotated[
        int | None,
        typer.Option(min=1, help="The number of a generation; by default the one before."),
    ] = None,
    as_json: options.Json = False,
) -> None:
    from leadengine_ctl.cli import remote

    if there := remote.panel():
        remote.roll_back(there, client, to, as_json=as_json)
        return
    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.operations.defaults import client_host
    from leadengine_ctl.operations.rollback import RollbackRequest, RollbackVerb

    session = open_session(as_json=as_json)
    host = str(client_host(session.world, client))
    finished = session.run(RollbackVerb(RollbackRequest(client=client, host=host, to=to)))
    result = finished.data["rollback"]
    if as_json:
        terminal.put_json({"kind": "result", "operation": finished.operation, **result})
        return
    release = result["stack"]["release"]
    terminal.say(f"{client} runs release {release} (generation {result['generation']}).", "good")
    terminal.say(f"To keep it there: lectl config set hold=WHY {client}")
