"""lectl cloud create | show | join | replace"""

from typing import Annotated

import typer

from leadengine_ctl.cli import options

app = typer.Typer(no_args_is_help=True, help="Stacks that clients share.")

CREATE = f"""Make a hosted stack: one that many clients share, each behind row-level security.

Its dashboards are at app.DOMAIN/CLIENT, its scripts at cdn.DOMAIN/pixel.js; let both names lead to the host.
It is deployed, updated, backed up and restored like every other stack. Clients come with
'lectl tenant create'.

\b
Examples:
  lectl cloud create leadengine.test --host memory://one
  lectl cloud create leadengine.test ops@leadengine.test --host memory://one --name cloud
  lectl cloud create leadengine.test --wildcard --prove-by route53
  lectl cloud create leadengine.test --dry-run

{options.exit_codes("10 not found", "11 locked", "12 not allowed")}"""


@app.command("create", help=CREATE)
def create(  # noqa: PLR0913, PLR0917 - each parameter is a word of the command line
    domain: Annotated[str, typer.Argument(help="Below which it is served, as 'leadengine.io'.")],
    email: Annotated[str | None, typer.Argument(help="The first administrator.")] = None,
    host: Annotated[
        str | None,
        typer.Option(help="'local', 'ssh://user@address[:port]', or the name of a known host."),
    ] = None,
    name: Annotated[str, typer.Option(help="What the stack is called.")] = "cloud",
    dns: options.Dns = None,
    prove_by: options.ProveBy = None,
    wildcard: options.Wildcard = None,
    release: Annotated[
        str | None, typer.Option(help="As 'release list' shows it; by default the newest.")
    ] = None,
    host_key: options.HostKey = None,
    dry_run: options.DryRun = False,
    as_json: options.Json = False,
) -> None:
    from leadengine_ctl.cli.deploying import deploy_and_show, show_preview
    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.operations.defaults import deploy_request

    session = open_session(as_json=as_json, host_key=host_key)
    request = deploy_request(
        session.world,
        name,
        domain,
        email=email,
        host=host,
        plan="hosted",
        release=release,
        dns=dns,
        kind="hosted",
    ).model_copy(update={"prove_by": prove_by, "wildcard": wildcard})
    show = show_preview if dry_run else deploy_and_show
    show(session, request)


JOIN = f"""Let another machine serve a hosted stack whose database, Redis and vectors are elsewhere.

It becomes a stack of its own with the same names, data and clients: it is updated, looked at and
destroyed by its own name, and either may be lost. Let app.DOMAIN and cdn.DOMAIN lead to both.

\b
Examples:
  lectl cloud join cloud-2 --host memory://two
  lectl cloud join cloud-2 --beside cloud --host memory://two --dry-run

{options.exit_codes("10 not found", "11 locked", "12 not allowed")}"""


@app.command("join", help=JOIN)
def join(  # noqa: PLR0913, PLR0917 - each parameter is a word of the command line
    name: Annotated[str, typer.Argument(help="What the stack on this machine is called.")],
    host: Annotated[str, typer.Option(help="The machine, as in 'cloud create'.")],
    beside: Annotated[str, typer.Option(help="The stack that serves already.")] = "cloud",
    dns: options.Dns = None,
    prove_by: options.ProveBy = None,
    wildcard: options.Wildcard = None,
    host_key: options.HostKey = None,
    dry_run: options.DryRun = False,
    as_json: options.Json = False,
) -> None:
    from leadengine_ctl.cli.deploying import show_preview
    from leadengine_ctl.cli.joining import join_and_show
    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.operations.joining import join_request

    session = open_session(as_json=as_json, host_key=host_key)
    request = join_request(session.world, name, beside, host, dns).model_copy(
        update={"prove_by": prove_by, "wildcard": wildcard}
    )
    show = show_preview if dry_run else join_and_show
    show(session, request)


SHOW = f"""Show the machines of a hosted stack, and wherein one is not as the first: none is asked.

\b
Examples:
  lectl cloud show
  lectl cloud show cloud --json

{options.exit_codes("10 not found", "20 one is not as the first")}"""


@app.command("show", help=SHOW)
def show_machines(
    name: Annotated[str | None, typer.Argument(help="The stack; by default the only one.")] = None,
    as_json: options.Json = False,
) -> None:
    from leadengine_ctl.cli.joining import put_machines
    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.operations.machines import read_machines

    put_machines(read_machines(open_session(as_json=as_json).world, name), as_json=as_json)


REPLACE = f"""Let a new machine take the place of one that is lost for good.

The stack keeps its name, its clients and its data, which was on no machine. The lost one has to be
silent, and is forgotten. DNS records that were made for it lead to the new one, with --dns.

\b
Examples:
  lectl cloud replace cloud --host memory://two
  lectl cloud replace cloud-2 --host memory://three --dry-run

{options.exit_codes("10 not found", "11 locked", "12 not allowed")}"""


@app.command("replace", help=REPLACE)
def replace(  # noqa: PLR0913, PLR0917 - each parameter is a word of the command line
    name: Annotated[str, typer.Argument(help="The stack whose machine is lost.")],
    host: Annotated[str, typer.Option(help="The new machine, as in 'cloud create'.")],
    dns: options.Dns = None,
    prove_by: options.ProveBy = None,
    host_key: options.HostKey = None,
    dry_run: options.DryRun = False,
    as_json: options.Json = False,
) -> None:
    from leadengine_ctl.cli.deploying import show_preview
    from leadengine_ctl.cli.joining import join_and_show
    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.operations.joining import replace_request

    session = open_session(as_json=as_json, host_key=host_key)
    request = replace_request(session.world, name, host, dns).model_copy(
        update={"prove_by": prove_by}
    )
    show = show_preview if dry_run else join_and_show
    show(session, request)
