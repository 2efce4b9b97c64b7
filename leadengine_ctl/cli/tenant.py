"""lectl tenant create | list | show | suspend | resume | export | delete"""

from pathlib import Path
from typing import Annotated

import typer

from leadengine_ctl.cli import options

app = typer.Typer(no_args_is_help=True, help="The clients of a hosted stack.")

CREATE = f"""Make a client in a hosted stack: its dashboard, its administrator, its client ID and its snippet.

Running it again changes nothing. The administrator's password is shown once.

\b
Examples:
  lectl tenant create acme www.acme.test ann@acme.test
  lectl tenant create acme www.acme.test ann@acme.test --company "Acme & Sons"
  lectl tenant create acme www.acme.test ann@acme.test --plan hosted --cloud cloud --json

{options.exit_codes("10 not found", "11 locked", "12 not allowed")}"""

LIST = f"""List the clients of a hosted stack.

\b
Examples:
  lectl tenant list
  lectl tenant list --cloud cloud --json

{options.exit_codes("10 not found")}"""

SHOW = f"""Show a client of a hosted stack: addresses, snippet, and what there is of it.

\b
Examples:
  lectl tenant show acme

{options.exit_codes("10 not found")}"""

SUSPEND = f"""Let nobody in and take no events of a hosted client, and keep its data.

\b
Examples:
  lectl tenant suspend acme

{options.exit_codes("10 not found", "11 locked")}"""

RESUME = f"""Let a suspended client go on.

\b
Examples:
  lectl tenant resume acme

{options.exit_codes("10 not found", "11 locked")}"""

EXPORT = f"""Write all there is of a client into one file: every row of every table, and their hashes.

The file holds personal data in clear; it is readable by you alone. The client lives on meanwhile.

\b
Examples:
  lectl tenant export acme acme.gz
  lectl tenant export acme acme.gz --own

{options.exit_codes("10 not found", "11 locked")}"""

DELETE = f"""Delete a client of a hosted stack, and prove that nothing of it is left there.

Shows what is lost and asks for the client's name. Without a person to ask, the name is given with --confirm.

\b
Examples:
  lectl tenant delete acme
  lectl tenant delete acme --confirm acme

{options.exit_codes("10 not found", "11 locked", "12 not confirmed")}"""

Tenant = Annotated[str, typer.Argument(metavar="CLIENT", help="The client's name, as in 'acme'.")]
Cloud = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="The hosted stack; needed where there are several."),
]


@app.command("create", help=CREATE)
def create(  # noqa: PLR0913, PLR0917 - each parameter is a word of the command line
    tenant: Tenant,
    domain: Annotated[str, typer.Argument(help="Of its website, as 'www.acme.com'.")],
    email: Annotated[str | None, typer.Argument(help="The first administrator.")] = None,
    company: Annotated[
        str | None, typer.Option(help="What it calls itself before visitors; else CLIENT.")
    ] = None,
    plan: Annotated[str, typer.Option(help="hosted.")] = "hosted",
    cloud: Cloud = None,
    as_json: options.Json = False,
) -> None:
    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.cli.tenanting import create_tenant

    session = open_session(as_json=as_json)
    words = {"tenant": tenant, "domain": domain, "email": email, "company": company}
    create_tenant(session, cloud, words, plan)


@app.command("list", help=LIST)
def list_(cloud: Cloud = None, as_json: options.Json = False) -> None:
    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.cli.tenanting import put_tenants
    from leadengine_ctl.operations.tenants import read_tenants

    session = open_session(as_json=as_json)
    put_tenants(read_tenants(session.world, cloud, None).tenants, as_json=as_json)


@app.command("show", help=SHOW)
def show(tenant: Tenant, cloud: Cloud = None, as_json: options.Json = False) -> None:
    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.cli.tenanting import put_tenant
    from leadengine_ctl.operations.tenants import read_tenants

    session = open_session(as_json=as_json)
    found = read_tenants(session.world, cloud, tenant).shown
    if found is not None:
        put_tenant(found, as_json=as_json)


@app.command("suspend", help=SUSPEND)
def suspend(tenant: Tenant, cloud: Cloud = None, as_json: options.Json = False) -> None:
    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.cli.tenanting import change_tenant

    change_tenant(open_session(as_json=as_json), cloud, tenant, "suspend")


@app.command("resume", help=RESUME)
def resume(tenant: Tenant, cloud: Cloud = None, as_json: options.Json = False) -> None:
    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.cli.tenanting import change_tenant

    change_tenant(open_session(as_json=as_json), cloud, tenant, "resume")


@app.command("export", help=EXPORT)
def export(
    tenant: Tenant,
    file: Annotated[
        Path, typer.Argument(help="The file to write; there is none of that name yet.")
    ],
    own: Annotated[
        bool, typer.Option("--own", help="Of a client who has a stack of its own.")
    ] = False,
    cloud: Cloud = None,
    as_json: options.Json = False,
) -> None:
    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.cli.tenanting import export_tenant

    export_tenant(open_session(as_json=as_json), cloud, tenant, file, own=own)


@app.command("delete", help=DELETE)
def delete(
    tenant: Tenant,
    cloud: Cloud = None,
    confirm: Annotated[
        str | None, typer.Option(metavar="NAME", help="The client's name once more, not asked for.")
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Never ask; --confirm is needed then.")
    ] = False,
    as_json: options.Json = False,
) -> None:
    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.cli.tenanting import delete_tenant

    delete_tenant(open_session(as_json=as_json), cloud, tenant, confirm, may_ask=not yes)
