"""What is kept of a request, and the name of the reason why something is not."""

from datetime import UTC, datetime
from ipaddress import ip_address
from uuid import uuid4

import pytest
from starlette.datastructures import Headers

from leadengine.tenants.choices import Mode, Privacy, Site
from leadengine.tenants.preferences import Chosen
from leadengine.tracking.drops import Reason
from leadengine.tracking.envelope import Envelope
from leadengine.tracking.networks import network_of, parsed
from leadengine.tracking.pipeline import Sender, Verdict, in_europe, judge, may_look_up

LONDON, DENVER = "Europe/London", "America/Denver"
NOW = datetime.now(UTC)


def sent(*kinds: str, zone: str = "", url: str = "https://shop.test/", **consent: bool) -> Envelope:
    events = [
        {"messageId": uuid4(), "type": kind, "timestamp": NOW, "url": url}
        for kind in kinds or ("page",)
    ]
    said = {"client": "0" * 24, "sentAt": NOW, "zone": zone, "consent": consent, "events": events}
    return Envelope.model_validate(said)


def verdict(
    envelope: Envelope, mode: Mode = "auto", hosts: tuple[str, ...] = (), **headers: str
) -> Verdict:
    address = headers.pop("address", "192.0.2.7")
    sender = Sender(Headers(headers), ip_address(address))
    return judge(sender, envelope, Chosen(privacy=Privacy(mode=mode), site=Site(hosts=hosts)))


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"User-Agent": "Googlebot/2.1"}, Reason.ROBOT),
        ({"address": "167.99.4.4"}, Reason.DATA_CENTRE),
        ({"Sec-GPC": "1"}, Reason.OBJECTION),
        ({"DNT": "1"}, Reason.OBJECTION),
        ({"Sec-GPC": "1", "User-Agent": "Googlebot/2.1"}, Reason.OBJECTION),
        ({"Origin": "https://elsewhere.test"}, Reason.ORIGIN),
    ],
)
def test_each_reason_has_its_name(headers: dict[str, str], reason: Reason) -> None:
    found = verdict(sent("page", "track"), "open", ("shop.test",), **headers)
    assert found.kept == ()
    assert found.dropped == {reason: 2}


def test_do_not_track_can_be_switched_off() -> None:
    sender = Sender(Headers({"DNT": "1"}), None)
    chosen = Chosen(privacy=Privacy(do_not_track=False))
    assert len(judge(sender, sent(), chosen).kept) == 1


@pytest.mark.parametrize(
    ("mode", "zone", "kept"),
    [
        ("auto", LONDON, 0),
        ("auto", DENVER, 1),
        ("auto", "", 1),
        ("strict", DENVER, 0),
        ("statistical", LONDON, 1),
        ("open", LONDON, 1),
    ],
)
def test_who_was_not_asked(mode: Mode, zone: str, kept: int) -> None:
    found = verdict(sent(zone=zone), mode)
    assert len(found.kept) == kept
    assert found.dropped == ({} if kept else {Reason.CONSENT: 1})
    assert found.counted_only is (mode == "statistical")


@pytest.mark.parametrize("mode", ["auto", "strict", "statistical", "open"])
def test_an_answer_counts_in_every_mode(mode: Mode) -> None:
    assert len(verdict(sent(zone=LONDON, analytics=True), mode).kept) == 1
    refused = verdict(sent("page", "consent", "identify", zone=LONDON, analytics=False), mode)
    assert [event.type for event in refused.kept] == ["consent", "identify"]


def test_website_stands_for_what_is_below_it() -> None:
    for url in ("https://shop.test/", "https://www.shop.test/a"):
        assert verdict(sent(url=url), hosts=("shop.test",)).kept
    for url in ("https://notshop.test/", "https://shop.test.evil.test/"):
        assert not verdict(sent(url=url), hosts=("shop.test",)).kept


@pytest.mark.parametrize(
    ("privacy", "zone", "consent", "allowed"),
    [
        (Privacy(), LONDON, {"analytics": True, "marketing": True}, True),
        (Privacy(), LONDON, {"analytics": True, "marketing": False}, False),
        (Privacy(), LONDON, {"analytics": True}, False),
        (Privacy(), DENVER, {}, True),
        (Privacy(companies="interest"), LONDON, {"analytics": True}, True),
        (Privacy(companies="interest"), LONDON, {"marketing": False}, False),
        (Privacy(companies="off"), DENVER, {"marketing": True}, False),
        (Privacy(mode="statistical"), DENVER, {}, False),
    ],
)
def test_when_a_company_may_be_looked_up(
    privacy: Privacy, zone: str, consent: dict[str, bool], allowed: bool
) -> None:
    assert (
        may_look_up(sent("page", zone=zone, url="https://shop.test/", **consent), privacy)
        is allowed
    )


def test_europe_reaches_far() -> None:
    assert all(map(in_europe, (LONDON, "Europe/Berlin", "Atlantic/Canary", "America/Cayenne")))
    assert not any(map(in_europe, (DENVER, "UTC", "", "Asia/Tokyo")))


def test_network_is_shared_by_neighbours_for_a_month_and_cannot_be_turned_back() -> None:
    day, later = NOW.date().replace(month=3, day=1), NOW.date().replace(month=4, day=1)
    first, second, other = (ip_address(f"198.51.{byte}") for byte in ("100.7", "100.200", "101.7"))
    name = network_of("secret", first, day)
    assert name == network_of("secret", second, day)
    assert len({name, network_of("secret", other, day), network_of("secret", first, later)}) == 3
    assert "198" not in name
    assert parsed("::ffff:192.0.2.1") == ip_address("192.0.2.1")
    assert parsed("testclient") is None
