"""A wildcard as an operator asks for it; the word is remembered from one deploy to the next."""

import json

from tests.unit.ctl.cli import Cli

DOMAIN = "leads.acme.test"


def test_a_wildcard_stays_until_it_is_given_up(lectl: Cli) -> None:
    words = ("--host", "memory://one", "--dry-run", "--json")
    assert lectl.deploy("acme", DOMAIN).code == 0
    seen = []
    for more in ((), ("--wildcard",)):
        shown = json.loads(lectl("deploy", "acme", DOMAIN, *words, *more).out)
        seen.append(f"*.{DOMAIN}" in shown["files"]["nginx.conf"])
    assert lectl("deploy", "acme", DOMAIN, "--wildcard", "--host", "memory://one").code == 0
    for more in ((), ("--no-wildcard",)):
        shown = json.loads(lectl("deploy", "acme", DOMAIN, *words, *more).out)
        seen.append(f"*.{DOMAIN}" in shown["files"]["nginx.conf"])
    assert seen == [False, True, True, False]


def test_certificates_are_renewed_for_one_client_or_for_all_with_a_wildcard(lectl: Cli) -> None:
    assert lectl("deploy", "acme", DOMAIN, "--wildcard", "--host", "memory://one").code == 0
    assert lectl.deploy("bolt", "leads.bolt.test").code == 0
    one = lectl("dns", "certify", "bolt", "--prove-by", "manual", "--json")
    assert one.code == 0, one.err
    assert json.loads(one.out.splitlines()[-1])["certificates"] == [
        {"client": "bolt", "certificate": "local", "advice": ""}
    ]
    every = lectl("dns", "certify", "--all", "--prove-by", "manual", "--json")
    found = json.loads(every.out.splitlines()[-1])["certificates"]
    assert [each["client"] for each in found] == ["acme"]
    assert lectl("dns", "certify").code == 2
    assert lectl("dns", "certify", "nobody").code == 10
