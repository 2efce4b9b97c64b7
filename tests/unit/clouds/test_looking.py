"""Where a domain leads, as several resolvers see it: real questions to small name servers."""

import json

import pytest

from leadengine_ctl.dns import looking
from leadengine_ctl.dns.base import records_of
from leadengine_ctl.dns.looking import Resolver, forbidding_caa, look
from tests.unit.clouds.name_server import a_server
from tests.unit.ctl.cli import Cli

NAME = "leads.acme.test"
WANTED = records_of(NAME, ("203.0.113.7", "2001:db8::7"))
RIGHT = f"{NAME}. 60 IN A 203.0.113.7\n{NAME}. 60 IN AAAA 2001:db8::7\n"


def test_a_name_that_leads_there_is_right() -> None:
    with a_server(RIGHT) as resolver:
        seen = look(NAME, WANTED, resolver)
    assert seen.is_right
    assert seen.found == ("203.0.113.7", "2001:db8::7")


def test_what_is_missing_is_told_apart_from_what_leads_elsewhere() -> None:
    text = f"{NAME}. 60 IN A 203.0.113.7\n{NAME}. 60 IN AAAA 2001:db8::bad\n"
    with a_server(text) as resolver:
        seen = look(NAME, WANTED, resolver)
    assert [each.value for each in seen.missing] == ["2001:db8::7"]
    assert seen.strange == ("2001:db8::bad",)
    assert not seen.is_right


def test_a_resolver_that_is_silent_is_no_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "_PATIENCE", 0.2)
    seen = look(NAME, WANTED, Resolver("127.0.0.1", 9))
    assert seen.silent
    assert not seen.is_right


@pytest.mark.parametrize(
    ("records", "forbidden"),
    [
        ("", ""),
        ('acme.test. 60 IN CAA 0 issue "letsencrypt.org"', ""),
        ('acme.test. 60 IN CAA 0 issue "other.example"', "acme.test"),
        (
            'leads.acme.test. 60 IN CAA 0 issue "letsencrypt.org"\n'
            'acme.test. 60 IN CAA 0 issue "other.example"',
            "",
        ),
        ('leads.acme.test. 60 IN CAA 0 issue ";"', "leads.acme.test"),
    ],
)
def test_the_nearest_caa_set_counts(records: str, forbidden: str) -> None:
    with a_server(f"{RIGHT}{records}\n") as resolver:
        assert forbidding_caa(NAME, "letsencrypt.org", resolver) == forbidden


def test_dns_check_shows_what_to_set_and_waits_until_it_is_there(
    lectl: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("deploy", "acme", NAME, "--on", "memory:m2", "--dns", "manual", "--yes")
    key = lectl.folder.parent / "id"
    key.with_name("id.pub").write_text("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgME me")
    monkeypatch.setenv("LECTL_SSH_KEY", str(key))
    deployed = lectl(*words)
    assert deployed.code == 0, deployed.err
    assert "A     leads.acme.test" in deployed.err
    with a_server("x.test. 60 IN A 192.0.2.1\n") as wrong:
        monkeypatch.setenv("LECTL_RESOLVERS", str(wrong))
        checked = lectl("dns", "check", "acme")
        assert checked.code == 20
        assert "missing: A 203.0.113.1" in checked.out
        assert "AAAA  leads.acme.test" in checked.err
    text = f"{NAME}. 60 IN A 203.0.113.1\n{NAME}. 60 IN AAAA 2001:db8::1\n"
    with a_server(text) as right:
        monkeypatch.setenv("LECTL_RESOLVERS", str(right))
        assert lectl("dns", "check", "acme", "--wait", "5").code == 0


def test_a_hosted_stack_is_looked_for_under_both_of_its_names(
    lectl: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = lectl("cloud", "create", "le.test", "ops@le.test", "--host", "memory://one")
    assert made.code == 0, made.err
    with a_server("app.le.test. 60 IN A 192.0.2.1\n") as resolver:
        monkeypatch.setenv("LECTL_RESOLVERS", str(resolver))
        checked = lectl("dns", "check", "cloud", "--json")
    assert checked.code == 20, checked.err
    shown = json.loads(checked.out.splitlines()[-1])
    assert (shown["domain"], [each["domain"] for each in shown["others"]]) == (
        "app.le.test",
        ["cdn.le.test"],
    )
    assert [list(each["found"]) for each in shown["seen"]] == [["192.0.2.1"]]
