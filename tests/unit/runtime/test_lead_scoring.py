"""A score that a person can follow: two axes, each point with its reason, fading with time."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadengine.leads.contact import Contact, contact_from
from leadengine.leads.scoring import HALF_LIFE, Signal, label_of, score
from leadengine.tracking.queue import Value

ASKED = "asked to be contacted"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ANN = Contact("ann@acme.test", "Ann Miller", "Acme", "+44 20 7946 0000")


def page(path: str, days: float = 0) -> Signal:
    return Signal("page", "", f"https://shop.test{path}", NOW - timedelta(days=days))


def asked(days: float = 0) -> Signal:
    moment = NOW - timedelta(days=days)
    return Signal("track", "Lead Submitted", "https://shop.test/contact", moment)


def points(signals: list[Signal], words: str, contact: Contact = ANN) -> int:
    found = score(contact, signals, NOW).reasons
    return sum(reason.points for reason in found if reason.words == words)


def test_everything_known_and_asked_for_is_hot() -> None:
    result = score(ANN, [page("/pricing"), page("/contact"), asked()], NOW)
    assert (result.fit, result.label) == (100, "hot")
    assert result.reasons[0].points == max(reason.points for reason in result.reasons)


def test_private_mailbox_and_one_page_is_cold() -> None:
    assert score(Contact("ann@gmail.com"), [page("/")], NOW).label == "cold"


def test_what_was_done_counts_half_after_two_weeks() -> None:
    assert points([asked()], ASKED) == 50
    assert points([asked(days=HALF_LIFE.days)], ASKED) == 25
    assert points([asked(days=2 * HALF_LIFE.days)], ASKED) == 12


def test_doing_it_again_counts_once_as_of_the_last_time() -> None:
    assert points([asked(), asked(1), asked(30)], ASKED) == 50


def test_ten_pages_of_a_day_count_and_no_more() -> None:
    ten, hundred = ([page("/blog")] * number for number in (10, 100))
    assert score(ANN, ten, NOW).engagement == score(ANN, hundred, NOW).engagement


@pytest.mark.parametrize("path", ["/pricing", "/en/pricing/", "/Plans?x=1", "/valuation"])
def test_prices_are_recognised(path: str) -> None:
    assert points([page(path)], "looked at prices") == 25


@pytest.mark.parametrize("path", ["/pricings", "/blog?next=/pricing", "/repricing"])
def test_other_pages_are_not_prices(path: str) -> None:
    assert points([page(path)], "looked at prices") == 0


def test_looking_for_work_takes_points_away() -> None:
    assert score(ANN, [page("/careers/")], NOW).engagement == 0


@given(
    st.lists(
        st.builds(
            Signal,
            st.sampled_from(["page", "track", "identify"]),
            st.sampled_from(["", "Lead Submitted"]),
            st.sampled_from(["https://a.test/pricing", "https://a.test/jobs", "https://a.test/"]),
            st.timedeltas(-timedelta(days=80), timedelta(days=5)).map(lambda ago: NOW + ago),
        )
    )
)
def test_both_axes_stay_between_0_and_100(signals: list[Signal]) -> None:
    result = score(ANN, signals, NOW)
    assert 0 <= result.fit <= 100
    assert 0 <= result.engagement <= 100
    assert result.label == label_of(result.fit, result.engagement)


def test_person_is_found_in_what_a_website_says() -> None:
    traits: dict[str, Value] = {
        "email": " ann@acme.test ",
        "firstName": "Ann",
        "lastName": "Miller",
        "phone": 7,
    }
    assert contact_from(traits) == Contact("ann@acme.test", "Ann Miller")


@pytest.mark.parametrize(
    "email",
    [
        "",
        "ann",
        "ann@acme",
        "ann@@acme.test",
        "a b@acme.test",
        "ann@acme.test\nbcc: x@y.test",
        "<ann@acme.test>",
        "ann@acme.test,bob@acme.test",
        "a" * 65 + "@acme.test",
        "ann@.test",
        "@a.test",
        "ann@" + "a." * 130 + "test",
    ],
)
def test_what_is_no_address_makes_no_lead(email: str) -> None:
    assert contact_from({"email": email}) is None


@pytest.mark.parametrize("traits", [{}, {"email": None}, {"email": 7}, {"email": True}])
def test_without_an_address_there_is_no_lead(traits: dict[str, int | None]) -> None:
    assert contact_from(traits) is None
