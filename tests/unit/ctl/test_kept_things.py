"""What outlives a server: addresses and snapshots, had on purpose, and found again when they are lost."""

import json

import pytest

from tests.unit.ctl.cli import Cli
from tests.unit.ctl.shop import CREATE, DEPLOY, hosts, names, provider

pytestmark = pytest.mark.long


def test_an_address_outlives_the_server_that_it_leads_to(shop: Cli) -> None:
    shop(*DEPLOY)
    assert shop("host", "create", "spare", "--on", "memory:m2", "--yes").code == 0
    asked = shop.process("host", "address", "reserve", "acme")
    assert asked.code == 12
    assert "This costs 3.00 EUR a month while it leads to a server, else 4.00" in asked.err
    assert provider(shop).get("reserved", {}) == {}
    assert shop("host", "address", "release", "acme", "--yes").code == 12
    for _ in range(2):
        reserved = shop("host", "address", "reserve", "acme", "--yes")
        assert reserved.code == 0, reserved.err
    address = reserved.out.strip()
    assert provider(shop)["reserved"][address]["server"] == "m-1"
    # The domain leads to what outlives the server, and to nothing else.
    assert shop(*DEPLOY).code == 0
    assert names(shop) == [["leads.acme.test", "A", address]]
    moved = shop("host", "address", "move", "acme", "spare", "--yes")
    assert moved.code == 0, moved.err
    assert "no DNS record changes" in shop.process("host", "address", "move", "spare", "acme").err
    assert provider(shop)["reserved"][address]["server"] == "m-2"
    listed = shop("host", "address", "list", "--json").json[0]["addresses"]
    assert [(each["address"], each["server"]) for each in listed] == [(address, "spare")]
    assert shop("host", "orphans").code == 0
    assert shop("host", "address", "reserve", "acme", "--yes").code == 0
    refused = shop("host", "address", "move", "acme", "spare", "--yes")
    assert (refused.code, "has a reserved address already" in refused.err) == (12, True)
    assert (
        f"Its reserved address {address} goes" in shop("host", "delete", "spare", "--dry-run").out
    )
    assert shop("host", "delete", "spare", "--yes").code == 0
    assert shop("host", "address", "release", "acme", "--yes").code == 0
    assert provider(shop)["reserved"] == {}


def test_a_fresh_system_answers_to_the_address_again(shop: Cli) -> None:
    shop(*CREATE)
    assert shop("host", "address", "reserve", "web1", "--yes").code == 0
    (held,) = provider(shop)["reserved"]
    state = shop.folder / "memory" / f"{hosts(shop)['hosts'][0]['name']}.json"
    assert json.loads(state.read_text())["addresses"] == [held]
    state.write_text(json.dumps({**json.loads(state.read_text()), "addresses": []}))
    replaced = shop("host", "replace", "web1", "--yes")
    assert replaced.code == 0, replaced.err
    assert json.loads(state.read_text())["addresses"] == [held]
    assert list(provider(shop)["reserved"]) == [held]


@pytest.mark.parametrize(
    "point",
    ["reserve-address.reserve:after", "move-address.move:after", "move-address.hold:before"],
)
def test_an_address_survives_a_kill(shop: Cli, point: str) -> None:
    shop(*CREATE)
    assert shop("host", "create", "web2", "--on", "memory:m2", "--yes").code == 0
    reserve = ("host", "address", "reserve", "web1", "--yes")
    move = ("host", "address", "move", "web1", "web2", "--yes")
    if point.startswith("move"):
        assert shop(*reserve).code == 0
    words = move if point.startswith("move") else reserve
    assert shop.process(*words, LECTL_FAILPOINT=point).code == -9
    (operation,) = [
        each["id"]
        for each in shop("operations", "list", "--json").json[0]["operations"]
        if each["state"] == "running"
    ]
    assert shop("operations", "resume", operation).code == 0
    (address,) = provider(shop)["reserved"]
    owner = "web2" if point.startswith("move") else "web1"
    listed = shop("host", "address", "list", "--json").json[0]["addresses"]
    assert [(each["address"], each["server"]) for each in listed] == [(address, owner)]
    assert shop("host", "orphans").code == 0


def test_snapshots_and_addresses_that_nobody_knows_are_found_and_given_back(shop: Cli) -> None:
    shop(*CREATE)
    assert shop("host", "snapshot", "web1", "--title", "kept").code == 0
    found = provider(shop)
    fleet = found["servers"][0]["tags"]["leadengine-fleet"]
    lost = {"id": "s-9", "name": "lost", "server": "m-9", "fleet": fleet}
    alien = {"id": "s-8", "name": "theirs", "server": "m-9", "fleet": "another"}
    reserved = {
        "198.51.100.9": {"server": "m-9", "fleet": fleet},
        "198.51.100.8": {"server": "m-9", "fleet": "another"},
    }
    snapshots = [*found["snapshots"], lost, alien]
    path = shop.folder / "memory" / "provider.json"
    path.write_text(json.dumps({**found, "snapshots": snapshots, "reserved": reserved}))
    listed = shop("host", "list", "--orphans", "--json")
    assert listed.code == 20
    shown = [(e["kind"], e["id"], e["monthly"]) for e in listed.json[0]["orphans"]]
    assert shown == [("snapshot", "s-9", "0.50"), ("address", "198.51.100.9", "4.00")]
    table = shop("host", "orphans").out
    assert "unknown  4.00 EUR a month" in table
    asked = shop.process("host", "orphans", "--delete")
    assert (asked.code, "Nothing was deleted" in asked.err) == (12, True), asked.err
    assert len(provider(shop)["snapshots"]) == 3
    assert shop("host", "orphans", "--delete", "--yes").code == 0
    after = provider(shop)
    assert [each["name"] for each in after["snapshots"]] == ["kept", "theirs"]
    assert list(after["reserved"]) == ["198.51.100.8"]
    assert shop("host", "orphans").code == 0


def test_snapshots_are_taken_listed_and_deleted_and_go_with_their_server(shop: Cli) -> None:
    shop(*CREATE)
    assert "no snapshot" in shop("host", "snapshots", "web1").err
    for title in ("before", "before", "after"):
        assert shop("host", "snapshot", "web1", "--title", title).code == 0
    listed = shop("host", "snapshots", "web1", "--json").json[0]["snapshots"]
    assert [each["name"] for each in listed] == ["before", "after"]
    unknown = shop("host", "snapshots", "web1", "--delete", "s-77")
    assert (unknown.code, "has no snapshot 's-77'" in unknown.err) == (10, True)
    gone = shop("host", "snapshots", "web1", "--delete", listed[0]["id"], "--json")
    assert [each["name"] for each in gone.json[0]["snapshots"]] == ["after"]
    named = shop("host", "snapshot", "web1", "--json").json[0]["name"]
    assert named.startswith("web1-20")
    assert "every snapshot of it" in shop("host", "delete", "web1", "--dry-run").out
    assert shop("host", "delete", "web1", "--yes").code == 0
    assert provider(shop)["snapshots"] == []


def test_a_host_that_somebody_else_rents_has_no_snapshots(shop: Cli) -> None:
    shop.deploy()
    refused = shop("host", "snapshot", "one")
    assert (refused.code, "was not made by lectl" in refused.err) == (12, True), refused.err
