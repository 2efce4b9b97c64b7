"""Values of EC2, to and from ours."""

from decimal import Decimal
from typing import Any

from leadengine_ctl.apis.aws import translated
from leadengine_ctl.providers.aws_prices import VOLUME_GB
from leadengine_ctl.providers.base import Server, ServerState, Size, Snapshot, Tags

_STATES = {"running": ServerState.RUNNING, "stopped": ServerState.OFF}
SNAPPED = "leadengine-server"
"""The tag of a snapshot: the instance that it was taken of."""
_ALIVE = frozenset({"pending", "running", "stopping", "stopped"})


def as_tags(tags: Tags) -> list[dict[str, str]]:
    return [{"Key": name, "Value": value} for name, value in tags.items()]


def as_filters(tags: Tags) -> list[dict[str, Any]]:
    return [{"Name": f"tag:{name}", "Values": [value]} for name, value in tags.items()]


def open_to_anybody(ports: tuple[int, ...]) -> list[dict[str, Any]]:
    """Rules of a security group; what has no rule is closed."""
    anywhere = {"IpRanges": [{"CidrIp": "0.0.0.0/0"}], "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}
    return [
        {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, **anywhere} for port in ports
    ] + [{"IpProtocol": "icmp", "FromPort": 8, "ToPort": -1, **anywhere}]


def instances_of(ec2: Any, **wanted: Any) -> list[dict[str, Any]]:
    """Instances that are not terminated, oldest first."""
    with translated():
        pages = ec2.get_paginator("describe_instances").paginate(**wanted)
        found = [
            each
            for page in pages
            for reservation in page["Reservations"]
            for each in reservation["Instances"]
            if each["State"]["Name"] in _ALIVE
        ]
    return sorted(found, key=lambda each: (each["LaunchTime"], each["InstanceId"]))


def size_of(found: dict[str, Any], region: str, monthly: Decimal | None) -> Size:
    return Size(
        name=found["InstanceType"],
        cores=found["VCpuInfo"]["DefaultVCpus"],
        memory_mb=found["MemoryInfo"]["SizeInMiB"],
        disk_gb=VOLUME_GB,
        currency="USD",
        prices={region: monthly},
    )


def server_of(region: str, found: dict[str, Any]) -> Server:
    tags = {tag["Key"]: tag["Value"] for tag in found.get("Tags", [])}
    return Server(
        id=f"{region}/{found['InstanceId']}",
        name=tags.pop("Name", ""),
        state=_STATES.get(found["State"]["Name"], ServerState.CHANGING),
        size=found["InstanceType"],
        region=region,
        address=found.get("PublicIpAddress") or "",
        address6=found.get("Ipv6Address") or "",
        tags=tags,
        made_at=found["LaunchTime"].isoformat() if "LaunchTime" in found else "",
    )


def snapshot_of(region: str, found: dict[str, Any]) -> Snapshot:
    """Its size is not said: only blocks that changed are paid for."""
    tags = {each["Key"]: each["Value"] for each in found.get("Tags", [])}
    return Snapshot(
        f"{region}/{found['SnapshotId']}",
        tags.get("Name", ""),
        f"{region}/{tags.get(SNAPPED, '')}",
        found["StartTime"].isoformat(),
    )
