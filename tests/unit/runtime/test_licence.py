"""What a dashboard says of a licence: a sentence in time, and never more than that."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest

from leadengine.dashboard.licence import sentence_on

NOW = datetime(2027, 1, 1, tzinfo=UTC)


def a_licence(days: int, issued: str = "2026-12-01", domain: str = "leads.acme.test") -> str:
    said = {"client": "acme", "domains": [domain], "issued": issued,
            "until": (NOW + timedelta(days=days)).date().isoformat()}  # fmt: skip
    middle = base64.urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=").decode()
    return f"head.{middle}.signature"


@pytest.mark.parametrize(
    ("days", "words"),
    [(365, ""), (31, ""), (30, "in 30 days"), (0, "in 0 days"), (-1, "ended on 2026-12-31")],
)
def test_it_is_said_from_thirty_days_before_its_end_on(days: int, words: str) -> None:
    said = sentence_on(a_licence(days), "leads.acme.test", NOW)
    assert words in said
    assert bool(said) is bool(words)


def test_without_one_nothing_is_said() -> None:
    assert sentence_on("", "leads.acme.test", NOW) == ""


@pytest.mark.parametrize("damaged", ["x", "a.b.c", "a.%%.c", "a..c", "a.e30.c", "a.b.c.d"])
def test_what_cannot_be_read_is_said_and_raises_nothing(damaged: str) -> None:
    assert "cannot be read" in sentence_on(damaged, "leads.acme.test", NOW)


def test_another_domain_is_said_and_a_name_below_is_its_own() -> None:
    text = a_licence(365, domain="acme.test")
    assert sentence_on(text, "leads.acme.test", NOW) == ""
    assert "is for acme.test" in sentence_on(text, "leads.bolt.test", NOW)
    assert "is for acme.test" in sentence_on(text, "evil-acme.test", NOW)


def test_a_clock_that_was_set_back_gains_nothing_from_before_the_issue() -> None:
    text = a_licence(-1, issued="2026-12-20")
    assert "in 11 days" in sentence_on(text, "leads.acme.test", NOW - timedelta(days=4000))
