"""What 'host address' does: plan with its price, question, run, answer."""

from leadengine_ctl.cli import terminal
from leadengine_ctl.cli.serving import carry_out
from leadengine_ctl.cli.session import Session
from leadengine_ctl.operations.servers import addresses
from leadengine_ctl.operations.servers.giving_back import find_server
from leadengine_ctl.planning.provision import plan_move_address, plan_release, plan_reserve


def reserve(session: Session, name: str, *, dry_run: bool, sure: bool) -> None:
    """Have an address that outlives the server."""
    world = session.world
    request, record = addresses.reserve_request(world, name), find_server(world, name)
    price = addresses.address_price(world, record)
    plan = plan_reserve(record.name, price, addresses.clients_there(world, record))
    # What is there costs nothing more; the same command puts it in place again.
    sure = sure or bool(record.reserved)
    carry_out(session, addresses.Reserve(request), plan, dry_run=dry_run, sure=sure)
    if not dry_run and not session.as_json:
        terminal.put(find_server(world, name).reserved)


def move(session: Session, name: str, to: str, *, dry_run: bool, sure: bool) -> None:
    """Let it lead to another server."""
    request = addresses.move_request(session.world, name, to)
    plan = plan_move_address(request.address, request.name, request.to)
    carry_out(session, addresses.MoveAddress(request), plan, dry_run=dry_run, sure=sure)


def release(session: Session, name: str, *, dry_run: bool, sure: bool) -> None:
    """Give it back."""
    world = session.world
    request, record = addresses.release_request(world, name), find_server(world, name)
    price, clients = addresses.address_price(world, record), addresses.clients_there(world, record)
    plan = plan_release(record.reserved, record.name, price, clients)
    carry_out(session, addresses.Release(request), plan, dry_run=dry_run, sure=sure)


def put_addresses(session: Session) -> None:
    """One line a reserved address."""
    found = [each for each in session.world.store.servers.all() if each.reserved]
    if session.as_json:
        rows = [
            {
                "address": each.reserved,
                "server": each.name,
                "host": each.host,
                "provider": each.provider,
                "region": each.region,
            }
            for each in found
        ]
        terminal.put_json({"kind": "result", "addresses": rows})
        return
    header = ("ADDRESS", "SERVER", "HOST", "PROVIDER", "REGION")
    lines = [
        (each.reserved, each.name, each.host or "-", each.provider, each.region) for each in found
    ]
    if lines:
        terminal.put_table([header, *lines])
    else:
        terminal.say("There is no reserved address.")
