"""Where a domain leads, as several resolvers see it: real questions to small name servers."""

import pytest

from leadengine_ctl.dns import looking
from leadengine_ctl.dns.base import records_of
from leadengine_ctl.dns.looking import Resolver, forbidding_caa, look, look_at_all
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


def test_a_wildcard_and_several_names_are_looked_at_each() -> None:
    below = "lectl-looks-here.leads.acme.test. 60 IN A 203.0.113.7\n"
    names = (NAME, f"*.{NAME}")
    with a_server(f"{NAME}. 60 IN A 203.0.113.7\n{below}") as resolver:
        assert look_at_all(names, ("203.0.113.7",), resolver).is_right
    with a_server(f"{NAME}. 60 IN A 203.0.113.7\n") as resolver:
        seen = look_at_all(names, ("203.0.113.7",), resolver)
        assert [str(each) for each in seen.missing] == [f"A  *.{NAME}  203.0.113.7"]
    with a_server(f"{NAME}. 60 IN A 203.0.113.7\n{below}") as resolver:
        seen = look_at_all(("eu.acme.test", NAME), ("203.0.113.8",), resolver)
        assert seen.strange == (f"203.0.113.7 of {NAME}",)


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


def test_a_wildcard_has_caa_records_of_its_own() -> None:
    records = (
        'acme.test. 60 IN CAA 0 issue "letsencrypt.org"\n'
        'acme.test. 60 IN CAA 0 issuewild "other.example"\n'
    )
    with a_server(f"{RIGHT}{records}") as resolver:
        assert forbidding_caa(NAME, "letsencrypt.org", resolver) == ""
        wild = forbidding_caa(NAME, "letsencrypt.org", resolver, wildcard=True)
        assert wild == "acme.test"


def test_dns_check_asks_for_both_names_of_a_hosted_stack(lectl: Cli) -> None:
    created = lectl("cloud", "create", "cloud.test", "--host", "memory://one")
    assert created.code == 0, created.err
    with a_server("app.cloud.test. 60 IN A 192.0.2.1\n") as resolver:
        words = ("dns", "check", "cloud", "--json")
        shown = lectl.process(*words, LECTL_RESOLVERS=str(resolver)).json[-1]
    assert shown["domain"] == "app.cloud.test and cdn.cloud.test"
    assert shown["seen"][0]["found"] == ["192.0.2.1"]


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
