"""lectl status"""

from typing import Annotated

import typer

from leadengine_ctl.cli import options, terminal

HELP = f"""Show how clients are, asked of their hosts right now, or as these reported last.

\b
Examples:
  lectl status
  lectl status acme --json
  lectl status --reported

{options.exit_codes("3 some client is not healthy", "10 not found")}"""


def status(
    client: options.MaybeClient = None,
    reported: Annotated[
        bool, typer.Option("--reported", help="Ask no host: show what they reported last.")
    ] = False,
    as_json: options.Json = False,
) -> None:
    from leadengine_ctl.cli import remote

    if there := remote.panel():
        remote.put_status(there, client, as_json=as_json)
        return
    if reported:
        _show_reported(client, as_json=as_json)
        return
    from leadengine_ctl.cli.rollout_tables import headline
    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.cli.tables import put_status
    from leadengine_ctl.operations.machines import differing
    from leadengine_ctl.operations.reads import read_status

    world = open_session(as_json=as_json).world
    found, rollouts = read_status(world, client), world.store.rollouts.going_on()
    if as_json:
        clients = [each.as_json() for each in found]
        going_on = [each.model_dump(mode="json") for each in rollouts]
        terminal.put_json({"kind": "result", "clients": clients, "rollouts": going_on})
    else:
        put_status(found)
        for sentence in differing(world, tuple(each.client for each in found)):
            terminal.say(sentence, "warn")
        for each in rollouts:
            terminal.say(headline(each, world.store.rollouts.targets(each.id)))
    if not all(each.green for each in found):
        raise typer.Exit(3)


def _show_reported(client: str | None, *, as_json: bool) -> None:
    from leadengine_ctl.cli.agent_tables import put_reported
    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.operations.reported import read_reported

    found = read_reported(open_session(as_json=as_json).world, client)
    if as_json:
        terminal.put_json({"kind": "result", "clients": [each.as_json() for each in found]})
    else:
        put_reported(found)
    if not all(each.colour == "green" for each in found):
        raise typer.Exit(3)
