"""lectl recovery-kit"""

from pathlib import Path
from typing import Annotated

import typer

from leadengine_ctl.cli import options, terminal

HELP = f"""Export what brings a client back when its host *and* this store are gone.

Writes the kit, sealed to the recovery keys, and a page that a stranger can follow. Without a folder the
sealed kit is printed. It holds no secret that opens without a recovery key: keep copies where you like.

\b
Examples:
  lectl recovery-kit acme /media/safe/acme
  lectl recovery-kit acme > acme-kit.age

{options.exit_codes("10 not found, or there is no recovery key")}"""


def recovery_kit(
    client: options.Client,
    folder: Annotated[Path | None, typer.Argument(help="Where it is written to.")] = None,
    as_json: options.Json = False,
) -> None:
    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.operations.backups.kits import export_kit, fresh_kit

    world = open_session(as_json=as_json).world
    if folder is None:
        kit = fresh_kit(world, client)
        if as_json:
            terminal.put_json({"kind": "result", **kit.model_dump(mode="json")})
        else:
            terminal.put(kit.sealed.rstrip())
        return
    path, kit = export_kit(world, client, folder)
    if as_json:
        terminal.put_json({"kind": "result", "file": str(path), **kit.model_dump(mode="json")})
        return
    terminal.say(f"{path} is the kit of {client}, README.md beside it says what to do.", "good")
    terminal.say(
        f"It opens with one of {len(kit.recipients)} recovery keys, and with nothing else."
    )
