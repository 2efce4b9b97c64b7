"""lectl host prepare"""

from dataclasses import asdict
from typing import Annotated

import typer

from leadengine_ctl.cli import options, terminal

HELP = f"""Make a machine a host before it has a client: Docker Engine, agent, hardening baseline.

A deploy does the same by itself; this is for those who set machines up in another step, as with
Terraform or Ansible. A prepared host is left alone.

\b
Examples:
  lectl host prepare ssh://root@203.0.113.7
  lectl host prepare ssh://root@203.0.113.7 --no-harden

{options.exit_codes("3 prepared, but a part of the baseline cannot be had", "10 not found",
                    "11 locked", "12 not allowed")}"""  # fmt: skip


def prepare(
    address: Annotated[str, typer.Argument(help="'ssh://user@address[:port]' or a known name.")],
    harden: Annotated[
        bool, typer.Option("--harden/--no-harden", help="Put the hardening baseline in place.")
    ] = True,
    host_key: options.HostKey = None,
    as_json: options.Json = False,
) -> None:
    from leadengine_ctl.cli.progress import say_progress
    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.errors import ExitCode
    from leadengine_ctl.hosts.base import Progress
    from leadengine_ctl.operations.defaults import find_address
    from leadengine_ctl.operations.prepare_host import prepare_host

    changed: list[str] = []

    def report(progress: Progress) -> None:
        if progress.state == "done":
            changed.append(progress.step)
        if as_json:
            terminal.put_json({"kind": "event", **asdict(progress)})
        else:
            say_progress(progress)

    world = open_session(as_json=as_json, host_key=host_key).world
    found = find_address(world, address)
    whole = prepare_host(world, found, report, harden=harden)
    if as_json:
        result = {"kind": "result", "host": found.name, "changed": changed, "hardened": whole}
        terminal.put_json(result)
    else:
        terminal.say(f"{found.name} is a host.", "good")
    if not whole:
        raise typer.Exit(ExitCode.PARTIAL)
