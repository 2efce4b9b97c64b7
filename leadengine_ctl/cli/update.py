"""lectl update"""

from leadengine_ctl.cli import options
from leadengine_ctl.cli import rollout_options as words

HELP = f"""Bring clients to a release: in waves, each watched before the next begins.

A client whose new version does not do well is taken back by itself, and the rollout stops. What
could not be reached is caught up by 'lectl rollout resume', or by the next update. Before a change
of data or schema the host takes a recovery point: no point, no update.

\b
Examples:
  lectl update --all --plan
  lectl update --all --canary acme --waves 1,5%,25%,100% --soak 10m
  lectl update acme beta --release 1.1.0 --yes

{options.exit_codes("3 some are not done", "10 not found", "11 locked", "12 not confirmed")}"""


def update(  # noqa: PLR0913, PLR0917 - each parameter is a word of the command line
    clients: words.Clients = None,
    every: words.All = False,
    release: words.Release = None,
    channel: words.Channel = None,
    plan: words.ShowPlan = False,
    canary: words.Canary = None,
    waves: words.Waves = "1,5%,25%,100%",
    parallel: words.Parallel = 8,
    soak: words.Soak = None,
    bake: words.Bake = "30s",
    max_failures: words.MaxFailures = 0,
    window: words.Window = "respect",
    retry: words.Retry = False,
    allow_contract: words.AllowContract = False,
    without_backup: words.WithoutBackup = False,
    yes: options.Yes = False,
    as_json: options.Json = False,
) -> None:
    from leadengine_ctl.cli.rolling import chosen, roll

    values = {
        "clients": chosen(clients, every=every),
        "canary": canary or (),
        "release": release,
        "channel": channel,
        "waves": waves,
        "parallel": parallel,
        "soak": soak,
        "bake": bake,
        "max_failures": max_failures,
        "window": window,
        "retry": retry,
    }
    values |= {"allow_contract": allow_contract, "without_backup": without_backup}
    roll(values, only_show=plan, ask=not yes, as_json=as_json)
