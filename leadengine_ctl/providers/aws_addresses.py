"""Elastic addresses: one that a server has instead of its own, and reserved ones beside it.

A reserved one leads to a second private address of the instance, so that it comes and goes without the
first: by that lectl itself reaches the server.
"""

from typing import Any

from leadengine_ctl.providers.aws_values import as_filters, as_tags, instances_of
from leadengine_ctl.providers.base import FLEET, Address

INSTEAD, RESERVED = "leadengine-server", "leadengine-reserved"
"""Tags; the value is the instance."""

Found = dict[str, Any]


def allocate(ec2: Any, tag: str, instance: str, fleet: str) -> Found:
    """The address with this tag: it is there, or made now."""
    wanted = as_filters({tag: instance})
    known = ec2.describe_addresses(Filters=wanted)["Addresses"]
    if known:
        return dict(known[0])
    tags = as_tags({tag: instance, FLEET: fleet})
    made = ec2.allocate_address(
        Domain="vpc", TagSpecifications=[{"ResourceType": "elastic-ip", "Tags": tags}]
    )
    return dict(made)


def lead(ec2: Any, found: Found, instance: Found) -> str:
    """Let a reserved address lead to an instance; the private address that it leads to."""
    network = instance["NetworkInterfaces"][0]
    before = found.get("NetworkInterfaceId"), found.get("PrivateIpAddress")
    if before[0] == network["NetworkInterfaceId"]:
        return str(before[1])
    own = _spare(ec2, network)
    ec2.associate_address(
        AllocationId=found["AllocationId"],
        NetworkInterfaceId=network["NetworkInterfaceId"],
        PrivateIpAddress=own,
        AllowReassociation=True,
    )
    tags = as_tags({RESERVED: instance["InstanceId"]})
    ec2.create_tags(Resources=[found["AllocationId"]], Tags=tags)
    _give_up(ec2, *before)
    return own


def _spare(ec2: Any, network: Found) -> str:
    """A second private address that no elastic one leads to: one that is there, or a new one."""
    listed = [each for each in network["PrivateIpAddresses"] if not each.get("Primary")]
    free = [each["PrivateIpAddress"] for each in listed if not each.get("Association")]
    if free:
        return str(free[0])
    made = ec2.assign_private_ip_addresses(
        NetworkInterfaceId=network["NetworkInterfaceId"], SecondaryPrivateIpAddressCount=1
    )
    return str(made["AssignedPrivateIpAddresses"][0]["PrivateIpAddress"])


def _give_up(ec2: Any, network: str | None, own: str | None) -> None:
    if network and own:
        ec2.unassign_private_ip_addresses(NetworkInterfaceId=network, PrivateIpAddresses=[own])


def release(ec2: Any, wanted: list[dict[str, Any]]) -> None:
    """Give back every address that is found so."""
    for each in ec2.describe_addresses(Filters=wanted)["Addresses"]:
        if "AssociationId" in each:
            ec2.disassociate_address(AssociationId=each["AssociationId"])
        if RESERVED in _tags(each):
            _give_up(ec2, each.get("NetworkInterfaceId"), each.get("PrivateIpAddress"))
        ec2.release_address(AllocationId=each["AllocationId"])


def listed(ec2: Any, region: str, fleet: str) -> list[Address]:
    """Every address of a fleet in a region."""
    found = ec2.describe_addresses(Filters=as_filters({FLEET: fleet}))["Addresses"]
    owners = {
        network["NetworkInterfaceId"]: each["InstanceId"]
        for each in instances_of(ec2, Filters=as_filters({FLEET: fleet}))
        for network in each["NetworkInterfaces"]
    }
    return [
        address_of(region, each, owners.get(each.get("NetworkInterfaceId"), "")) for each in found
    ]


def address_of(region: str, found: Found, instance: str, own: str = "") -> Address:
    server = f"{region}/{instance}" if instance else ""
    return Address(str(found["PublicIp"]), region, server=server, own=own)


def _tags(found: Found) -> dict[str, str]:
    return {each["Key"]: each["Value"] for each in found.get("Tags", [])}
