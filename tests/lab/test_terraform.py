"""terraform/: clean, tested with mocked providers, and the AWS one applied, changed and destroyed."""

import base64
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml
from moto.server import ThreadedMotoServer

from tests.lab import terraform
from tests.lab.terraform import Terraform
from tests.lab.terraform_schema import problems_in

SOURCE = Path("terraform").absolute()
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKey ann@example.com"
NEEDS = {
    "aws": "hashicorp/aws",
    "digitalocean": "digitalocean/digitalocean",
    "hetzner": "hetznercloud/hcloud",
}
SERVICES = ("ec2", "route53", "cloudwatch", "sns", "sts", "iam")
OVERRIDE = """
provider "aws" {{
  region                      = "eu-central-1"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
  endpoints {{
{endpoints}
  }}
}}
"""

pytestmark = pytest.mark.skipif(not terraform.is_there(), reason=terraform.MISSING)


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy to work in: state and providers stay out of the repository."""
    folder = tmp_path_factory.mktemp("terraform")
    shutil.copytree(
        SOURCE, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".terraform*")
    )
    return folder


def test_every_file_is_formatted(copied: Path) -> None:
    done = Terraform(copied, copied / ".data")("fmt", "-recursive", "-check", "-diff")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("module", ["first_boot", "aws", "digitalocean", "hetzner"])
def test_module_is_valid_and_keeps_its_own_tests(copied: Path, module: str) -> None:
    provider = NEEDS.get(module)
    if provider and provider != NEEDS["aws"] and not terraform.has_provider(provider):
        pytest.skip(
            f"the provider {provider} is not on this machine: held against its documents only"
        )
    tool = Terraform(copied / "modules" / module, copied / ".data")
    tool.must("init", "-input=false", "-no-color")
    tool.must("validate", "-no-color")
    told = tool.must("test", "-no-color")
    assert "Success!" in told
    assert " 0 passed" not in told


@pytest.mark.parametrize("module", ["digitalocean", "hetzner"])
def test_resources_are_those_the_provider_documents(module: str) -> None:
    assert problems_in((SOURCE / "modules" / module / "main.tf").read_text()) == []


def test_the_documents_find_what_is_wrong() -> None:
    text = (SOURCE / "modules/hetzner/main.tf").read_text()
    assert problems_in(text.replace("server_type ", "size        ")) == [
        "hcloud_server takes no size",
        "hcloud_server needs server_type",
    ]
    assert problems_in(text.replace("    source_ips ", "    sources    ", 1)) == [
        "hcloud_firewall.rule takes no sources"
    ]
    strange = text.replace('"hcloud_server" "host"', '"hcloud_vm" "host"')
    assert "hcloud_vm is not known" in problems_in(strange)


class Cloud:
    """An AWS of this machine, and what is in it."""

    def __init__(self, url: str) -> None:
        self.url = url

    def client(self, service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name="eu-central-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    def instances(self) -> list[dict[str, Any]]:
        """Those that were not terminated."""
        found = self.client("ec2").describe_instances()["Reservations"]
        every = [each for one in found for each in one["Instances"]]
        return [each for each in every if each["State"]["Name"] == "running"]

    def user_data(self, instance: str) -> dict[str, Any]:
        answer = self.client("ec2").describe_instance_attribute(
            InstanceId=instance, Attribute="userData"
        )
        text = base64.b64decode(answer["UserData"]["Value"]).decode()
        found: dict[str, Any] = yaml.safe_load(text)
        return found

    def open_to(self, group: str) -> set[tuple[int, str]]:
        rules = self.client("ec2").describe_security_group_rules(
            Filters=[{"Name": "group-id", "Values": [group]}]
        )["SecurityGroupRules"]
        inward = [each for each in rules if not each["IsEgress"]]
        return {
            (each["FromPort"], each.get("CidrIpv4") or each.get("CidrIpv6", "")) for each in inward
        }

    def left_over(self) -> dict[str, list[Any]]:
        ec2, zone = self.client("ec2"), self.client("route53").list_hosted_zones()["HostedZones"][0]
        records = self.client("route53").list_resource_record_sets(HostedZoneId=zone["Id"])
        return {
            "instances": self.instances(),
            "addresses": ec2.describe_addresses()["Addresses"],
            "groups": [
                each["GroupName"]
                for each in ec2.describe_security_groups()["SecurityGroups"]
                if each["GroupName"] != "default"
            ],
            "records": [
                each["Name"]
                for each in records["ResourceRecordSets"]
                if each["Type"] not in {"NS", "SOA"}
            ],
            "alarms": self.client("cloudwatch").describe_alarms()["MetricAlarms"],
            "checks": self.client("route53").list_health_checks()["HealthChecks"],
        }


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    server = ThreadedMotoServer(port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield Cloud(f"http://{host}:{port}")
    server.stop()


def _example(copied: Path, cloud: Cloud) -> Terraform:
    """The example for AWS, told to talk to the cloud of this machine."""
    cloud.client("route53").create_hosted_zone(Name="acme.test", CallerReference="1")
    endpoints = "\n".join(f'    {each} = "{cloud.url}"' for each in SERVICES)
    example = copied / "examples/aws"
    (example / "lab_override.tf").write_text(OVERRIDE.format(endpoints=endpoints))
    tool = Terraform(example, copied / ".data")
    tool.must("init", "-input=false", "-no-color")
    return tool


def _settings(cloud: Cloud) -> dict[str, str]:
    pair = {"private": "P", "public": "ssh-ed25519 A", "fingerprint": "SHA256:f"}
    return {
        "ssh_public_keys": json.dumps([KEY]),
        "zone": "acme.test",
        "image": cloud.client("ec2").describe_images()["Images"][0]["ImageId"],
        "host_key": json.dumps(pair),
    }


def _apply(tool: Terraform, settings: dict[str, str], verb: str = "apply") -> None:
    tool.must(verb, "-auto-approve", "-input=false", "-no-color", **settings)


@pytest.mark.soak
def test_aws_is_applied_changed_and_destroyed(copied: Path, cloud: Cloud) -> None:
    """The real provider against a server that speaks AWS's API."""
    tool, settings = _example(copied, cloud), _settings(cloud)
    _apply(tool, settings)
    (server,) = cloud.instances()
    address = cloud.client("ec2").describe_addresses()["Addresses"][0]["PublicIp"]
    assert cloud.user_data(server["InstanceId"])["ssh_authorized_keys"] == [KEY]
    assert cloud.user_data(server["InstanceId"])["ssh_keys"]["ed25519_private"] == "P"
    group = server["SecurityGroups"][0]["GroupId"]
    everywhere = ("0.0.0.0/0", "::/0")
    assert cloud.open_to(group) == {(port, net) for port in (22, 80, 443) for net in everywhere}
    assert cloud.left_over()["records"] == ["leads.acme.test."]
    outputs = json.loads(tool.must("output", "-json"))
    assert outputs["url"]["value"] == f"ssh://admin@{address}"
    assert outputs["prepare"]["value"].endswith(" --host-key SHA256:f")

    again = tool("plan", "-detailed-exitcode", "-input=false", "-no-color", **settings)
    assert again.returncode == 0, again.stdout + again.stderr

    # A newer image is no reason to throw a live client's server away.
    changed = {**settings, "ssh_from": json.dumps(["198.51.100.0/24"]), "image": "ami-newer"}
    _apply(tool, changed)
    assert {net for port, net in cloud.open_to(group) if port == 22} == {"198.51.100.0/24"}
    assert [each["InstanceId"] for each in cloud.instances()] == [server["InstanceId"]]

    _apply(tool, changed, "destroy")
    assert not any(cloud.left_over().values()), cloud.left_over()
