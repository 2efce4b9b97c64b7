"""lectl login | logout"""

from typing import Annotated

import typer

from leadengine_ctl.cli import options, terminal

LOGIN = f"""Work through a panel, as yourself: with a token of its page 'Account'.

From then on deploy, update, rollback, status, logs, operations and rollout ask the panel. The token is asked
for, or read from standard input; it is kept in the data folder, for its owner to read alone.

\b
Examples:
  lectl login https://panel.example.com

{options.exit_codes("12 the token is not good")}"""


def login(
    url: Annotated[str, typer.Argument(help="Where the panel is.")], as_json: options.Json = False
) -> None:
    import sys

    from pydantic import SecretStr

    from leadengine_ctl.remote.client import PanelClient
    from leadengine_ctl.remote.login import Login, keep_login
    from leadengine_ctl.settings import Settings

    asks = sys.stdin.isatty()
    token = terminal.ask_secret("Token (hidden):") if asks else sys.stdin.readline()
    wanted = Login(url=url, token=SecretStr(token.strip()))
    me = PanelClient(wanted).get("/me")
    keep_login(Settings().data_folder, wanted)
    if as_json:
        terminal.put_json(
            {"kind": "result", "panel": url, "email": me["email"], "role": me["role"]}
        )
        return
    terminal.say(f"lectl works through {url} as {me['email']} ({me['role']}).", "good")


LOGOUT = f"""Work without a panel again. The token itself is revoked on the panel's page 'Account'.

{options.exit_codes()}"""


def logout() -> None:
    from leadengine_ctl.remote.login import forget_login
    from leadengine_ctl.settings import Settings

    gone = forget_login(Settings().data_folder)
    terminal.say("lectl works by itself again." if gone else "There was no login.", "good")
