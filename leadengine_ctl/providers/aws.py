"""Instances of Amazon EC2, in the account's default network.

A server's id here has its region in front: `eu-central-1/i-0123…`.
"""

from typing import Any

from leadengine_ctl.apis.aws import aws_client, code_of, translated
from leadengine_ctl.apis.patience import Patience
from leadengine_ctl.apis.refusals import ApiError
from leadengine_ctl.providers import aws_addresses
from leadengine_ctl.providers.aws_ground import key_pair, newest_image, security_group
from leadengine_ctl.providers.aws_prices import KEEPING, VOLUME_GB, AwsPrices
from leadengine_ctl.providers.aws_values import (
    SNAPPED,
    as_filters,
    as_tags,
    instances_of,
    server_of,
    size_of,
    snapshot_of,
)
from leadengine_ctl.providers.base import (
    FLEET,
    OPERATION,
    Address,
    Keeping,
    NotOfferedError,
    Region,
    Server,
    ServerOrder,
    Size,
    Snapshot,
    Tags,
)
from leadengine_ctl.providers.refusals import no_such_address

DEBIAN = "136693071363"
"""The account that publishes Debian's images."""
_FAMILIES = ("t3.*", "t3a.*", "m6i.*", "m7i.*")
_GONE = frozenset({"InvalidInstanceID.NotFound", "InvalidInstanceID.Malformed"})


