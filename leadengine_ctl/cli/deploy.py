"""lectl deploy"""

from typing import Annotated

import typer

from leadengine_ctl.cli import options
from leadengine_ctl.cli import rollout_options as words

HELP = f"""Put a client live: an isolated stack, over HTTPS, on a host.

Running it again changes nothing, or finishes what was interrupted. With --on a server is rented for
it first; its price is shown, and asked for, before anything is bought.

\b
Examples:
  lectl deploy acme leads.acme.com
  lectl deploy acme leads.acme.com ann@acme.com --host ssh://root@203.0.113.7
  lectl deploy acme leads.acme.com --on hetzner:cx32
  lectl deploy acme leads.acme.com --on digitalocean:s-2vcpu-4gb@fra1 --dns cloudflare
  lectl deploy acme leads.acme.com --host ssh://root@203.0.113.7 --prove-by auto
  lectl deploy acme leads.acme.com --wildcard --prove-by cloudflare --dns cloudflare
  lectl deploy acme leads.acme.com --dry-run

{options.exit_codes("10 not found", "11 locked", "12 not allowed")}"""


def deploy(  # noqa: PLR0913, PLR0917 - each parameter is a word of the command line
    client: options.Client,
    domain: Annotated[str, typer.Argument(help="The domain of the stack, as 'leads.acme.com'.")],
    email: Annotated[str | None, typer.Argument(help="The first administrator.")] = None,
    host: Annotated[
        str | None,
        typer.Option(help="'local', 'ssh://user@address[:port]', or the name of a known host."),
    ] = None,
    on: options.On = None,
    dns: options.Dns = None,
    replace_dns: Annotated[
        bool, typer.Option("--replace-dns", help="Records that lead elsewhere may go.")
    ] = False,
    prove_by: options.ProveBy = None,
    wildcard: options.Wildcard = None,
    plan: Annotated[
        str | None, typer.Option(help="hosted, dedicated, self-hosted or enterprise.")
    ] = None,
    release: Annotated[
        str | None, typer.Option(help="As 'release list' shows it; by default the newest.")
    ] = None,
    host_key: options.HostKey = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the plan and the files; change nothing.")
    ] = False,
    without_backup: words.WithoutBackup = False,
    yes: options.Yes = False,
    as_json: options.Json = False,
) -> None:
    from leadengine_ctl.cli import remote

    there = (client, domain, email, plan, host, release, host_key)
    more = (replace_dns, without_backup, prove_by, wildcard)
    if not dry_run and remote.deployed(there, (on, dns, *more), as_json=as_json):
        return
    from leadengine_ctl.cli.deploying import Words, carry_out
    from leadengine_ctl.cli.session import open_session

    words = Words(client, domain, email, host, on, dns, plan, release, *more)
    carry_out(open_session(as_json=as_json, host_key=host_key), words, dry_run=dry_run, sure=yes)
