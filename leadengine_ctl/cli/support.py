"""lectl support"""

from pathlib import Path
from typing import Annotated

import typer

from leadengine_ctl.cli import options, terminal

HELP = f"""Put together what helps others to help with a client: state, configuration, last operations, logs.

Secrets, e-mail addresses, IP addresses, telephone numbers, what stands behind `?` in addresses, and whatever
looks like a key are taken out. --show prints all of it and writes nothing. Else it lists the parts, asks, and
writes one archive that only you can read. Nothing is sent: you do that, or not.

\b
Examples:
  lectl support acme --show
  lectl support acme --out acme-support.tar.gz

{options.exit_codes("10 not found", "12 not confirmed")}"""


def support(
    client: options.Client,
    show: Annotated[bool, typer.Option("--show", help="Print all of it; write nothing.")] = False,
    out: Annotated[Path | None, typer.Option("--out", help="The archive to write.")] = None,
    lines: Annotated[int, typer.Option(min=1, max=5000, help="Lines of each service's log.")] = 200,
    yes: options.Yes = False,
) -> None:
    from leadengine_ctl.cli.asking import confirm
    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.operations.defaults import check_slug
    from leadengine_ctl.operations.support import collect, write_bundle

    world = open_session().world
    parts = collect(world, check_slug(client), lines)
    if show:
        for part in parts:
            terminal.put(f"==> {part.name}\n{part.text}\n")
        return
    file = out or Path(f"support-{client}.tar.gz")
    rows = [(each.name, str(len(each.text.encode())), _hidden(each.hidden)) for each in parts]
    terminal.say_table([("PART", "BYTES", "TAKEN OUT"), *rows])
    if not yes:
        terminal.say(f"To read all of it first: lectl support {client} --show")
        confirm(f"Write it to {file}?", "Nothing was written")
    write_bundle(world, client, parts, file)
    terminal.say(f"{file} is written. Nothing was sent.", "good")


def _hidden(found: dict[str, int]) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in sorted(found.items())) or "-"
