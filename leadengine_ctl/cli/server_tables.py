"""Tables about hosts, servers, sizes and costs."""

from dataclasses import asdict
from decimal import Decimal

from leadengine_ctl.cli import terminal
from leadengine_ctl.cli.session import Session
from leadengine_ctl.fleet.records import HostRecord
from leadengine_ctl.fleet.servers import ServerRecord
from leadengine_ctl.operations.servers.survey import costs
from leadengine_ctl.providers.base import Size, Snapshot, price_text


def put_host_list(session: Session) -> None:
    """One line a host, with the clients on it; then servers that are no hosts yet."""
    store = session.world.store
    servers = {each.host: each for each in store.servers.all() if each.host and each.live}
    hosts, clients = store.hosts.all(), store.clients.all()
    named = {each.name for each in hosts}
    waiting = [each for each in store.servers.all() if not each.live or each.host not in named]
    if session.as_json:
        rows = [_host_json(each, servers.get(each.name)) for each in hosts]
        pending = [each.model_dump(mode="json", exclude={"private_key"}) for each in waiting]
        terminal.put_json({"kind": "result", "hosts": rows, "not_ready": pending})
        return
    header = ("HOST", "ADDRESS", "SERVER", "COST", "CLIENTS")
    table: list[tuple[str, ...]] = [header]
    for host in hosts:
        names = ", ".join(each.slug for each in clients if each.host == host.name) or "-"
        drained = f" (takes no new ones: {host.draining})" if host.draining else ""
        server = servers.get(host.name)
        table.append(
            (host.name, host.url, _server_text(server), _cost_text(server), names + drained)
        )
    terminal.put_table(table)
    for each in waiting:
        what = f"{each.server} at {each.provider}" if each.server else f"ordered at {each.provider}"
        terminal.say(f"{each.name}: {what}, is paid for and no host. {_advice(each)}")


def _advice(record: ServerRecord) -> str:
    if record.live:
        return f"Give it back: lectl host delete {record.name}"
    return "Run the command again that was to make it one, or give it back with 'host delete'."


def _host_json(host: HostRecord, server: ServerRecord | None) -> dict[str, object]:
    rented = server.model_dump(mode="json", exclude={"private_key"}) if server else None
    return {**host.model_dump(mode="json", exclude={"facts"}), "server": rented}


def _server_text(server: ServerRecord | None) -> str:
    return f"{server.name}: {server.provider} {server.size}@{server.region}" if server else "-"


def _cost_text(server: ServerRecord | None) -> str:
    if server is None:
        return "-"
    monthly = Decimal(server.monthly) if server.monthly else None
    return price_text(monthly, server.currency)


def put_sizes(session: Session, provider: str, region: str | None, *, every: bool) -> None:
    """One line a size that is enough, cheapest first."""
    found = session.world.clouds.provider(provider).sizes(region)
    kept = [each for each in found if every or each.is_enough]
    kept = [each for each in kept if region is None or region in each.prices]
    kept.sort(key=lambda each: (_price(each, region) or Decimal(10**6), each.name))
    if session.as_json:
        terminal.put_json({"kind": "result", "sizes": [_size_json(each) for each in kept]})
        return
    header = ("SIZE", "CORES", "MEMORY", "DISK", "COST", "WHERE")
    rows = [
        (
            each.name,
            str(each.cores),
            f"{each.memory_mb / 1000:.0f} GB",
            f"{each.disk_gb} GB",
            price_text(_price(each, region), each.currency),
            ", ".join(each.regions) or "sold out",
        )
        for each in kept
    ]
    terminal.put_table([header, *rows])


def _price(size: Size, region: str | None) -> Decimal | None:
    known = [each for each in size.prices.values() if each is not None]
    return size.prices.get(region) if region else min(known, default=None)


def _size_json(size: Size) -> dict[str, object]:
    prices = {where: None if each is None else str(each) for where, each in size.prices.items()}
    return {
        "name": size.name,
        "cores": size.cores,
        "memory_mb": size.memory_mb,
        "disk_gb": size.disk_gb,
        "currency": size.currency,
        "prices": prices,
        "is_enough": size.is_enough,
    }


def put_costs(session: Session) -> None:
    """One line a client."""
    found = costs(session.world)
    if session.as_json:
        rows = [
            {
                "client": each.client,
                "host": each.host,
                "monthly": None if each.monthly is None else f"{each.monthly:.2f}",
                "currency": each.currency,
            }
            for each in found
        ]
        terminal.put_json({"kind": "result", "costs": rows})
        return
    rows_shown = [
        (each.client, each.host, each.text if each.monthly is not None else "not rented by us")
        for each in found
    ]
    terminal.put_table([("CLIENT", "HOST", "COST"), *rows_shown])


def put_snapshots(name: str, found: tuple[Snapshot, ...], *, as_json: bool) -> None:
    """One line a picture of a server's disk."""
    if as_json:
        shown = [snapshot_json(each) for each in found]
        terminal.put_json({"kind": "result", "snapshots": shown})
    elif found:
        rows = [(each.id, each.name, each.made_at or "-", _gigabytes(each)) for each in found]
        terminal.put_table([("ID", "NAME", "TAKEN", "SIZE"), *rows])
    else:
        terminal.say(f"There is no snapshot of {name}.")


def snapshot_json(found: Snapshot) -> dict[str, object]:
    return {**asdict(found), "size_gb": None if found.size_gb is None else str(found.size_gb)}


def _gigabytes(found: Snapshot) -> str:
    return "-" if found.size_gb is None else f"{found.size_gb} GB"
