"""A server at AWS, from order to deletion, at the level of the API: moto's servers have no machine."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import boto3
import pytest

from leadengine_ctl.errors import LeadEngineError
from leadengine_ctl.hosts.memory import MemoryHost
from leadengine_ctl.operations.base import Run, Verb, World
from leadengine_ctl.operations.runner import new_id, run_as_part
from leadengine_ctl.operations.servers.changing import Resize, resize_request
from leadengine_ctl.operations.servers.giving_back import DeleteServer, server_request
from leadengine_ctl.operations.servers.provision import Provision, provision_request
from leadengine_ctl.operations.servers.wanted import Place, find_offer
from leadengine_ctl.services import FirstContact, build_world
from tests.conformance import clouds
from tests.conformance.provider_suite import KEY


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    (tmp_path / "id.pub").write_text(KEY)
    clouds.aws_credentials(monkeypatch)
    with clouds.aws() as endpoint:
        for name, value in {
            "LECTL_DATA_FOLDER": str(tmp_path / "data"),
            "LECTL_SSH_KEY": str(tmp_path / "id"),
            "LECTL_AWS_ENDPOINT": endpoint,
            "LECTL_AWS_IMAGE_OWNER": "self",
            "LECTL_CLOUD_PATIENCE": "20",
        }.items():
            monkeypatch.setenv(name, value)
        world = build_world(FirstContact(lambda _address, _key: False))
        yield replace(world, open_made=lambda address, _key: MemoryHost(address))


def carry_out(world: World, verb: Verb) -> None:
    run_as_part(Run(world, new_id(), lambda _happening: None), verb)


def test_rented_resized_and_given_back_with_its_address(world: World) -> None:
    offer = find_offer(world, Place.parse("aws:t3.medium"))
    for _ in range(2):
        carry_out(world, Provision(provision_request("web1", "", offer)))
    record = world.store.servers.named("web1")
    assert record is not None
    endpoint = world.settings.aws_endpoint
    ec2 = boto3.client("ec2", region_name=clouds.AWS_REGION, endpoint_url=endpoint)
    (address,) = ec2.describe_addresses()["Addresses"]
    assert (record.live, record.address) == (True, address["PublicIp"])
    (group,) = ec2.describe_security_groups(
        GroupNames=[f"leadengine-{world.store.servers.fleet()}"]
    )["SecurityGroups"]
    opened = {
        rule.get("FromPort") for rule in group["IpPermissions"] if rule["IpProtocol"] == "tcp"
    }
    assert opened == {22, 80, 443}

    request, _ = resize_request(world, "web1", "t3.large")
    carry_out(world, Resize(request))
    after = world.store.servers.named("web1")
    assert after is not None
    assert (after.size, after.address) == ("t3.large", record.address)

    carry_out(world, DeleteServer(server_request(world, "web1")))
    assert ec2.describe_addresses()["Addresses"] == []
    assert world.store.servers.all() == ()


def test_a_fresh_system_is_not_to_be_had_and_that_is_said(world: World) -> None:
    provider = world.clouds.provider("aws")
    with pytest.raises(LeadEngineError, match="does not write a fresh system") as refused:
        provider.rebuild("eu-central-1/i-1", "")
    assert "host create" in refused.value.hint
