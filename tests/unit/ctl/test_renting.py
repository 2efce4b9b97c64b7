"""Renting a server from the command line: the price first, one server whatever happens, none forgotten."""

import json

import pytest

from leadengine_ctl.planning.provision import plan_provision
from tests.unit.ctl.cli import Cli, Ran
from tests.unit.ctl.shop import CREATE, DEPLOY, fault, hosts, mend, names, provider

pytestmark = pytest.mark.long

STEPS = [step.name for step in plan_provision("a", "b", "c").steps]


def test_nothing_is_bought_without_a_yes_to_the_price(shop: Cli) -> None:
    asked = shop.process(*CREATE[:-1])
    assert asked.code == 12
    assert "This costs 8.00 EUR a month" in asked.err
    assert "Nothing was bought" in asked.err
    dry = shop(*CREATE[:-1], "--dry-run")
    assert dry.code == 0
    assert provider(shop)["servers"] == []


@pytest.mark.parametrize(
    ("on", "code", "says"),
    [
        ("memory:m1", 12, "too small for a client"),
        ("memory:m9", 10, "has no size called 'm9'"),
        ("memory:m4@there", 12, "does not sell m4 in there"),
        ("nobody:m2", 2, "There is no provider called 'nobody'"),
        ("hetzner:cx32", 2, "There is no token for Hetzner"),
        ("m2", 2, "This is not a server to rent"),
    ],
)
def test_what_cannot_be_rented_is_said_in_a_sentence(
    shop: Cli, on: str, code: int, says: str
) -> None:
    refused = shop("host", "create", "web1", "--on", on, "--yes")
    assert (refused.code, says in refused.err) == (code, True), refused.err
    assert provider(shop)["servers"] == []
    assert hosts(shop)["not_ready"] == []


def test_a_deploy_rents_names_and_is_repeated_without_effect(shop: Cli) -> None:
    first, second = shop(*DEPLOY), shop(*DEPLOY)
    assert (first.code, second.code) == (0, 0), first.err + second.err
    assert "nothing changed" in second.out
    assert len(provider(shop)["servers"]) == 1
    assert [each[:2] for each in names(shop)] == [
        ["leads.acme.test", "A"],
        ["leads.acme.test", "AAAA"],
    ]
    assert shop("host", "costs", "--json").json[0]["costs"][0]["monthly"] == "8.00"


def test_destroy_gives_server_and_records_back(shop: Cli) -> None:
    shop(*DEPLOY)
    ended = shop("destroy", "acme", "--confirm", "acme")
    assert ended.code == 0, ended.err
    assert "Delete the server acme at memory" in ended.err
    assert (provider(shop)["servers"], names(shop)) == ([], [])
    assert (hosts(shop)["hosts"], hosts(shop)["not_ready"]) == ([], [])


def test_destroy_keeps_a_server_when_it_is_told_to_or_others_live_there(shop: Cli) -> None:
    shop(*DEPLOY)
    (host,) = hosts(shop)["hosts"]
    assert shop("deploy", "beta", "leads.beta.test", "--host", host["name"]).code == 0
    assert shop("destroy", "acme", "--confirm", "acme").code == 0
    assert len(provider(shop)["servers"]) == 1
    refused = shop("host", "delete", "acme", "--yes")
    assert (refused.code, "beta" in refused.err) == (12, True)


def test_a_record_that_somebody_else_made_is_not_touched(shop: Cli) -> None:
    (shop.folder / "memory").mkdir(exist_ok=True)
    (shop.folder / "memory" / "dns.json").write_text('[["leads.acme.test", "A", "192.0.2.99"]]')
    refused = shop(*DEPLOY)
    assert (refused.code, "leads elsewhere already" in refused.err) == (12, True), refused.err
    assert names(shop) == [["leads.acme.test", "A", "192.0.2.99"]]
    taken = shop(*DEPLOY, "--replace-dns")
    assert taken.code == 0, taken.err
    assert [each[2] for each in names(shop)] == ["203.0.113.1", "2001:db8::1"]


@pytest.mark.parametrize(
    ("kind", "code", "says"),
    [
        ("quota", 12, "may not have one more"),
        ("sold-out", 12, "none of these left"),
        ("no-boot", 1, "did not start within"),
    ],
)
def test_a_provider_that_says_no_is_heard_and_asked_again_later(
    shop: Cli, kind: str, code: int, says: str
) -> None:
    fault(shop, kind)
    refused = shop(*CREATE)
    assert (refused.code, says in refused.err) == (code, True), refused.err
    assert len(provider(shop)["servers"]) <= 1
    mend(shop)
    again = shop(*CREATE)
    assert again.code == 0, again.err
    assert len(provider(shop)["servers"]) == 1
    assert shop("host", "orphans").code == 0


