"""A certificate for every name below a domain: what it covers, how it is ordered, when a person is needed."""

import datetime

import pytest

from leadengine_agent import acme
from leadengine_agent.certificates import Pair, check, is_due, self_signed
from leadengine_agent.certifying import wildcard_advice
from leadengine_agent.proof import Asking
from leadengine_agent.protocol import StackSpec
from leadengine_agent.rendering import Generation, nginx_word, render
from tests.unit.agent.builders import TEMPLATES, a_release, a_spec
from tests.unit.agent.test_wrong_clock import issued

NOW = datetime.datetime(2026, 6, 1, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)
DOMAIN = "leads.acme.com"
DEDICATED = a_spec(domain=DOMAIN, wildcard=True)
HOSTED = a_spec(domain=DOMAIN, wildcard=True, kind="hosted")
ASKING = Asking(lambda value: None, 1)


def wild() -> Pair:
    return self_signed(f"*.{DOMAIN}", NOW)


@pytest.mark.parametrize(
    ("name", "covered"),
    [
        (f"*.{DOMAIN}", True),
        (f"eu.{DOMAIN}", True),
        (f"a.eu.{DOMAIN}", False),
        (DOMAIN, False),
        ("acme.com", False),
        (f"eu{DOMAIN}", False),
    ],
)
def test_a_wildcard_is_for_the_one_label_in_front(name: str, covered: bool) -> None:
    assert (check(wild(), name, NOW) == "") is covered


@pytest.mark.parametrize(
    ("spec", "served", "certified"),
    [
        (a_spec(domain=DOMAIN), (DOMAIN,), (DOMAIN,)),
        (DEDICATED, (DOMAIN, f"*.{DOMAIN}"), (DOMAIN, f"*.{DOMAIN}")),
        (HOSTED, (f"app.{DOMAIN}", f"cdn.{DOMAIN}"), (f"*.{DOMAIN}",)),
    ],
)
def test_no_name_is_ordered_beside_a_wildcard_for_it(
    spec: StackSpec, served: tuple[str, ...], certified: tuple[str, ...]
) -> None:
    assert (spec.served, spec.certified) == (served, certified)


def test_the_host_alone_never_orders_a_wildcard() -> None:
    assert acme.orders(DEDICATED, None) == (DOMAIN,)
    assert acme.orders(DEDICATED, ASKING) == DEDICATED.certified
    alone = acme.certbot_words(DEDICATED, acme.orders(DEDICATED, None))
    asked = acme.certbot_words(DEDICATED, acme.orders(DEDICATED, ASKING))
    assert f"--cert-name={DOMAIN}" in alone
    assert f"--domain=*.{DOMAIN}" not in alone
    assert {f"--cert-name=wildcard.{DOMAIN}", f"--domain=*.{DOMAIN}"} <= set(asked)


def test_nginx_answers_to_every_name_below() -> None:
    files = render(TEMPLATES, a_release(), DEDICATED, Generation(1, "blue", "0"))
    assert files["nginx.conf"].count(f"server_name {DOMAIN} *.{DOMAIN};") == 2
    for word in ("*", "a.*", "**.a", "*.*.a", "*.a b"):
        with pytest.raises(ValueError, match="cannot stand"):
            nginx_word(word)


def test_a_person_is_told_when_only_a_text_record_helps() -> None:
    plain = issued(NOW).leaf
    assert "is not for *.leads.acme.com yet" in wildcard_advice(DEDICATED, plain, NOW)
    assert wildcard_advice(a_spec(domain=DOMAIN), plain, NOW) == ""
    # What serves until an authority was asked is no reason to call anybody.
    assert wildcard_advice(DEDICATED, wild().leaf, NOW) == ""


def test_a_person_has_from_the_last_third_to_the_last_sixth_of_its_life() -> None:
    leaf = issued(NOW).leaf
    found = [
        (is_due(leaf, NOW + age * DAY), is_due(leaf, NOW + age * DAY, 6)) for age in (59, 61, 76)
    ]
    assert found == [(False, False), (True, False), (True, True)]
