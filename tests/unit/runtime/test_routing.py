"""Who gets a lead, and how a receiver knows that a delivery is ours."""

from datetime import UTC, datetime, time, timedelta
from uuid import UUID, uuid4

import pytest
from pydantic import ValidationError

from leadengine.leads.models import Change, summed
from leadengine.leads.routing import Hours, Member, choose
from leadengine.leads.rules import DEFAULT, Rule
from leadengine.leads.scoring import Score, has_asked, score
from leadengine.leads.store import Unscored
from leadengine.tenants.choices import Routing, RoutingRule
from leadengine.webhooks.signing import secret_of, signature, verifies
from tests.unit.runtime.test_lead_scoring import ANN, NOW, asked, page

MONDAY_NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SUNDAY = MONDAY_NOON - timedelta(days=1)
WEEKDAYS = Hours(zone="Europe/London", days=(0, 1, 2, 3, 4))
FACTS = {"company": "Acme Ltd", "email": "ann@acme.test", "page": "/pricing", "source": "Google"}


def member(given: datetime | None = None, leads: int = 0, hours: Hours | None = None) -> Member:
    return Member(uuid4(), hours or Hours(), given, leads)


def test_leads_go_round() -> None:
    people = {one.id: one for one in (member(), member(), member())}
    order: list[UUID | None] = []
    for minute in range(6):
        now = MONDAY_NOON + timedelta(minutes=minute)
        chosen = choose(Routing(), FACTS, list(people.values()), now)
        assert chosen is not None
        people[chosen] = Member(chosen, Hours(), now, 0)
        order.append(chosen)
    assert order[:3] == order[3:]
    assert len(set(order)) == 3


def test_who_works_now_comes_first_and_at_night_it_is_everybody() -> None:
    office, always = member(hours=WEEKDAYS), member(given=MONDAY_NOON)
    assert choose(Routing(), FACTS, [office, always], MONDAY_NOON) == office.id
    assert choose(Routing(), FACTS, [office, always], SUNDAY) == always.id
    assert choose(Routing(), FACTS, [office], SUNDAY) == office.id
    assert choose(Routing(within_hours=False), FACTS, [office, always], SUNDAY) == office.id
    assert choose(Routing(), FACTS, [], SUNDAY) is None


def test_hours_are_those_of_their_zone() -> None:
    summer = datetime(2026, 7, 6, 8, 30, tzinfo=UTC)
    assert WEEKDAYS.include(summer), "half past nine in London"
    assert not WEEKDAYS.include(summer - timedelta(hours=1))
    assert not Hours(days=(0,), begin=time(9), end=time(10)).include(MONDAY_NOON)
    with pytest.raises(ValidationError, match="Europe/London"):
        Hours(zone="Nowhere/City")


@pytest.mark.parametrize(
    ("field", "text", "fits"),
    [("company", "acme", True), ("page", "/pricing", True), ("source", "bing", False)],
)
def test_first_rule_that_fits_counts(field: str, text: str, fits: bool) -> None:
    wanted, other = member(leads=50), member()
    rule = RoutingRule.model_validate({"field": field, "text": text, "owner": str(wanted.id)})
    routing = Routing(rules=(rule,), otherwise="least-busy")
    chosen = choose(routing, FACTS, [other, wanted], MONDAY_NOON)
    assert chosen == (wanted.id if fits else other.id)


def test_rule_for_somebody_who_left_is_passed_over() -> None:
    left, there = uuid4(), member()
    routing = Routing(rules=(RoutingRule(field="company", text="acme", owner=str(left)),))
    assert choose(routing, FACTS, [there], MONDAY_NOON) == there.id


def test_rules_can_be_others() -> None:
    rule = Rule(
        axis="fit", kind="mail-domain", what="ACME.test ,other.test,", points=70, words="known"
    )
    assert rule.what == "ACME.test, other.test"
    found = score(ANN, [page("/pricing")], NOW, (rule,))
    assert (found.fit, found.engagement, found.label) == (70, 0, "cold")
    assert [reason.words for reason in found.reasons] == ["known"]


def test_odd_words_of_a_rule_are_only_words() -> None:
    odd = Rule(axis="engagement", kind="read", what="(a+)+$, .*, [", points=5, words="odd")
    assert score(ANN, [page("/" + "a" * 5000)], NOW, (odd,)).engagement == 0
    assert score(ANN, [page("/(a+)+$/b")], NOW, (odd,)).engagement == 5
    assert score(ANN, [page("/x")], NOW, (odd.model_copy(update={"what": ""}),)).engagement == 0


def test_asking_is_told_whatever_the_rules_make_of_it() -> None:
    assert has_asked([page("/"), asked()])
    assert not has_asked([page("/")])


def test_trial_sums_up_what_would_change() -> None:
    lead = Unscored(uuid4(), "ann@acme.test", "", "", "", None)
    cold, hot = Score(10, 10, ()), Score(100, 90, ())
    trial = summed([Change(lead, cold, hot), Change(lead, cold, cold)])
    assert trial.labels == {"hot": (0, 1), "warm": (0, 0), "cold": (2, 1)}
    assert (trial.looked_at, len(trial.changes)) == (2, 1)


def test_default_rules_fit_their_own_form() -> None:
    assert all(Rule.model_validate(rule.model_dump()) == rule for rule in DEFAULT.rules)


def test_signature_is_known_by_its_secret_and_its_age() -> None:
    secret = secret_of("s" * 32, b"nonce")
    header = signature(secret, 1000, b"{}")
    assert verifies(secret, header, b"{}", 1100)
    assert not verifies(secret, header, b"{ }", 1100)
    assert not verifies(secret, header, b"{}", 1400)
    assert not verifies(secret_of("s" * 32, b"other"), header, b"{}", 1100)
    assert not verifies(secret, "nonsense", b"{}", 1100)
