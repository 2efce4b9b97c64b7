"""What DigitalOcean's and Hetzner's providers take, from their published documents.

For machines that cannot have the providers themselves: each argument that terraform/ gives is one that
exists, each that is needed is given. Names only; values and types are the provider's to judge.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Block:
    """Arguments of a resource or of a block in it. `blocks`: name -> what may stand in it."""

    needed: frozenset[str]
    optional: frozenset[str]
    blocks: "dict[str, Block]"


def _block(needed: str, optional: str = "", **blocks: Block) -> Block:
    return Block(frozenset(needed.split()), frozenset(optional.split()), blocks)


_ALARM = _block("", "email", slack=_block("channel url"))
_IN = _block(
    "protocol",
    "port_range source_addresses source_droplet_ids source_kubernetes_ids source_load_balancer_uids"
    " source_tags",
)
_OUT = _block(
    "protocol",
    "port_range destination_addresses destination_droplet_ids destination_kubernetes_ids"
    " destination_load_balancer_uids destination_tags",
)

RESOURCES = {
    "digitalocean_ssh_key": _block("name public_key"),
    "digitalocean_droplet": _block(
        "image name size",
        "backups droplet_agent graceful_shutdown ipv6 ipv6_address monitoring region resize_disk ssh_keys"
        " tags user_data volume_ids vpc_uuid",
    ),
    "digitalocean_firewall": _block(
        "name", "droplet_ids tags", inbound_rule=_IN, outbound_rule=_OUT
    ),
    "digitalocean_record": _block("domain name type value", "flags port priority tag ttl weight"),
    "digitalocean_uptime_check": _block("name target", "enabled regions type"),
    "digitalocean_uptime_alert": _block(
        "check_id name type", "comparison period threshold", notifications=_ALARM
    ),
    "digitalocean_monitor_alert": _block(
        "compare description type value window", "enabled entities tags", alerts=_ALARM
    ),
    "hcloud_ssh_key": _block("name public_key", "labels"),
    "hcloud_firewall": _block(
        "",
        "labels name",
        rule=_block("direction protocol", "description destination_ips port source_ips"),
        apply_to=_block("", "label_selector server"),
    ),
    "hcloud_server": _block(
        "name server_type",
        "backups datacenter delete_protection firewall_ids ignore_remote_firewall_ids image iso keep_disk"
        " labels location placement_group_id rebuild_protection rescue shutdown_before_deletion ssh_keys"
        " user_data",
        public_net=_block("", "ipv4 ipv4_enabled ipv6 ipv6_enabled"),
    ),
    "hcloud_zone_rrset": _block("name records type zone", "change_protection labels ttl"),
}

_META = {"for_each", "count", "depends_on", "provider", "lifecycle"}
_OPEN = re.compile(r'(?:resource "(?P<kind>\w+)" "\w+"|(?P<block>\w+)) \{$')
_ARGUMENT = re.compile(r"(?P<name>\w+)\s+= ")


def problems_in(text: str) -> list[str]:
    """What is wrong with the resources of a formatted file (`terraform fmt`), a sentence each."""
    found: list[str] = []
    lines = iter(text.splitlines())
    for line in lines:
        opened = _OPEN.match(line)
        if opened and opened["kind"]:
            found += _check(opened["kind"], RESOURCES.get(opened["kind"]), lines, "  ")
    return found


def _check(name: str, block: Block | None, lines: Iterator[str], indent: str) -> list[str]:
    given: set[str] = set()
    found: list[str] = []
    for line in lines:
        if line == indent[2:] + "}":
            break
        if not line.startswith(indent) or line.startswith(indent + " "):
            continue
        rest = line[len(indent) :]
        if argument := _ARGUMENT.match(rest):
            given.add(argument["name"])
        elif opened := _OPEN.match(rest):
            inner = block.blocks.get(opened["block"]) if block else None
            if opened["block"] in _META:
                _skip(lines, indent)
            else:
                given.add(opened["block"])
                found += _check(f"{name}.{opened['block']}", inner, lines, indent + "  ")
    return found + _judge(name, block, given - _META)


def _skip(lines: Iterator[str], indent: str) -> None:
    for line in lines:
        if line == indent + "}":
            return


def _judge(name: str, block: Block | None, given: set[str]) -> list[str]:
    if block is None:
        return [f"{name} is not known"]
    extra = given - block.needed - block.optional - set(block.blocks)
    return [f"{name} takes no {each}" for each in sorted(extra)] + [
        f"{name} needs {each}" for each in sorted(block.needed - given)
    ]
