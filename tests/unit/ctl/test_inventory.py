"""The fleet as Ansible reads it."""

from leadengine_ctl.fleet.records import ClientRecord, HostRecord
from leadengine_ctl.operations.inventory import ansible_inventory
from tests.unit.ctl.builders import a_spec
from tests.unit.ctl.cli import Cli

HOSTS = (
    HostRecord(name="203.0.113.7", url="ssh://admin@203.0.113.7:2222", host_key="ssh-ed25519 AAAA"),
    HostRecord(name="local", url="local"),
)


def test_a_host_is_reached_as_lectl_reaches_it() -> None:
    found = ansible_inventory(HOSTS, ())["_meta"]["hostvars"]
    assert found["203.0.113.7"]["ansible_host"] == "203.0.113.7"
    assert found["203.0.113.7"]["ansible_port"] == 2222
    assert found["203.0.113.7"]["ansible_become"] is True
    assert found["203.0.113.7"]["leadengine_host_key"] == "ssh-ed25519 AAAA"
    assert found["local"]["ansible_connection"] == "local"


def test_clients_channels_and_releases_are_groups() -> None:
    client = ClientRecord(spec=a_spec(), host="203.0.113.7", release="1.0.0", channel="beta")
    found = ansible_inventory(HOSTS, (client,))
    assert found[f"client_{client.slug}"] == {"hosts": ["203.0.113.7"]}
    assert found["channel_beta"] == {"hosts": ["203.0.113.7"]}
    assert found["release_1_0_0"] == {"hosts": ["203.0.113.7"]}
    assert found["leadengine"]["hosts"] == ["203.0.113.7", "local"]
    assert set(found["all"]["children"]) == set(found) - {"_meta", "all"}


def test_it_is_read_without_a_fleet_and_with_one(lectl: Cli) -> None:
    assert lectl("inventory", "--ansible").json[0]["leadengine"] == {"hosts": []}
    lectl.deploy()
    (found,) = lectl("inventory", "--ansible", "--list").json
    assert found["_meta"]["hostvars"]["one"]["leadengine_clients"][0]["name"] == "acme"
    (one,) = lectl("inventory", "--ansible", "--host", "one").json
    assert one == found["_meta"]["hostvars"]["one"]
    assert lectl("inventory", "--ansible", "--host", "nobody").code == 10
    assert lectl("inventory").code == 2


def test_no_secret_is_handed_out(lectl: Cli) -> None:
    lectl.process("deploy", "acme", "leads.acme.test", "--host", "memory://one",
                  CLAUDE_API_KEY="canary-inventory")  # fmt: skip
    assert "canary-inventory" not in lectl("inventory", "--ansible").out
