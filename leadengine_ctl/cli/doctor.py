"""lectl doctor"""

from typing import Annotated

import typer

from leadengine_ctl.cli import options

HELP = f"""Look at a machine, bare or not: has it what a stack needs? Changes nothing on it.

\b
Examples:
  lectl doctor
  lectl doctor --host ssh://root@203.0.113.7

{options.exit_codes("10 not found", "12 the host's key is not trusted")}"""


def doctor(
    host: Annotated[
        str, typer.Option(help="'local', 'ssh://user@address[:port]', or the name of a known host.")
    ] = "local",
    host_key: options.HostKey = None,
    as_json: options.Json = False,
) -> None:
    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.cli.tables import put_checks
    from leadengine_ctl.operations.defaults import find_address
    from leadengine_ctl.operations.doctor import examine

    world = open_session(as_json=as_json, host_key=host_key).world
    checks = examine(world, find_address(world, host))
    put_checks(checks, as_json=as_json)
    if any(check.level == "fail" for check in checks):
        raise typer.Exit(1)