def test_an_answer_that_was_lost_makes_no_second_server(shop: Cli) -> None:
    fault(shop, "lost-answer")
    made = shop(*CREATE)
    assert made.code == 0, made.err
    assert len(provider(shop)["servers"]) == 1


def test_another_size_after_a_refusal_and_none_beside_one_that_is_there(shop: Cli) -> None:
    fault(shop, "sold-out")
    assert shop(*CREATE).code == 12
    mend(shop)
    other = shop("host", "create", "web1", "--on", "memory:m4", "--yes")
    assert other.code == 0, other.err
    refused = shop(*CREATE)
    assert (refused.code, "There is a server called web1 already" in refused.err) == (12, True)


@pytest.mark.parametrize("point", ["provision.create:bought", "provision.identity:after"])
def test_killed_and_run_again_there_is_one_server_and_it_is_known(shop: Cli, point: str) -> None:
    """At two points; all of them are tried in tests/lab/test_cloud_faults.py."""
    assert shop.process(*CREATE, LECTL_FAILPOINT=point).code == -9
    assert len(provider(shop)["servers"]) == 1
    assert shop("host", "orphans").code == 0, "a server that was ordered here is no orphan"
    assert shop(*CREATE).code == 0
    assert len(provider(shop)["servers"]) == 1
    assert len(hosts(shop)["hosts"]) == 1


def test_a_server_that_nobody_knows_is_found_and_given_back(shop: Cli) -> None:
    shop(*CREATE)
    found = provider(shop)
    (known,) = found["servers"]
    tags = {**known["tags"], "leadengine-operation": "20250101-000000-ffffff"}
    stranger = {**known, "id": "m-9", "name": "lost", "tags": tags}
    alien = {**known, "id": "m-8", "name": "theirs", "tags": {"leadengine-fleet": "another"}}
    path = shop.folder / "memory" / "provider.json"
    path.write_text(json.dumps({**found, "servers": [known, stranger, alien]}))
    listed = shop("host", "list", "--orphans", "--json")
    assert listed.code == 20
    assert [each["id"] for each in listed.json[0]["orphans"]] == ["m-9"]
    assert shop("host", "orphans", "--delete", "--yes").code == 0
    assert [each["id"] for each in provider(shop)["servers"]] == ["m-1", "m-8"]


def test_resize_replace_drain_and_delete(shop: Cli) -> None:
    shop(*CREATE)
    assert shop("host", "resize", "web1", "m4", "--yes").code == 0
    assert hosts(shop)["hosts"][0]["server"]["monthly"] == "16.00"
    assert shop("host", "replace", "web1", "--yes").code == 0
    name = hosts(shop)["hosts"][0]["name"]
    assert shop("host", "drain", "web1").code == 0
    refused = shop("deploy", "acme", "leads.acme.test", "--host", name)
    assert (refused.code, "takes no new clients" in refused.err) == (12, True)
    assert shop("host", "drain", "web1", "--undo").code == 0
    assert shop("host", "delete", "web1", "--yes").code == 0
    assert provider(shop)["servers"] == []


def test_a_server_whose_agent_was_removed_is_still_listed(shop: Cli) -> None:
    shop(*CREATE)
    name = hosts(shop)["hosts"][0]["name"]
    assert shop("host", "remove", name).code == 0
    assert [each["name"] for each in hosts(shop)["not_ready"]] == ["web1"]
    assert "Give it back: lectl host delete web1" in shop("host", "list").err
    assert shop("host", "delete", "web1", "--yes").code == 0


def test_a_host_that_somebody_else_rents_is_not_deleted(shop: Cli) -> None:
    shop.deploy()
    refused = shop("host", "delete", "one", "--yes")
    assert (refused.code, "was not made by lectl" in refused.err) == (12, True), refused.err


def test_the_private_key_is_sealed_and_then_forgotten(shop: Cli) -> None:
    fault(shop, "no-boot")
    shop(*CREATE)
    store = (shop.folder / "control.sqlite").read_bytes()
    assert b"OPENSSH PRIVATE KEY" not in store
    mend(shop)
    shop(*CREATE)
    listed: Ran = shop("host", "list", "--json")
    assert "private_key" not in listed.out
