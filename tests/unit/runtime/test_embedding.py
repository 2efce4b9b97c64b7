"""Guests of the dashboard: what an application may ask for, and how the frame looks."""

import re
from datetime import UTC, datetime
from uuid import UUID

import pytest
from pydantic import ValidationError

from leadengine.accounts.roles import PERMITTED
from leadengine.accounts.signed_in import Person
from leadengine.dashboard.brand import Brand
from leadengine.dashboard.pages import FOLDER
from leadengine.embedding.guests import Guest
from leadengine.embedding.keys import Key
from leadengine.embedding.theme import Theme
from leadengine.embedding.views import ROUTES, START, VIEWS
from leadengine.embedding.vouching import RefusedGuestError, Wanted, check_place, vouch
from leadengine.tenants.choices import Embedding
from tests.lab.runtime.test_walk import NEIGHBOUR, routes

HERE = "https://platform.test"
BRAND = Brand("acme", "#0f766e", "")


def key(role: str = "member", *views: str) -> Key:
    made = datetime(2026, 11, 27, tzinfo=UTC)
    return Key(UUID(int=1), "Platform", role, list(views or VIEWS), made, None)


def wanted(**values: object) -> Wanted:
    return Wanted.model_validate({"views": ["leads"], "audience": HERE, **values})


@pytest.mark.parametrize(
    ("given", "asked", "reason"),
    [
        (key("viewer"), wanted(role="member"), "no more than viewer"),
        (key("admin"), wanted(role="member"), "no more than admin"),
        (key("member", "analytics"), wanted(), "does not give leads"),
        (key(), wanted(audience="https://evil.test"), "not on the list"),
    ],
)
def test_an_application_gets_no_more_than_its_key_gives(
    given: Key, asked: Wanted, reason: str
) -> None:
    with pytest.raises(RefusedGuestError, match=reason):
        vouch(given, asked, (HERE,))


def test_a_token_is_for_one_page_and_only_while_it_is_on_the_list() -> None:
    guest = vouch(key(), wanted(user="ann@platform.test"), (HERE,))
    assert guest == Guest(
        key=UUID(int=1), role="viewer", views=("leads",), audience=HERE, user="ann@platform.test"
    )
    check_place(guest, HERE, (HERE,))
    for origin, listed in (("https://evil.test", (HERE, "https://evil.test")), (HERE, ())):
        with pytest.raises(RefusedGuestError):
            check_place(guest, origin, listed)


def test_a_guest_may_use_the_routes_of_its_views_and_no_other() -> None:
    """N = every route of the three views, and every one that somebody below an administrator may use."""
    known = {path for _, path in routes()}
    for view, paths in ROUTES.items():
        assert {re.sub(r"\{\w+\}", NEIGHBOUR, path) for path in paths} <= known
        guest = Person(UUID(int=1), UUID(int=2), "", "", "member", (view,))
        for method, path in PERMITTED:
            assert guest.may(method, path) == (path in paths), (view, method, path)
        for path in ("/", "/settings", "/live", "/settings/embedding", "/knowledge/site"):
            assert not guest.may("GET", path)
            assert not guest.may("POST", path)
        assert START[view] in paths


@pytest.mark.parametrize(
    "wrong",
    [
        *({"colour": "red"}, {"colour": "#aa00001"}, {"font": 'a"b'}, {"font": "a;b"}),
        *({"font": "a\\b"}, {"radius": 33}, {"scheme": "neon"}, {"css": "body{}"}),
    ],
)
def test_a_look_that_is_no_value_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Theme.model_validate(wrong)


def test_a_look_is_readable_in_both_schemes() -> None:
    light = Theme(colour="#ffff00", scheme="light").stylesheet(BRAND)
    dark = Theme(colour="#ffff00", scheme="dark").stylesheet(BRAND)
    assert "--brand-text:#ffff00" in dark
    assert "--brand-text:#ffff00" not in light
    assert "@media" not in light + dark
    assert Theme().stylesheet(BRAND) == BRAND.stylesheet()


def test_dark_is_the_same_dark_whoever_says_so() -> None:
    """The style sheet has it twice: for the reader's device, and for the page around a frame."""
    css = (FOLDER / "static/style.css").read_text()
    assert css.count("--ground: #0e1218; --card: #161b24; --ink: #eef1f6;") == 2
    lines = [line.strip() for line in css.splitlines()]
    at = [number for number, line in enumerate(lines) if line.startswith("--ground: #0e1218")]
    assert lines[at[0] : at[0] + 2] == lines[at[1] : at[1] + 2]


def test_an_origin_is_kept_as_browsers_write_it() -> None:
    listed = Embedding(origins=("HTTPS://App.Test:443/", "http://localhost:3000"))
    assert listed.origins == ("https://app.test", "http://localhost:3000")
    for wrong in ("https://*.app.test", "http://app.test", "https://a.test/x", "https://a;b"):
        with pytest.raises(ValidationError):
            Embedding(origins=(wrong,))
