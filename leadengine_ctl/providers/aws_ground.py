"""What an instance stands on: an image, the operator's key, and a firewall that is there before it."""

from typing import Any

from leadengine_ctl.apis.refusals import ApiError
from leadengine_ctl.providers.aws_values import as_filters, as_tags, open_to_anybody
from leadengine_ctl.providers.base import FLEET


def newest_image(ec2: Any, owner: str, region: str) -> str:
    """The newest image of Debian 13 that an account publishes."""
    wanted = [{"Name": "name", "Values": ["debian-13-amd64-*"]}]
    found = ec2.describe_images(Owners=[owner], Filters=wanted)["Images"]
    if not found:
        raise ApiError(
            f"AWS has no image of Debian 13 in {region}",
            "The account that publishes them shows none there.",
            "Choose another region.",
        )
    return str(max(found, key=lambda each: str(each["CreationDate"]))["ImageId"])


def key_pair(ec2: Any, public_key: str) -> str:
    """The name of the operator's key there."""
    name = f"leadengine-{public_key.split()[1][-8:]}"
    known = ec2.describe_key_pairs(Filters=[{"Name": "key-name", "Values": [name]}])
    if not known["KeyPairs"]:
        ec2.import_key_pair(KeyName=name, PublicKeyMaterial=public_key.encode())
    return name


def security_group(ec2: Any, fleet: str, ports: tuple[int, ...]) -> str:
    """The fleet's firewall in this region."""
    known = ec2.describe_security_groups(Filters=as_filters({FLEET: fleet}))["SecurityGroups"]
    group = str(known[0]["GroupId"]) if known else _new_group(ec2, fleet)
    if not (known and known[0]["IpPermissions"]):
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=open_to_anybody(ports))
    return group


def _new_group(ec2: Any, fleet: str) -> str:
    made = ec2.create_security_group(
        GroupName=f"leadengine-{fleet}",
        Description="Hosts of LeadEngine: SSH and the web",
        TagSpecifications=[{"ResourceType": "security-group", "Tags": as_tags({FLEET: fleet})}],
    )
    return str(made["GroupId"])