class Aws:
    """One account.

    Args:
        region: where servers are when nobody says.
        endpoint: the base URL of EC2 and of prices; None: Amazon's own.
        image_owner: the account whose newest Debian 13 image is used.
        more_regions: where else servers of ours are.
    """

    name = "aws"
    keeps_address = False
    keeps_user_data = False

    def __init__(
        self,
        region: str,
        patience: Patience,
        endpoint: str | None = None,
        image_owner: str = DEBIAN,
        prices: AwsPrices | None = None,
        more_regions: tuple[str, ...] = (),
    ) -> None:
        self._region, self._patience, self._endpoint = region, patience, endpoint
        self._image_owner = image_owner
        self._prices = prices or AwsPrices(patience, endpoint)
        self._more_regions = more_regions
        self._clients: dict[str, Any] = {}

    def sizes(self, region: str | None = None) -> tuple[Size, ...]:
        where = region or self._region
        kinds = [{"Name": "instance-type", "Values": list(_FAMILIES)}]
        with translated():
            pages = self._ec2(where).get_paginator("describe_instance_types")
            found = [
                each for page in pages.paginate(Filters=kinds) for each in page["InstanceTypes"]
            ]
        names = tuple(each["InstanceType"] for each in found)
        prices = self._prices.monthly(where, names)
        return tuple(size_of(each, where, prices[each["InstanceType"]]) for each in found)

    def regions(self) -> tuple[Region, ...]:
        with translated():
            found = self._ec2(self._region).describe_regions()["Regions"]
        return tuple(Region(each["RegionName"], each["RegionName"]) for each in found)

    def servers(self, tag: str, value: str) -> tuple[Server, ...]:
        wanted = as_filters({tag: value})
        found = [
            server_of(region, each)
            for region in self._regions_in_use()
            for each in instances_of(self._ec2(region), Filters=wanted)
        ]
        return tuple(found)

    def find(self, server: str) -> Server | None:
        region, _, instance = server.partition("/")
        try:
            with translated():
                found = instances_of(self._ec2(region), InstanceIds=[instance])
        except ApiError as error:
            if code_of(error) in _GONE:
                return None
            raise
        return server_of(region, found[0]) if found else None

    def create(self, order: ServerOrder) -> Server:
        ec2 = self._ec2(order.region)
        with translated():
            made = ec2.run_instances(
                # Amazon itself answers a repeated order with the same instance.
                ClientToken=order.tags[OPERATION],
                ImageId=newest_image(ec2, self._image_owner, order.region),
                InstanceType=order.size,
                KeyName=key_pair(ec2, order.public_key),
                SecurityGroupIds=[security_group(ec2, order.tags[FLEET], order.open_ports)],
                UserData=order.user_data,
                MinCount=1,
                MaxCount=1,
                # Programs in containers are one hop further away: they cannot read the user data.
                MetadataOptions={"HttpTokens": "required", "HttpPutResponseHopLimit": 1},
                BlockDeviceMappings=[
                    {
                        "DeviceName": "/dev/xvda",
                        "Ebs": {"VolumeSize": VOLUME_GB, "VolumeType": "gp3", "Encrypted": True},
                    }
                ],
                TagSpecifications=[
                    {
                        "ResourceType": "instance",
                        "Tags": as_tags({"Name": order.name, **order.tags}),
                    }
                ],
            )
        return server_of(order.region, made["Instances"][0])

    def power(self, server: str, *, on: bool) -> None:
        ec2, instance = self._at(server)
        with translated():
            if on:
                ec2.start_instances(InstanceIds=[instance])
            else:
                ec2.stop_instances(InstanceIds=[instance])

    def resize(self, server: str, size: str) -> None:
        ec2, instance = self._at(server)
        with translated():
            ec2.modify_instance_attribute(InstanceId=instance, InstanceType={"Value": size})

    def rebuild(self, server: str, user_data: str) -> None:
        del user_data
        raise NotOfferedError(
            f"AWS does not write a fresh system over {server}",
            "An instance keeps the disk it was made with.",
            "Make another one with 'lectl host create', then 'lectl host delete' this one.",
        )

    def snapshot(self, server: str, name: str) -> Snapshot:
        if known := next((each for each in self.snapshots(server) if each.name == name), None):
            return known
        ec2, instance = self._at(server)
        region, fleet = server.partition("/")[0], self._fleet(server)
        tags = as_tags({"Name": name, SNAPPED: instance, FLEET: fleet})
        with translated():
            disks = instances_of(ec2, InstanceIds=[instance])[0]["BlockDeviceMappings"]
            made = ec2.create_snapshot(
                VolumeId=disks[0]["Ebs"]["VolumeId"],
                TagSpecifications=[{"ResourceType": "snapshot", "Tags": tags}],
            )
        return Snapshot(f"{region}/{made['SnapshotId']}", name, server)

    def snapshots(self, server: str) -> tuple[Snapshot, ...]:
        region, _, instance = server.partition("/")
        return tuple(self._pictures(region, {SNAPPED: instance}))

    def all_snapshots(self, fleet: str) -> tuple[Snapshot, ...]:
        found = [self._pictures(region, {FLEET: fleet}) for region in self._regions_in_use()]
        return tuple(each for pictures in found for each in pictures)

    def _pictures(self, region: str, tags: Tags) -> list[Snapshot]:
        with translated():
            found = self._ec2(region).describe_snapshots(
                OwnerIds=["self"], Filters=as_filters(tags)
            )["Snapshots"]
        return [snapshot_of(region, each) for each in found]

    def delete_snapshot(self, snapshot: str) -> None:
        ec2, name = self._at(snapshot)
        try:
            with translated():
                ec2.delete_snapshot(SnapshotId=name)
        except ApiError as error:
            if code_of(error) != "InvalidSnapshot.NotFound":
                raise

    def add_address(self, server: str) -> str:
        ec2, instance = self._at(server)
        with translated():
            known = aws_addresses.allocate(
                ec2, aws_addresses.INSTEAD, instance, self._fleet(server)
            )
            ec2.associate_address(AllocationId=known["AllocationId"], InstanceId=instance)
        return str(known["PublicIp"])

    def reserve_address(self, server: str) -> Address:
        ec2, instance = self._at(server)
        with translated():
            found = aws_addresses.allocate(
                ec2, aws_addresses.RESERVED, instance, self._fleet(server)
            )
        return self._lead(found, server)

    def move_address(self, address: str, server: str) -> Address:
        ec2, _ = self._at(server)
        wanted = [{"Name": "public-ip", "Values": [address]}]
        with translated():
            found = ec2.describe_addresses(Filters=wanted)["Addresses"]
        if not found:
            raise no_such_address(f"AWS in {server.partition('/')[0]}", address)
        return self._lead(found[0], server)

    def _lead(self, found: dict[str, Any], server: str) -> Address:
        (region, _, name), ec2 = server.partition("/"), self._at(server)[0]
        with translated():
            (instance,) = instances_of(ec2, InstanceIds=[name])
            own = aws_addresses.lead(ec2, found, instance)
        return aws_addresses.address_of(region, found, name, own)

    def addresses(self, fleet: str) -> tuple[Address, ...]:
        with translated():
            found = [
                aws_addresses.listed(self._ec2(region), region, fleet)
                for region in self._regions_in_use()
            ]
        return tuple(each for listed in found for each in listed)

    def keeping(self, region: str) -> Keeping:
        del region
        return KEEPING

    def _fleet(self, server: str) -> str:
        found = self.find(server)
        return found.tags.get(FLEET, "") if found else ""

    def drop_address(self, address: str) -> None:
        for region in self._regions_in_use():
            self._drop(region, [{"Name": "public-ip", "Values": [address]}])

    def delete(self, server: str) -> None:
        ec2, instance = self._at(server)
        try:
            with translated():
                ec2.terminate_instances(InstanceIds=[instance])
        except ApiError as error:
            if code_of(error) not in _GONE:
                raise
        self._drop(server.partition("/")[0], as_filters({aws_addresses.INSTEAD: instance}))

    def remove_leftovers(self, fleet: str) -> None:
        for region in self._regions_in_use():
            ec2 = self._ec2(region)
            with translated():
                groups = ec2.describe_security_groups(Filters=as_filters({FLEET: fleet}))
            for each in groups["SecurityGroups"]:
                self._drop_group(ec2, each["GroupId"])

    @staticmethod
    def _drop_group(ec2: Any, group: str) -> None:
        try:
            with translated():
                ec2.delete_security_group(GroupId=group)
        except ApiError as error:
            # An instance that is still going holds it; it costs nothing, and is used again.
            if code_of(error) != "DependencyViolation":
                raise

    def _drop(self, region: str, wanted: list[dict[str, Any]]) -> None:
        with translated():
            aws_addresses.release(self._ec2(region), wanted)

    def _regions_in_use(self) -> tuple[str, ...]:
        """The usual region and those where servers of ours are: nobody asks all thirty for a tag."""
        return tuple(dict.fromkeys((self._region, *self._more_regions, *self._clients)))

    def _at(self, server: str) -> tuple[Any, str]:
        region, _, instance = server.partition("/")
        return self._ec2(region), instance

    def _ec2(self, region: str) -> Any:
        if region not in self._clients:
            self._clients[region] = aws_client("ec2", region, self._patience, self._endpoint)
        return self._clients[region]
