"""The fleet as a dynamic inventory of Ansible. Pure."""

import re
from typing import Any

from leadengine_ctl.fleet.records import ClientRecord, HostRecord
from leadengine_ctl.hosts.address import HostAddress

_GROUP = re.compile(r"[^a-z0-9_]+")


def ansible_inventory(
    hosts: tuple[HostRecord, ...], clients: tuple[ClientRecord, ...]
) -> dict[str, Any]:
    """Groups and variables; every host is in `leadengine`.

    Args:
        clients: those of the fleet. Secrets are not among what is handed out.
    """
    groups: dict[str, list[str]] = {"leadengine": [each.name for each in hosts]}
    known = {each.name for each in hosts}
    for client in clients:
        if client.host in known:
            for group in _groups_of(client):
                groups.setdefault(group, []).append(client.host)
    variables = {each.name: host_variables(each, clients) for each in hosts}
    shown = {name: {"hosts": sorted(set(names))} for name, names in sorted(groups.items())}
    return {"_meta": {"hostvars": variables}, "all": {"children": sorted(groups)}, **shown}


def host_variables(host: HostRecord, clients: tuple[ClientRecord, ...]) -> dict[str, Any]:
    """How Ansible reaches a host, and what is on it."""
    here = [
        {
            "name": each.slug,
            "domain": each.spec.domain,
            "release": each.release or "",
            "channel": each.channel,
        }
        for each in clients
        if each.host == host.name
    ]
    return {
        **_connection(HostAddress.parse(host.url)),
        "leadengine_host": host.url,
        "leadengine_host_key": host.host_key or "",
        "leadengine_clients": here,
    }


def _connection(address: HostAddress) -> dict[str, Any]:
    if address.kind != "ssh":
        return {"ansible_connection": "local"}
    return {
        "ansible_host": address.address,
        "ansible_user": address.user,
        "ansible_port": address.port,
        "ansible_become": address.user != "root",
    }


def _groups_of(client: ClientRecord) -> tuple[str, ...]:
    release = _word("release", client.release) if client.release else ()
    return (*_word("client", client.slug), *_word("channel", client.channel), *release)


def _word(kind: str, name: str) -> tuple[str]:
    """Names of groups are words: Ansible takes letters, digits and underscores."""
    return (f"{kind}_{_GROUP.sub('_', name.lower()).strip('_')}",)
