"""Only what the pixel sends is accepted; everything else is refused with one sentence."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadengine.tracking.envelope import Envelope, EnvelopeError, occurred_at, parse
from tests.unit.runtime.runtime_events import NOON, body, envelope_of

REFUSED = {
    "not JSON": (b"le('init')", "body: Invalid JSON"),
    "not an object": (b"[]", "body: "),
    "empty": (b"", "body: "),
    "no events": (envelope_of([]), "events: "),
    "too many events": (envelope_of([{}] * 51), "events"),
    "event is text": (envelope_of(["page"]), "events.0: "),
    "wrong client": (envelope_of([], client="ABC"), "client: "),
    "no time sent": (envelope_of([], sentAt=None), "sentAt: "),
    "time without zone": (body(timestamp="2026-03-01T12:00:00"), "events.0.timestamp: "),
    "no message id": (body(messageId=None), "events.0.messageId: "),
    "message id is no UUID": (body(messageId="1"), "events.0.messageId: "),
    "unknown type": (body(type="purchase"), "events.0.type: "),
    "script as address": (body(url="javascript:alert(1)"), "events.0.url: "),
    "address that ends early": (body(url="http://["), "events.0.url: "),
    "address with half an address": (body(referrer="http://[x]/"), "events.0.referrer"),
    "address that changes when read": (body(url="http://a\u2100b/"), "events.0.url: "),
    "address too long": (body(url="https://shop.test/" + "a" * 2000), "events.0.url: "),
    "title too long": (body(title="a" * 501), "events.0.title: "),
    "name too long": (body(type="track", name="a" * 121), "events.0.name: "),
    "property within a property": (body(properties={"a": {}}), "events.0.properties.a"),
    "too many properties": (
        body(properties=dict.fromkeys("abcdefghijklmnopqrstuvwxyzABCDE", 1)),
        "events.0.prop",
    ),
    "property without a name": (body(properties={"": 1}), "events.0.properties"),
    "property that is no number": (body(properties={"a": float("inf")}), "events.0.properties.a"),
    "unknown field": (body(admin=True), "events.0.admin: "),
    "half a character": (body().replace(b"shop.test", b"\\ud800"), "body: Invalid JSON"),
}


@pytest.mark.parametrize(("raw", "sentence"), REFUSED.values(), ids=REFUSED.keys())
def test_bad_body_is_refused_with_its_place(raw: bytes, sentence: str) -> None:
    with pytest.raises(EnvelopeError) as caught:
        parse(raw)
    assert str(caught.value).startswith(sentence)
    assert "\n" not in str(caught.value)


def test_fragment_and_control_characters_are_dropped() -> None:
    event = parse(body(url="https://shop.test/a#secret", title="Sh\x00op\n")).events[0]
    assert (event.url, event.title) == ("https://shop.test/a", "Shop")


@given(st.binary(max_size=300))
def test_any_bytes_are_parsed_or_refused(raw: bytes) -> None:
    try:
        assert isinstance(parse(raw), Envelope)
    except EnvelopeError as error:
        assert str(error)  # noqa: PT017 - both outcomes are right, a third is not


@pytest.mark.parametrize(
    ("skew", "age", "expected"),
    [
        (timedelta(0), timedelta(minutes=3), -timedelta(minutes=3)),
        (timedelta(hours=5), timedelta(minutes=3), -timedelta(minutes=3)),
        (-timedelta(days=400), timedelta(minutes=3), -timedelta(minutes=3)),
        (timedelta(0), timedelta(days=8), timedelta(0)),
        (timedelta(0), -timedelta(hours=1), timedelta(0)),
    ],
)
def test_moment_is_by_our_clock(skew: timedelta, age: timedelta, expected: timedelta) -> None:
    """The sender's clock is off by `skew`; the event happened `age` before the batch left."""
    sent = NOON + skew
    raw = body(timestamp=(sent - age).isoformat())
    envelope = parse(raw.replace(NOON.isoformat().encode(), sent.isoformat().encode()))
    envelope = envelope.model_copy(update={"sent_at": sent})
    event = envelope.events[0].model_copy(update={"timestamp": sent - age})
    assert occurred_at(event, envelope, NOON) == NOON + expected


def test_what_a_website_says_is_kept_as_it_is() -> None:
    said = {"plan": "pro", "seats": 3, "price": 9.5, "trial": True, "coupon": None}
    event = parse(body(type="track", name="Plan Chosen", properties=said)).events[0]
    assert (event.name, event.properties) == ("Plan Chosen", said)
    assert [type(value) for value in event.properties.values()] == [
        *(str, int, float, bool),
        type(None),
    ]
