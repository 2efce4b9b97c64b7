"""lectl recovery init | add | list | remove"""

from pathlib import Path
from typing import Annotated

import typer

from leadengine_ctl.cli import options, terminal

app = typer.Typer(
    no_args_is_help=True, help="The keys that open recovery points when all else is gone."
)

INIT = f"""Make a recovery key on a stick. Hosts seal the keys of each client's recovery points for it.

The file is an age identity, encrypted with the passphrase; what lectl keeps is its public half alone.
Without such a key a client comes back only while its host or this store lives. Make one before the
first client, and keep the stick where neither is.

\b
Examples:
  lectl recovery init /media/stick

{options.exit_codes()}"""

ADD = f"""Register the public half of an age identity that you have already.

\b
Examples:
  lectl recovery add age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p

{options.exit_codes()}"""


@app.command(help=INIT)
def init(
    folder: Annotated[Path, typer.Argument(help="Where the key is written to: a stick.")],
    as_json: options.Json = False,
) -> None:
    from leadengine_ctl.cli.passphrase import choose_passphrase
    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.operations.recovery_keys import init_recovery
    from leadengine_ctl.recovery.keys import identity_name

    world = open_session(as_json=as_json).world
    recipient = init_recovery(world, folder, choose_passphrase(world.settings))
    path = folder / identity_name(recipient)
    if as_json:
        terminal.put_json({"kind": "result", "recipient": recipient, "file": str(path)})
        return
    terminal.put(recipient)
    terminal.say(
        f"The recovery key is {path}. Put the stick where no host and no store is.", "good"
    )
    terminal.say("Hosts seal for it from each client's next recovery point on.")


@app.command(help=ADD)
def add(
    recipient: Annotated[str, typer.Argument(metavar="AGE1…", help="The public half.")],
    as_json: options.Json = False,
) -> None:
    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.operations.recovery_keys import add_recovery

    added = add_recovery(open_session(as_json=as_json).world, recipient)
    if as_json:
        terminal.put_json({"kind": "result", "recipient": recipient, "added": added})
    else:
        terminal.say("Registered." if added else "It was registered already.", "good")


@app.command(
    "list", help=f"List the recovery keys, by their public halves.\n\n{options.exit_codes()}"
)
def list_keys(as_json: options.Json = False) -> None:
    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.recovery.keys import short

    keys = open_session(as_json=as_json).world.store.recovery.registered()
    if as_json:
        terminal.put_json({"kind": "result", "keys": [each.model_dump() for each in keys]})
        return
    if not keys:
        terminal.say("There is no recovery key yet. Make one: lectl recovery init FOLDER", "warn")
        return
    rows = [
        (short(each.recipient), each.created_at[:10], each.actor, each.recipient) for each in keys
    ]
    terminal.put_table([("KEY", "SINCE", "BY", "PUBLIC HALF"), *rows])


@app.command(
    help="Seal for a recovery key no more.\n\n"
    f"{options.exit_codes('10 not found', '12 it is the last one')}"
)
def remove(
    key: Annotated[str, typer.Argument(help="As 'recovery list' shows it.")],
    as_json: options.Json = False,
) -> None:
    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.operations.recovery_keys import remove_recovery

    removed = remove_recovery(open_session(as_json=as_json).world, key)
    if as_json:
        terminal.put_json({"kind": "result", "recipient": removed.recipient})
        return
    terminal.say(
        f"Sealed for {removed.recipient} no more, from each next recovery point on.", "good"
    )
    terminal.say("Older ones can still be opened with it: keep the stick as long as those.")
