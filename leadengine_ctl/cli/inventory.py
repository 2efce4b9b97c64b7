"""lectl inventory"""

from typing import Annotated

import typer

from leadengine_ctl.cli import options, terminal
from leadengine_ctl.errors import UsageError

HELP = f"""The hosts and their clients, for other tools.

With --ansible it speaks as a dynamic inventory of Ansible does: groups by client, by release and by
channel, the address of each host, and its pinned key. ansible/inventory/leadengine.sh calls it.

\b
Examples:
  lectl inventory --ansible
  lectl inventory --ansible --host 203.0.113.7

{options.exit_codes("10 not found")}"""


def inventory(
    ansible: Annotated[
        bool, typer.Option("--ansible", help="As JSON that Ansible takes for an inventory.")
    ] = False,
    host: Annotated[
        str | None, typer.Option(help="The variables of one host only, as Ansible may ask.")
    ] = None,
    _listing: Annotated[
        bool, typer.Option("--list", help="All hosts; the same as leaving it out.")
    ] = False,
) -> None:
    from leadengine_ctl.cli.session import open_session
    from leadengine_ctl.operations.inventory import ansible_inventory, host_variables

    if not ansible:
        raise UsageError(
            "An inventory needs a form",
            "Ansible's is the one there is; people read 'lectl host list'.",
            "Give --ansible.",
        )
    store = open_session().world.store
    if host is not None:
        terminal.put_json(host_variables(store.hosts.get(host), store.clients.all()))
        return
    terminal.put_json(ansible_inventory(store.hosts.all(), store.clients.all()))
