"""lectl audit"""

from typing import Annotated

import typer

from leadengine_ctl.cli import options, terminal

HELP = f"""Show what was done, by whom: by the command line, in the panel and by agents.

Each entry covers the one before it, and the newest is sealed with the operator's key.

\b
Examples:
  lectl audit
  lectl audit --verify

{options.exit_codes("12 the trail was tampered with")}"""


def audit(
    verify: Annotated[
        bool, typer.Option("--verify", help="Follow the chain from its beginning to its head.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many.")] = 50,
    as_json: options.Json = False,
) -> None:
    from dataclasses import asdict

    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.cli.tables import put_audit

    trail = open_session(as_json=as_json).world.store.audit
    if not verify:
        put_audit(trail.recent(limit), as_json=as_json)
        return
    verdict = trail.verify()
    if as_json:
        terminal.put_json({"kind": "result", **asdict(verdict)})
    elif verdict.broken:
        terminal.say(f"Error: {verdict.broken}", "bad")
        terminal.say("Compare with your own backup of the store; do not write to this one.")
    else:
        terminal.say(f"All {verdict.entries} entries are as they were written.", "good")
        terminal.put(verdict.head)
    if verdict.broken:
        raise typer.Exit(12)
