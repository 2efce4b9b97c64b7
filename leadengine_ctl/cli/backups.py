"""lectl backups"""

from typing import Annotated

import typer

from leadengine_ctl.cli import options

HELP = f"""List a client's recovery points, newest first: when, how big, where, and when they were proven.

\b
Examples:
  lectl backups acme
  lectl backups acme --check

{options.exit_codes("3 something is wrong with them", "10 not found")}"""


def backups(
    client: options.Client,
    check: Annotated[
        bool, typer.Option("--check", help="Ask each storage whether they are really there.")
    ] = False,
    as_json: options.Json = False,
) -> None:
    from leadengine_ctl.cli import remote

    if there := remote.panel():
        from leadengine_ctl.cli import remote_recovery

        remote_recovery.refuse_words(check=check)
        remote_recovery.put_points(there, client, as_json=as_json)
        return
    from leadengine_ctl.cli.backup_tables import put_points
    from leadengine_ctl.cli.session import open_session

    put_points(open_session(as_json=as_json), client, check=check)
