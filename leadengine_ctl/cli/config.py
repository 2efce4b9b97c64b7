"""lectl config set | show"""

from typing import Annotated

import typer

from leadengine_ctl.cli import options, terminal
from leadengine_ctl.cli import rollout_options as words

app = typer.Typer(no_args_is_help=True, help="What is set for a client.")

SET = f"""Configure clients. What changes a stack goes out in waves, each watched before the next.

Of the stack: email, licence ('lectl licence use' reads it from a file),
brand.name, brand.primary, brand.logo, mail.host, mail.port, mail.user, mail.sender,
mail.security, replies.mailbox, replies.slack_channel, llm.model, llm.base_url, llm.monthly_budget
(dollars), llm.prices, llm.tokens, llm.seconds, crawl.networks. Of its recovery points:
backup.targets (names of 'lectl storage list', or 'none'), backup.every (hourly, daily, never),
backup.window (hours of UTC, as '1-5'), backup.drill-days, backup.keep (as '24h 14d 8w 12m'),
backup.recipients (names of 'lectl recovery list'). How rollouts treat the client: channel, window
(as 'sat-sun 02:00-05:00 Europe/Berlin') and hold (why it is left
alone). An empty value means the default.

\b
Examples:
  lectl config set 'brand.primary=#0B8C00' acme
  lectl config set mail.host=smtp.example.com mail.port=465 mail.security=tls --all --plan
  lectl config set llm.model=claude-sonnet-5-5 llm.monthly_budget=50 acme
  lectl config set hold='their fair is on' acme
  lectl config set backup.every=hourly backup.targets=local,spaces acme

{options.exit_codes("3 some are not done", "10 not found", "11 locked", "12 not confirmed")}"""


@app.command("set", help=SET)
def set_(  # noqa: PLR0913, PLR0917 - each parameter is a word of the command line
    what: Annotated[
        list[str], typer.Argument(metavar="KEY=VALUE... CLIENT...", help="What, for whom.")
    ],
    every: words.All = False,
    plan: words.ShowPlan = False,
    canary: words.Canary = None,
    waves: words.Waves = "1,5%,25%,100%",
    parallel: words.Parallel = 8,
    soak: words.Soak = None,
    bake: words.Bake = "30s",
    max_failures: words.MaxFailures = 0,
    window: words.Window = "respect",
    without_backup: words.WithoutBackup = False,
    yes: options.Yes = False,
    as_json: options.Json = False,
) -> None:
    from leadengine_ctl.cli.remote_recovery import configured

    refused = {"all": every, "plan": plan, "canary": canary}
    if configured(what, refused, as_json=as_json):
        return
    from leadengine_ctl.cli.configuring import set_values
    from leadengine_ctl.cli.session import open_session

    values = {
        "canary": canary or (),
        "waves": waves,
        "parallel": parallel,
        "soak": soak,
        "bake": bake,
        "max_failures": max_failures,
        "window": window,
        "without_backup": without_backup,
    }
    session = open_session(as_json=as_json)
    set_values(session, what, values, every=every, only_show=plan, ask=not yes)


SHOW = f"""Show how a client is configured, and what of it was set for it alone.

\b
Examples:
  lectl config show acme

{options.exit_codes("10 not found")}"""


@app.command(help=SHOW)
def show(client: options.Client, as_json: options.Json = False) -> None:
    from leadengine_ctl.cli import remote
    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.operations.configuring import read_config
    from leadengine_ctl.operations.defaults import check_slug

    if there := remote.panel():
        from leadengine_ctl.cli.remote_recovery import config_of

        found = config_of(there, client)
    else:
        clients = open_session(as_json=as_json).world.store.clients
        found = read_config(clients.get(check_slug(client)))
    if as_json:
        terminal.put_json({"kind": "result", "client": client, "config": found})
        return
    rows = [(key, each["value"] or "-", each["origin"]) for key, each in found.items()]
    terminal.put_table([("KEY", "VALUE", "SET"), *rows])
