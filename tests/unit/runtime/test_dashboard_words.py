"""What the dashboard says and hands out: addresses that keep a view, plain words, harmless tables."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest
from pydantic import SecretStr, ValidationError
from starlette.datastructures import QueryParams

from leadengine.controlling.metrics import as_text
from leadengine.controlling.usage import span_of
from leadengine.dashboard.insight_queries import conditions
from leadengine.dashboard.settings.verifying import found_in, look_at, of_events
from leadengine.dashboard.tables import as_csv
from leadengine.dashboard.view import DIMENSIONS, Filter, View
from leadengine.dashboard.words import Delta
from leadengine.privacy.elsewhere import names
from leadengine.privacy.people import Person
from leadengine.settings import Settings
from leadengine.tenants.choices import Look, Privacy, Site

CLIENT = "0123456789abcdef01234567"
SETTINGS = Settings(
    database_url=SecretStr("postgresql://nobody@127.0.0.1:1/none"),
    redis_url=SecretStr("redis://127.0.0.1:1"),
    session_secret=SecretStr("s" * 32),
    client_id=CLIENT,
    client_name="acme",
    client_domain="leads.acme.test",
)
TAG = '<script async src="https://leads.acme.test/pixel.js"></script>'
POLICY = '<meta http-equiv="Content-Security-Policy" content="default-src {}">'


def test_address_keeps_the_view() -> None:
    view = View.of(
        {"period": "7d", "source": "A & B", "page": "/x?y=1", "steps": "/\nTold", "no": "x"}
    )
    again = View.of(QueryParams(view.address().partition("?")[2]))
    assert again == view
    assert view.filters == (Filter("page", "/x?y=1"), Filter("source", "A & B"))
    assert View.of({"period": "nonsense"}).address() == "/insights"


def test_filter_takes_the_place_of_one_of_its_kind() -> None:
    view = View().only("source", "Google").only("source", "Bing").only("device", "phone")
    assert view.filters == (Filter("source", "Bing"), Filter("device", "phone"))
    assert view.without(Filter("source", "Bing")).filters == (Filter("device", "phone"),)


def test_funnel_is_built_step_by_step() -> None:
    view = View().with_step("/").with_step("/pricing").with_step("Lead Submitted")
    assert View.of(QueryParams(view.address().partition("?")[2])) == view
    assert view.without_step(1).steps == ("/", "Lead Submitted")
    assert view.can_take("/about")
    assert not view.can_take("/pricing"), "it is a step already"
    assert not view.can_take("one, two"), "it would be read as two"
    assert not View(steps=tuple("abcdef")).can_take("g"), "six are the most"


def test_what_was_typed_is_never_part_of_a_statement() -> None:
    odd = tuple(Filter(kind, "'; DROP TABLE visits; --") for kind in DIMENSIONS)
    where, values = conditions((*odd, Filter("made up", "x")))
    assert "DROP" not in where
    assert len(values) == len(odd) + 1
    assert where.count("%(") == len(odd)


@pytest.mark.parametrize(
    ("now", "before", "words", "direction"),
    [
        (10, 10, "the same as before", "same"),
        (12, 10, "20 % more than before", "up"),
        (5, 10, "50 % fewer than before", "down"),
        (5, 0, "none before", "up"),
        (0, 5, "100 % fewer than before", "down"),
        (1001, 1000, "about the same as before", "up"),
        (500, 10, "50 times as many as before", "up"),
    ],
)
def test_change_in_plain_words(now: int, before: int, words: str, direction: str) -> None:
    assert (Delta(now, before).words, Delta(now, before).direction) == (words, direction)


def test_no_cell_is_a_formula() -> None:
    rows = [("=1+1", 2), ("@x", "-3"), ('plain, "quoted"', datetime(2026, 1, 1, tzinfo=UTC))]
    text = bytes(as_csv("t", ("a", "b"), rows).body).decode()
    assert text.splitlines() == [
        "\ufeffa,b",
        "'=1+1,2",
        "'@x,'-3",
        '"plain, ""quoted""",2026-01-01T00:00:00+00:00',
    ]


@pytest.mark.parametrize(
    ("page", "verdicts", "words"),
    [
        (TAG, ["good"], "once"),
        (TAG * 2, ["odd"], "2 times"),
        ("<p>nothing</p>", ["bad"], "not on the page"),
        ('<script src="https://www.googletagmanager.com/x.js"></script>', ["odd"], "tag manager"),
        (
            f"<script>f('https://leads.acme.test/pixel.js'); le('init', '{CLIENT}')</script>",
            ["good"],
            "once",
        ),
        (
            f"<script>f('https://leads.acme.test/pixel.js'); le('init', '{'f' * 24}')</script>",
            ["good", "bad"],
            "another client ID",
        ),
        (POLICY.format("'self'") + TAG, ["good", "bad"], "security policy"),
        (POLICY.format("https://leads.acme.test") + TAG, ["good"], "once"),
        ("<script><script></" + TAG, ["good"], "once"),
        (f"<!-- {TAG} -->", ["bad"], "not on the page"),
    ],
)
def test_tag_is_found_as_a_browser_would(page: str, verdicts: list[str], words: str) -> None:
    found = found_in(page, "https://www.acme.test/", SETTINGS)
    assert [check.verdict for check in found] == verdicts
    assert words in found[-1].words


def test_page_inside_is_not_looked_at() -> None:
    (check,) = asyncio.run(look_at("127.0.0.1:3000", SETTINGS, private=False))
    assert "private network" in check.words


def test_events_say_what_counts() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert of_events(None, now).verdict == "odd"
    assert of_events(now - timedelta(minutes=2), now).verdict == "good"
    assert "90 minutes" in of_events(now - timedelta(minutes=90), now).words
    assert "72 hours" in of_events(now - timedelta(days=3), now).words


def test_numbers_for_prometheus_are_explained_once() -> None:
    text = as_text([("leadengine_up", "", 1), ("leadengine_up", "", 0)])
    assert text.count("# HELP") == text.count("# TYPE") == 1


def test_span_of_days() -> None:
    today = date(2026, 3, 15)
    assert span_of("", "", today) == (date(2026, 3, 1), date(2026, 3, 16))
    assert span_of("2026-01-01", "2026-02-01", today) == (date(2026, 1, 1), date(2026, 2, 1))
    for since, until in (("x", ""), ("2026-02-01", "2026-02-01")):
        with pytest.raises(ValueError, match=r"\w"):
            span_of(since, until, today)


def test_entry_that_names_a_person_is_known() -> None:
    person = Person("ann@buyer.test", ("0123456789abcdef",))
    assert names(b'[{"properties": {"email": "Ann@Buyer.test"}}]', person)
    assert names(b'[{"visitor": "0123456789abcdef"}]', person)
    assert not names(b'[{"visitor": "fedcba9876543210"}]', person)


def test_choices_are_checked_and_unknown_ones_left_out() -> None:
    assert Look.model_validate({"primary": "#AA0000", "of tomorrow": 1}).primary == "#AA0000"
    assert Site.model_validate({"hosts": ["WWW.Shop.test"]}).takes("a.www.shop.test")
    for group, wrong in (
        (Look, {"primary": "red"}),
        (Look, {"logo": "javascript:alert(1)"}),
        (Site, {"hosts": ["https://shop.test"]}),
        (Privacy, {"mode": "whatever"}),
        (Privacy, {"retention": {"events": 26}}),
    ):
        with pytest.raises(ValidationError):
            group.model_validate(wrong)
