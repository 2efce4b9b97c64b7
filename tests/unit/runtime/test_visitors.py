"""A visitor is told from others for a day, and from an address never."""

from leadengine.tracking.visitors import visitor_of

ANNA = ("0123456789abcdef01234567", "192.0.2.7", "Firefox")


def test_same_browser_is_recognised_on_the_same_day() -> None:
    assert visitor_of(b"salt", *ANNA) == visitor_of(b"salt", *ANNA)


def test_next_day_the_name_is_another() -> None:
    assert visitor_of(b"salt", *ANNA) != visitor_of(b"next salt", *ANNA)


def test_neighbours_differ() -> None:
    client, _, agent = ANNA
    assert visitor_of(b"salt", *ANNA) != visitor_of(b"salt", client, "192.0.2.8", agent)
    assert visitor_of(b"salt", *ANNA) != visitor_of(b"salt", client, "192.0.2.7", "Chrome")


def test_clients_cannot_compare_visitors() -> None:
    _, address, agent = ANNA
    assert visitor_of(b"salt", *ANNA) != visitor_of(b"salt", "f" * 24, address, agent)
