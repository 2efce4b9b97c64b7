"""lectl host doctor"""

from typing import Annotated

import typer

from leadengine_ctl.cli import options
from leadengine_ctl.errors import ExitCode

HELP = f"""Look at a known host; --audit holds it against the hardening baseline, check by check.

An audit changes nothing. --fix puts the baseline in place: SSH with keys only, a firewall that Docker
cannot pass, security updates, limits on logs, the engine's settings. Containers live on, and SSH and
firewall go back to what they were when a new sign-in does not work with them.

\b
Examples:
  lectl host doctor 203.0.113.7
  lectl host doctor 203.0.113.7 --audit
  lectl host doctor 203.0.113.7 --fix --yes

{options.exit_codes("10 not found", "12 not allowed", "20 the host is not as the baseline says")}"""


def doctor(
    name: Annotated[str, typer.Argument(help="The host's name or its address.")],
    wants_audit: Annotated[
        bool, typer.Option("--audit", help="Every check of the hardening baseline.")
    ] = False,
    wants_fix: Annotated[
        bool, typer.Option("--fix", help="Put the baseline in place, then audit.")
    ] = False,
    host_key: options.HostKey = None,
    yes: options.Yes = False,
    as_json: options.Json = False,
) -> None:
    from leadengine_ctl.cli import auditing
    from leadengine_ctl.cli.doctor import doctor as look
    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.operations.defaults import find_address

    if not (wants_audit or wants_fix):
        look(name, host_key, as_json)
        return
    session = open_session(as_json=as_json, host_key=host_key)
    address = find_address(session.world, name)
    if wants_fix:
        if not yes:
            auditing.ask(address)
        auditing.fix(session, address)
    if auditing.show(session, address):
        raise typer.Exit(ExitCode.CHANGES_PENDING)
